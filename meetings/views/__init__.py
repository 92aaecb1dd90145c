"""Pages of the joint meetings."""
