"""Forms of the yearly program."""
