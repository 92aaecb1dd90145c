"""Pages of the yearly program."""
