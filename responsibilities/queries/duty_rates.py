"""Rates of filing and of review for any node, all taken from what was owed (应报).

Who owes nothing (exempt, or closed before the deadline without filing) leaves
both sides of every rate, so nothing passes 100 %. The days a return lies with
its reviewer are counted apart: they never make the unit late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django.utils import timezone

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.dates import SHANGHAI, today
from orgs.models import Unit
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.returns import branches

#: Working days within which a reviewer answers in time.
REVIEW_DAYS = 5

_HANDED_UP = frozenset(
    {"responsibilities.return.submitted", "responsibilities.return.filed_on_behalf"}
)
_ANSWERED = frozenset({"responsibilities.return.sent_back", "responsibilities.return.accepted"})
_TAKEN_BACK = frozenset(
    {"responsibilities.return.withdrawn", "responsibilities.return.correction_withdrawn"}
)

DaysBetween = Callable[[date, date], int]


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a return with its reviewer; without ``left_on`` it still lies there."""

    came_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What one unit owes for one period, and what became of it."""

    path: str
    due_on: date
    extended_to: date | None = None
    is_exempt: bool = False
    closed_on: date | None = None
    filed_on: date | None = None
    accepted: bool = False
    #: Whether the deadline had passed at the filing, or has by now where nothing is filed;
    #: where nobody looked at the hour, the days decide.
    is_late: bool | None = None
    stays: tuple[Stay, ...] = ()

    @property
    def deadline(self) -> date:
        return self.extended_to or self.due_on

    @property
    def has_left(self) -> bool:
        """A unit closed by its deadline owes nothing; what it filed before still counts."""
        return (
            self.closed_on is not None and self.closed_on <= self.deadline and self.filed_on is None
        )


@dataclass(frozen=True, slots=True)
class DutyRates:
    """Counts of a node with all below it; a rate of nothing is ``None`` and not zero."""

    expected: int = 0
    exempt: int = 0
    left: int = 0
    extended: int = 0
    due: int = 0
    filed: int = 0
    accepted: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    days_late: int = 0
    waiting: int = 0
    days_waited: int = 0
    reviews: int = 0
    reviews_in_time: int = 0

    @property
    def filing_rate(self) -> Decimal | None:
        """上报率: filed of all expected."""
        return _percent(self.filed, self.expected)

    @property
    def on_time_rate(self) -> Decimal | None:
        """及时率: on time of all that is decided; who still has time is not counted yet."""
        return _percent(self.on_time, self.due)

    @property
    def late_rate(self) -> Decimal | None:
        """迟报率: filed late of all that is decided."""
        return _percent(self.late, self.due)

    @property
    def accepted_rate(self) -> Decimal | None:
        return _percent(self.accepted, self.expected)

    @property
    def review_rate(self) -> Decimal | None:
        """审核及时率: the superior's own figure, of stays answered or already too long."""
        return _percent(self.reviews_in_time, self.reviews)


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / whole * 100).quantize(Decimal("0.1")) if whole else None


def tally(duties: Iterable[Duty], day: date, days_between: DaysBetween) -> DutyRates:
    """Count duties as of a day; ``days_between`` counts working days after the first day."""
    counts: dict[str, int] = defaultdict(int)
    for duty in duties:
        if duty.is_exempt:
            counts["exempt"] += 1
        elif duty.has_left:
            counts["left"] += 1
        else:
            _count_filing(counts, duty, day, days_between)
            for stay in duty.stays:
                _count_stay(counts, stay, day, days_between)
    return DutyRates(**counts)


def _count_filing(counts: dict[str, int], duty: Duty, day: date, days_between: DaysBetween) -> None:
    counts["expected"] += 1
    counts["extended"] += duty.extended_to is not None
    counts["accepted"] += duty.accepted and duty.filed_on is not None
    if duty.filed_on is not None:
        counts["filed"] += 1
        counts["due"] += 1
        late = duty.filed_on > duty.deadline if duty.is_late is None else duty.is_late
        counts["late" if late else "on_time"] += 1
    else:
        late = duty.deadline < day if duty.is_late is None else duty.is_late
        counts["overdue"] += late
        counts["due"] += late
    if late:
        counts["days_late"] += days_between(duty.deadline, duty.filed_on or day)


