"""投诉建议: what anyone signed in has to say, and what the office answers."""
