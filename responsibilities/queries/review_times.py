"""How long returns lie with their reviewers (审核时效): a figure of the superior's own."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Reach, Scope
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from responsibilities.models import QuarterlyReturn
from responsibilities.queries.duty_rates import REVIEW_DAYS, Stay, stays_by_return


@dataclass(slots=True)
class ReviewTime:
    """What one reviewing unit answered and still has, in working days."""

    unit: Unit
    #: Days of each stay that was answered.
    answered: list[int] = field(default_factory=list)
    #: Days that each return now waiting has waited.
    waiting: list[int] = field(default_factory=list)
    #: The oldest return that waits, with its unit's name.
    oldest: QuarterlyReturn | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.answered) if self.answered else None

    @property
    def longest(self) -> int | None:
        """The longest anybody had to wait, those that still wait included."""
        return max([*self.answered, *self.waiting], default=None)

    @property
    def oldest_days(self) -> int:
        return max(self.waiting, default=0)

    @property
    def too_long(self) -> int:
        return sum(days > REVIEW_DAYS for days in self.waiting)

    @property
    def rate(self) -> float | None:
        """审核及时率: answered within the days, of all answered or already too long."""
        decided = len(self.answered) + self.too_long
        in_time = sum(days <= REVIEW_DAYS for days in self.answered)
        return round(in_time / decided * 100, 1) if decided else None


def review_times(scope: Scope, period: Period) -> list[ReviewTime]:
    """Reviewing units in reach, who has something waiting longest first.

    A return counts for the unit that decides on it now: the direct superior,
    or the level it was escalated to. Four statements, however many returns.
    """
    rows = list(
        QuarterlyReturn.objects.filter(period=period, first_submitted_at__isnull=False)
        .annotate(reviewer_id=Coalesce(F("review_place__parent_id"), F("unit__parent_id")))
        .filter(*([] if scope.reach is Reach.TENANT else [Q(unit__path__under=scope.path)]))
        .select_related("unit")
        .defer("values", "notes", "findings", "returned_values", "accepted_values")
        .order_by("pk")
    )
    units = Unit.objects.within(scope).in_bulk({row.reviewer_id for row in rows} - {None})
    stays = stays_by_return([row.pk for row in rows if row.reviewer_id in units])
    return _tally(rows, units, stays)


def _tally(
    rows: Sequence[QuarterlyReturn],
    units: Mapping[int, Unit],
    stays: Mapping[int, Sequence[Stay]],
) -> list[ReviewTime]:
    found = {pk: ReviewTime(unit) for pk, unit in units.items()}
    day, corrected = today(), corrections()
    known: dict[tuple[date, date], int] = {}

    def between(start: date, end: date) -> int:
        if (start, end) not in known:
            known[start, end] = working_days_until(start, end, corrected)
        return known[start, end]

    since: dict[int, date] = defaultdict(lambda: day)
    for row in rows:
        line = found.get(row.reviewer_id)  # type: ignore[attr-defined]
        if line is None:
            continue
        for stay in stays.get(row.pk, ()):
            if stay.left_on is not None:
                line.answered.append(between(stay.came_on, stay.left_on))
                continue
            line.waiting.append(between(stay.came_on, day))
            if line.oldest is None or stay.came_on < since[line.unit.pk]:
                line.oldest, since[line.unit.pk] = row, stay.came_on
    return sorted(found.values(), key=lambda line: (-max(line.waiting, default=-1), line.unit.path))
