"""Shelf of figures: what the mechanisms know about units, for assessments and dashboards."""
