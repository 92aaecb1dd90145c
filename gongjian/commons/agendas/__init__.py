"""What a joint meeting may be asked to look at, by every mechanism."""
