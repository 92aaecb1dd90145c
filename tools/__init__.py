"""The house's own tools: from a bare machine to a running program, and its tests."""
