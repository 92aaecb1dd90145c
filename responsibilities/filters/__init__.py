"""Filters of the lists of the yearly program."""
