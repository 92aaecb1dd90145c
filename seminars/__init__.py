"""Seminars (研讨会): study topics, papers judged blind, the seminar itself, and what came of it."""
