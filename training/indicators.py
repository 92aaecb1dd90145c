"""What training knows about units. Hours are recorded and never scored (R2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from training.enums import HELD, ClassState, EnrolmentState, PlanState
from training.models import Enrolment, TrainingClass

#: Classes of an approved plan that were held; those who completed of those who sat in class.
PLANNED, COMPLETED = "training.planned", "training.completed"


def offer() -> Sequence[Offered]:
    return [
        Offered(PLANNED, "年度培训计划完成率", "%", rises=True),
        Offered(COMPLETED, "参训人员结业率", "%", rises=True, mode="track"),
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> Sequence[Figure]:
    units = list(Unit.objects.filter(pk__in=unit_ids))
    first, last = period.starts_on, min(period.ends_on, today())
    figures: list[Figure] = []
    if PLANNED in codes:
        figures += _planned(units, first, last)
    if COMPLETED in codes:
        figures += _completed(units, first, last)
    return figures


def _planned(units: Sequence[Unit], first: date, last: date) -> list[Figure]:
    """Of the unit that organizes; a class dropped with a reason still counts as planned."""
    rows = list(
        TrainingClass.objects.filter(
            plan__state=PlanState.APPROVED, ends_on__gte=first, ends_on__lte=last
        ).values_list("unit_id", "state")
    )
    return [
        _rate(
            PLANNED,
            unit,
            sum(held == unit.pk and state in HELD for held, state in rows),
            sum(held == unit.pk for held, _ in rows),
            "计划内已结班",
            last,
        )
        for unit in units
    ]


def _completed(units: Sequence[Unit], first: date, last: date) -> list[Figure]:
    rows = list(
        Enrolment.objects.filter(
            training_class__state__in=[ClassState.FINISHED, ClassState.ARCHIVED],
            training_class__ends_on__gte=first,
            training_class__ends_on__lte=last,
            state__in=[
                EnrolmentState.COMPLETED,
                EnrolmentState.INCOMPLETE,
                EnrolmentState.EXPELLED,
            ],
        ).values_list("unit__path", "state")
    )
    return [
        _rate(
            COMPLETED,
            unit,
            sum(path.startswith(unit.path) and state == "completed" for path, state in rows),
            sum(path.startswith(unit.path) for path, _ in rows),
            "结业",
            last,
        )
        for unit in units
    ]


def _rate(code: str, unit: Unit, good: int, whole: int, words: str, day: date) -> Figure:
    return Figure(
        code,
        unit.pk,
        Decimal(good) / Decimal(whole) * 100 if whole else None,
        Decimal(good) if whole else None,
        Decimal(whole) if whole else None,
        source=f"{words}{good}，应{whole}" if whole else "没有应计的培训，不适用",
        as_of=day,
    )


indicator_sources.register(IndicatorSource("training", "干部培训", offer, measure))
