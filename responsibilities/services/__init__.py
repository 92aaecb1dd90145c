"""Writes of the yearly program, one verb per function."""
