"""Writing of the commendations."""
