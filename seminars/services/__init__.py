"""Writing of the seminars."""
