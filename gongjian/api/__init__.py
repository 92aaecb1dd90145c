"""The interface for machines: the same rows and the same services as the screens."""
