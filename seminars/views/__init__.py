"""Pages of the seminars."""
