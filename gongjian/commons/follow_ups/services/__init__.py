"""Writes of follow-ups."""
