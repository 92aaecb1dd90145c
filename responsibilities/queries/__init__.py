"""Reads of the yearly program."""
