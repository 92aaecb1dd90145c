"""Writing of the publicity register."""
