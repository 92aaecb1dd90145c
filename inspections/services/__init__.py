"""Writes of the inspections."""
