"""Screens of the hierarchy, its people, its settings and the choice of post."""
