"""Acts on joint meetings."""
