"""Settings by place: development, production, testing; base only reads the environment."""
