"""Year to date and completion of a cell, whole and by the share of the year gone by.

The sheet reckons the same while somebody types (frontend/src/pace.ts); both
are held to tests/responsibilities/pace_cases.json. No database here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from responsibilities.enums import QuarterlyStyle

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Pace:
    """``rate`` and ``paced`` are percentages of one place; None where nothing can be said."""

    year_to_date: Decimal | None
    rate: Decimal | None
    #: 序时完成率: completion against the part of the target that is due by this quarter.
    paced: Decimal | None


def pace_of(
    value: Decimal | None,
    *,
    style: str,
    done: Decimal | None,
    target: Decimal | None,
    quarter: int,
) -> Pace:
    """Reckon one cell; ``done`` are the earlier quarters of the year.

    A stock at a day (时点数) is not spread over the year, so it has no pace.
    """
    if value is None:
        return Pace(None, None, None)
    reached = value + (done or 0) if style == QuarterlyStyle.INCREMENTAL else value
    if not target:
        return Pace(reached, None, None)
    rate = _percent(reached, target)
    if style == QuarterlyStyle.LATEST:
        return Pace(reached, rate, None)
    return Pace(reached, rate, _percent(reached * 4, target * quarter))


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(TENTH, rounding=ROUND_HALF_UP)
