"""Reminder rules that live for one test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from gongjian.commons.notices.shelf import Reminder, ReminderRule
from orgs.models import Unit

DEADLINE = date(2026, 10, 9)


def reminder(unit: Unit, post_ids: Sequence[int], stage: str = "-3", **values) -> Reminder:
    """A reminder of 报送季度报表 at a unit."""
    return Reminder(
        subject_kind="orgs.unit",
        subject_id=unit.pk,
        stage=stage,
        post_ids=post_ids,
        title=values.pop("title", f"请报送{unit.name}第三季度报表"),
        body=values.pop("body", "截止前请在系统内提交。"),
        url=values.pop("url", "/notices/"),
        deadline=values.pop("deadline", DEADLINE),
    )


def rule(key: str, reminders: Iterable[Reminder], **values) -> ReminderRule:
    """A rule that finds the same reminders every day."""
    found = list(reminders)
    return ReminderRule(key=key, label=f"规则{key}", due=lambda _: found, **values)
