"""Pages of the follow-ups."""
