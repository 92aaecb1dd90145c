"""Publicity: outlets, campaigns, what appeared and its proof."""
