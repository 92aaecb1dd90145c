"""Real processes that die: nothing of the program stands in for another."""
