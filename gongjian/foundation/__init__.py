"""Machinery that knows no organization."""
