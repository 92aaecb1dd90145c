"""Words in everything a person may read: an index of neighbouring characters."""
