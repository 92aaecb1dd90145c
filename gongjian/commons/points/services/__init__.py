"""Writing of points: facts, entries, rules."""
