"""The calendar: who is visited when, what meets on the same days, how often in a year."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists

from gongjian.foundation.kernel.dates import today
from inspections.enums import COUNTED_VISITS, PlanState, VisitState
from inspections.models import InspectionPlan, InstructorVisit, PlanLineUnit, Visit
from inspections.queries.visits import unannounced_lines
from orgs.models import Unit
from orgs.visit_shelf import UnitVisit, VisitSource, visit_sources, visits_between

#: Visits that one unit bears in a year when no plan says otherwise.
USUAL_LIMIT = 2


def limit_of(organizer_id: int, year: int) -> int:
    """The limit of the organizer's plan, else the usual one."""
    plan = InspectionPlan.objects.filter(unit_id=organizer_id, year=year).first()
    return plan.visit_limit if plan is not None else USUAL_LIMIT


def inspections_between(unit_ids: Sequence[int], first: date, last: date) -> list[UnitVisit]:
    found = Visit.objects.filter(
        unit_id__in=unit_ids, state__in=COUNTED_VISITS, starts_on__lte=last, ends_on__gte=first
    )
    # 四不两直: its unit is not to read of it in a count either.
    found = found.annotate(is_secret=Exists(unannounced_lines())).select_related("unit")
    return [
        UnitVisit(
            visit.unit_id,
            visit.starts_on,
            visit.ends_on,
            visit.title,
            "督查",
            visit.get_absolute_url(),
            visit.unit.path if visit.is_secret and visit.state == VisitState.PLANNED else "",
        )
        for visit in found
    ]


def walks_between(unit_ids: Sequence[int], first: date, last: date) -> list[UnitVisit]:
    found = InstructorVisit.objects.filter(
        unit_id__in=unit_ids, visited_on__gte=first, visited_on__lte=last
    ).select_related("assignment__instructor")
    return [
        UnitVisit(
            walk.unit_id,
            walk.visited_on,
            walk.visited_on,
            f"{walk.assignment.instructor.name}走访",
            "指导员走访",
        )
        for walk in found
    ]


visit_sources.register(VisitSource("inspections.visits", "督查", inspections_between))
# Instructors come to help; they are shown beside the inspections and not counted.
visit_sources.register(
    VisitSource("inspections.instructors", "指导员走访", walks_between, is_counted=False)
)


@dataclass(frozen=True, slots=True)
class Clash:
    """Visits of one unit that stand within a week of each other: better one visit than two."""

    unit: Unit
    visits: Sequence[UnitVisit]


#: Days between two visits below which they are offered for merging.
NEAR = timedelta(days=14)


def clashes(units: Sequence[Unit], first: date, last: date, *, seen_from: str = "") -> list[Clash]:
    by_pk = {unit.pk: unit for unit in units}
    found = []
    held = visits_between(list(by_pk), first, last, counted_only=True, seen_from=seen_from)
    for pk, visits in held.items():
        near = [
            (one, other)
            for one, other in itertools.pairwise(visits)
            if other.starts_on - one.ends_on <= NEAR
        ]
        if near:
            met = [visit for visit in visits if any(visit in pair for pair in near)]
            found.append(Clash(by_pk[pk], met))
    return found


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar with its visits and the plan's items still without one."""

    number: int
    visits: Sequence[Visit]
    waiting: Sequence[PlanLineUnit]


def year_view(visits: Sequence[Visit], waiting: Sequence[PlanLineUnit]) -> list[Month]:
    now = today()

    def month_of(item: PlanLineUnit) -> int:
        """What was to begin earlier waits in the present month."""
        line = item.line
        begins = max(line.starts_on, now) if line.plan.year == now.year else line.starts_on
        return min(begins, line.ends_on).month

    ordered = sorted(visits, key=lambda visit: (visit.starts_on, visit.pk))
    return [
        Month(
            number,
            [visit for visit in ordered if visit.starts_on.month == number],
            [item for item in waiting if month_of(item) == number],
        )
        for number in range(1, 13)
    ]


def without_visit(year: int) -> list[PlanLineUnit]:
    """Units of approved plans' items for which no visit has been arranged."""
    items = PlanLineUnit.objects.filter(
        line__plan__year=year, line__plan__state=PlanState.APPROVED
    ).select_related("unit", "line__plan")
    held = set(
        Visit.objects.filter(state__in=COUNTED_VISITS, lines__line__plan__year=year).values_list(
            "unit_id", "lines__line_id"
        )
    )
    return [item for item in items if (item.unit_id, item.line_id) not in held]
