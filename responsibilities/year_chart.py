"""The windows of a year laid out on a line of months; places are numbers, never styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from responsibilities.queries.arrangement import Line

WIDTH, LABELS, LANE, TOP = 1000, 150, 30, 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One window: where it lies, and its deadline in words."""

    name: str
    look: str
    y: int
    x: int
    width: int
    words: str
    ends_left: bool
    due_x: int
    lock_x: int | None


@dataclass(frozen=True, slots=True)
class Month:
    x: int
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    bars: Sequence[Bar]
    months: Sequence[Month]
    today_x: int | None

    @property
    def bottom(self) -> int:
        return self.height - 6


def _months(first: date, last: date) -> list[date]:
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def chart_of(rows: Sequence[tuple[Line, str]], day: date) -> Chart | None:
    """``rows`` are lines with their look: ``open``, ``set`` or ``special``."""
    if not rows:
        return None
    first = min(line.opens_on for line, _ in rows).replace(day=1)
    last = max(line.due_on + timedelta(days=(line.locks_after or 0) + 1) for line, _ in rows)
    last = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    span = (last - first).days

    def place(of: date) -> int:
        return LABELS + round((of - first).days / span * (WIDTH - LABELS - 20))

    bars = []
    for number, (line, look) in enumerate(sorted(rows, key=lambda row: row[0].opens_on)):
        x, end = place(line.opens_on), place(line.due_on + timedelta(days=1))
        hour = f" {line.due_time:%H:%M}" if line.due_time else ""
        shut = (
            None
            if line.locks_after is None
            else place(line.due_on + timedelta(days=1 + line.locks_after))
        )
        bars.append(
            Bar(
                name=line.name if len(line.name) <= 12 else line.name[:11] + "…",
                look=look,
                y=TOP + number * LANE,
                x=x,
                width=max(end - x, 4),
                words=f"{line.opens_on:%-m.%-d}—{line.due_on:%-m.%-d}{hour}",
                ends_left=end > WIDTH - 180,
                due_x=end,
                lock_x=shut,
            )
        )
    months = [Month(place(on), f"{on.month}月") for on in _months(first, last) if on < last]
    return Chart(
        width=WIDTH,
        height=TOP + len(bars) * LANE + 10,
        bars=bars,
        months=months,
        today_x=place(day) if first <= day < last else None,
    )
