"""Shelf of reminder rules: what is due is asked of the database, never scheduled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder that is due today; at most one notice per subject, stage and post."""

    subject_kind: str
    subject_id: int
    #: Working days before or after the deadline ("-3", "+1") or a word ("superior").
    stage: str
    post_ids: Sequence[int]
    title: str
    body: str
    url: str
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """A duty that is reminded of.

    ``due`` yields nothing once the duty is done, moved or waits on someone
    else, so that cancelling needs no code. ``may_see`` is asked again at
    delivery with the holder of the post.
    """

    key: str
    label: str
    due: Callable[[date], Iterable[Reminder]]
    may_see: Callable[[Actor, int], bool] | None = None
    #: Stages in their order, shown to the office on the page of rules.
    stages: Sequence[str] = ()


reminder_rules: Registry[ReminderRule] = Registry("reminder_rules")
