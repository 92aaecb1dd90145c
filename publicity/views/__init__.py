"""Pages of the publicity register."""
