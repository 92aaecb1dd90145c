"""Points as indicators: shown and tracked, and by rule R2 not a yardstick.

Pieces published are volume. A tenant that wants to score them all the same
takes them over with a recorded override, as the rule pack demands.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum

from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.commons.points.models import PointEntry
from gongjian.commons.points.queries import rules_for
from gongjian.commons.points.shelf import point_mechanisms
from gongjian.foundation.calendar.models import Period

_PREFIX = "points."


def offer() -> list[Offered]:
    return [
        Offered(
            code=f"{_PREFIX}{mechanism.key}",
            name=f"{mechanism.label}积分",
            unit_label="分",
            rises=True,
            mode="restricted",
        )
        for mechanism in point_mechanisms
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> list[Figure]:
    """Points of the days of the period, reversals included; nothing noted is no figure."""
    wanted = [code.removeprefix(_PREFIX) for code in codes if code.startswith(_PREFIX)]
    rows = (
        PointEntry.objects.filter(
            account__unit__in=list(unit_ids),
            account__mechanism__in=wanted,
            day__range=(period.starts_on, period.ends_on),
        )
        .order_by()
        .values_list("account__mechanism", "account__unit_id")
        .annotate(total=Sum("amount"))
    )
    totals = {(mechanism, unit_id): total for mechanism, unit_id, total in rows}
    figures = []
    for mechanism in wanted:
        rules = rules_for(mechanism, period.year)
        figures += [
            Figure(
                code=f"{_PREFIX}{mechanism}",
                unit_id=unit_id,
                value=totals.get((mechanism, unit_id)),
                source=f"积分台账，依据《{rules.title}》" if rules else "尚未施行积分规则",
                as_of=period.ends_on,
            )
            for unit_id in unit_ids
        ]
    return figures


indicator_sources.register(
    IndicatorSource(key="points", label="积分台账", offer=offer, measure=measure)
)
