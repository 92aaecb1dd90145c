"""Writing of the bulletins."""
