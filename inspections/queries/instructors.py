"""Coverage: which units without a union an instructor looks after, and walks to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from gongjian.foundation.kernel.actor import Scope
from gongjian.foundation.tenancy.models import TenantQuerySet
from inspections.models import InstructorAssignment, InstructorVisit
from orgs.enums import Level, Line
from orgs.models import Organization, Unit


def without_union() -> TenantQuerySet[Unit]:
    """Open grassroots units that have no union organization."""
    union = Organization.objects.filter(unit=OuterRef("pk"), line=Line.UNION)
    found: TenantQuerySet[Unit] = Unit.objects.filter(  # type: ignore[assignment]
        ~Exists(union), level=Level.GRASSROOTS, closed_on__isnull=True
    )
    return found


def with_care(units: TenantQuerySet[Unit], first: date, last: date) -> TenantQuerySet[Any]:
    """Annotate ``has_instructor`` and ``was_visited`` in the span."""
    cared = InstructorAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first), unit=OuterRef("pk"), starts_on__lte=last
    )
    walked = InstructorVisit.objects.filter(
        unit=OuterRef("pk"), visited_on__gte=first, visited_on__lte=last
    )
    made: TenantQuerySet[Any] = units.annotate(
        has_instructor=Exists(cared), was_visited=Exists(walked)
    )
    return made


@dataclass(frozen=True, slots=True)
class Coverage:
    """Units without a union; with an instructor; walked to in the span."""

    units: int
    cared: int
    walked: int

    @property
    def rate(self) -> str:
        return f"{self.walked / self.units * 100:.1f}%" if self.units else "—"


def coverage(scope: Scope | None, first: date, last: date) -> Coverage:
    units = with_care(without_union().within(scope), first, last)
    row = units.aggregate(
        units=Count("pk"),
        cared=Count("pk", filter=Q(has_instructor=True)),
        walked=Count("pk", filter=Q(has_instructor=True, was_visited=True)),
    )
    return Coverage(**row)
