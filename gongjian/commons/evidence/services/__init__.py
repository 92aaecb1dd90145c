"""Acts on evidence."""
