"""Pages of the commendations."""
