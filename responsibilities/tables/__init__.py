"""Tables of the yearly program."""