def _count_stay(counts: dict[str, int], stay: Stay, day: date, days_between: DaysBetween) -> None:
    days = days_between(stay.came_on, stay.left_on or day)
    counts["days_waited"] += days
    counts["waiting"] += stay.left_on is None
    in_time = days <= REVIEW_DAYS
    # A return that still lies there within the days decides nothing yet.
    if stay.left_on is not None or not in_time:
        counts["reviews"] += 1
        counts["reviews_in_time"] += in_time


def stays_of(acts: Iterable[tuple[str, date]]) -> tuple[Stay, ...]:
    """Read the stays with the reviewer from the acts on a return, oldest first.

    What the unit took back itself was never the reviewer's to answer.
    """
    stays: list[Stay] = []
    came_on: date | None = None
    for action, on in acts:
        if action in _HANDED_UP:
            came_on = on
        elif came_on is not None and action in _ANSWERED:
            stays.append(Stay(came_on, on))
            came_on = None
        elif action in _TAKEN_BACK:
            came_on = None
    if came_on is not None:
        stays.append(Stay(came_on))
    return tuple(stays)


def rates_of(unit: Unit, period: Period) -> DutyRates:
    """Rates of a unit with all below it."""
    return tally(duties_below(unit.path, period), today(), _counter())


def rates_of_children(unit: Unit, period: Period) -> list[tuple[Unit, DutyRates]]:
    """Rates of each branch directly below a unit."""
    width = len(unit.path) + 4
    grouped: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties_below(unit.path, period):
        if len(duty.path) >= width:
            grouped[duty.path[:width]].append(duty)
    day, count = today(), _counter()
    return [
        (child, tally(grouped.get(child.path, ()), day, count)) for child in branches(unit, grouped)
    ]


def duties_below(path: str, period: Period) -> list[Duty]:
    """What is owed below a path for a period, with its returns, in two statements."""
    rows = list(
        Obligation.objects.filter(period=period, unit__path__under=path)
        .order_by("unit__path")
        .values_list(
            "unit__path",
            "due_on",
            "extended_to",
            "is_exempt",
            "unit__closed_on",
            "deadline_at",
            "returns__first_submitted_at",
            "returns__accepted_at",
            "returns__pk",
        )
    )
    stays, now = stays_by_return([row[-1] for row in rows]), timezone.now()
    return [
        Duty(
            path=unit_path,
            due_on=due_on,
            extended_to=extended_to,
            is_exempt=is_exempt,
            closed_on=closed_on,
            filed_on=_day(filed_at),
            accepted=accepted_at is not None,
            is_late=(filed_at or now) >= deadline_at,
            stays=stays.get(pk, ()),
        )
        for (
            unit_path,
            due_on,
            extended_to,
            is_exempt,
            closed_on,
            deadline_at,
            filed_at,
            accepted_at,
            pk,
        ) in rows
    ]


def stays_by_return(return_ids: Sequence[int]) -> Mapping[int, tuple[Stay, ...]]:
    """Stays with the reviewer by return: the trail is the only full record of the rounds."""
    acts: dict[int, list[tuple[str, date]]] = defaultdict(list)
    # An obligation without a return comes with NULL, which matches nothing.
    entries = (
        TrailEntry.objects.filter(
            subject_kind=QuarterlyReturn._meta.label_lower,
            subject_id__in=return_ids,
            action__in=_HANDED_UP | _ANSWERED | _TAKEN_BACK,
        )
        .order_by("pk")
        .values_list("subject_id", "action", "at")
    )
    for subject_id, action, at in entries:
        if subject_id is not None:
            acts[subject_id].append((action, at.astimezone(SHANGHAI).date()))
    return {pk: stays_of(found) for pk, found in acts.items()}


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(SHANGHAI).date()


def _counter() -> DaysBetween:
    """Count working days; a branch has few distinct pairs of days, so each is counted once."""
    corrected = corrections()

    @cache
    def count(start: date, end: date) -> int:
        return working_days_until(start, end, corrected)

    return count
