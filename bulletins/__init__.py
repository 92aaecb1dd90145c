"""Bulletins (信息交流): dispatches of the grassroots, the desk, and issues of the bulletin."""
