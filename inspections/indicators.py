"""What inspections know about units, for assessments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import TruncDate

from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from inspections.enums import CLEARED_FINDINGS, OPEN_FINDINGS
from inspections.models import Finding
from inspections.queries.findings import CAME_BACK, CLEARED_EVER, annotated
from inspections.queries.instructors import with_care, without_union
from orgs.models import Unit

#: Findings cleared in time of those whose day has come (practice H03); units without a
#: union that an instructor looks after and has walked to (B12, never scored); cleared
#: findings of the period's visits that came back, at 回头看 or at a later visit.
IN_TIME, CARED = "inspections.in_time", "inspections.cared"
RECURRED = "inspections.recurred"


def offer() -> Sequence[Offered]:
    return [
        Offered(IN_TIME, "督查问题按期销号率", "%", rises=True),
        Offered(CARED, "组建指导员联系覆盖率", "%", rises=True, mode="track"),
        Offered(RECURRED, "督查问题反弹率", "%", rises=False, mode="track"),
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> Sequence[Figure]:
    units = list(Unit.objects.filter(pk__in=unit_ids))
    first, last = period.starts_on, min(period.ends_on, today())
    figures: list[Figure] = []
    if IN_TIME in codes:
        figures += _in_time(units, first, last)
    if CARED in codes:
        figures += _cared(units, first, last)
    if RECURRED in codes:
        figures += _recurred(units, first, last)
    return figures


def _in_time(units: Sequence[Unit], first: date, last: date) -> list[Figure]:
    due = (
        Finding.objects.filter(state__in=[*OPEN_FINDINGS, *CLEARED_FINDINGS])
        .filter(follow_up__due_on__gte=first, follow_up__due_on__lte=last)
        .annotate(reported_on=TruncDate("follow_up__reported_at"))
        .annotate(path=F("unit__path"))
    )
    cleared = Q(state__in=CLEARED_FINDINGS, reported_on__lte=F("follow_up__due_on"))
    whole = list(due.values_list("path", flat=True))
    good = list(due.filter(cleared).values_list("path", flat=True))
    return [_rate(IN_TIME, unit, good, whole, "督查问题按期销号", last) for unit in units]


def _recurred(units: Sequence[Unit], first: date, last: date) -> list[Figure]:
    """Of the findings of visits signed in the period that were ever cleared."""
    signed: TenantQuerySet[Finding] = Finding.objects.filter(  # type: ignore[assignment]
        visit__signed_at__date__gte=first, visit__signed_at__date__lte=last
    )
    ever = annotated(signed).filter(CLEARED_EVER).annotate(path=F("unit__path"))
    whole = list(ever.values_list("path", flat=True))
    back = list(ever.filter(CAME_BACK).values_list("path", flat=True))
    return [_rate(RECURRED, unit, back, whole, "督查问题反弹", last, "曾销号") for unit in units]


def _cared(units: Sequence[Unit], first: date, last: date) -> list[Figure]:
    found = with_care(without_union(), first, last).values_list(
        "path", "has_instructor", "was_visited"
    )
    rows = list(found)
    whole = [path for path, _, _ in rows]
    good = [path for path, cared, walked in rows if cared and walked]
    return [_rate(CARED, unit, good, whole, "指导员联系并走访", last) for unit in units]


def _rate(
    code: str,
    unit: Unit,
    good: Sequence[str],
    whole: Sequence[str],
    words: str,
    day: date,
    counted: str = "应",
) -> Figure:
    """A unit answers for itself and all below it."""
    above = sum(path.startswith(unit.path) for path in good)
    below = sum(path.startswith(unit.path) for path in whole)
    value = Decimal(above) / Decimal(below) * 100 if below else None
    return Figure(
        code,
        unit.pk,
        value,
        Decimal(above) if below else None,
        Decimal(below) if below else None,
        source=f"{words}{above}，{counted}{below}" if below else "没有应计的事项，不适用",
        as_of=day,
    )


indicator_sources.register(IndicatorSource("inspections", "督促检查", offer, measure))
