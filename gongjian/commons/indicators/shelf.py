"""Sources of indicator figures. Assessments read mechanisms through here and import none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Offered:
    """An indicator that a source can measure in the tenant in scope."""

    code: str
    name: str
    unit_label: str
    #: True when more is better.
    rises: bool
    #: scored, track or restricted (``product.md`` rule R2).
    mode: str = "scored"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one unit reached on one indicator.

    A rate carries numerator and denominator, never the rounded percentage; a
    plain count has denominator None. ``value`` is None when there is nothing to
    measure (不适用) or nothing was filed.
    """

    code: str
    unit_id: int
    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    target: Decimal | None = None
    #: Where the figure comes from, in words for the unit that is scored.
    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class IndicatorSource:
    """A family of indicators; ``measure`` takes many units and many codes at once."""

    key: str
    label: str
    offer: Callable[[], Sequence[Offered]]
    measure: Callable[[Sequence[str], Sequence[int], Period], Sequence[Figure]]


indicator_sources: Registry[IndicatorSource] = Registry("indicator_sources")
