"""Shelf of what stands in a person's calendar: sittings, classes, days by which things are due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One entry. Moments for a sitting, days (the last one included) for anything longer."""

    #: Key of the record within its source.
    id: int
    title: str
    starts: datetime | date
    ends: datetime | date
    url: str
    place: str = ""
    note: str = ""
    is_cancelled: bool = False

    @property
    def day(self) -> date:
        """The day in Shanghai on which it begins."""
        if isinstance(self.starts, datetime):
            return self.starts.astimezone(SHANGHAI).date()
        return self.starts

    @property
    def is_timed(self) -> bool:
        return isinstance(self.starts, datetime)


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """A mechanism's entries for one post between two days, both included."""

    key: str
    label: str
    find: Callable[[Actor, date, date], Sequence[CalendarEvent]]
    order: int = 100


calendar_sources: Registry[CalendarSource] = Registry("calendar_sources")

#: What one source may put into one calendar; more is not read by anybody.
MOST_EVENTS = 200
