"""Reads of the office's own words for reminders."""

from __future__ import annotations

from responsibilities.models import ReminderWording


def written_words() -> dict[tuple[str, str], tuple[str, str]]:
    """Title and body by rule and stage, in one statement."""
    rows = ReminderWording.objects.values_list("rule", "stage", "title", "body")
    return {(rule, stage): (title, body) for rule, stage, title, body in rows}
