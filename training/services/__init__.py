"""Acts on training."""
