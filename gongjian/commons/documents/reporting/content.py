"""What a report says, before it is known whether it becomes paper or a workbook.

The apps give plain words and numbers; the paper draws its charts as SVG, the
workbook as charts of Excel's own, both from the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

#: None prints as a dash: not filed, or nothing to measure.
Value = str | int | Decimal | None


class Shape(StrEnum):
    """How a chart is drawn."""

    BARS = "bars"
    #: Lying bars, for many rows or long names.
    ROWS = "rows"
    LINES = "lines"
    RADAR = "radar"
    RING = "ring"


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that stands large at the head of a section."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over labels; ``highest`` is the top of the scale, None to fit the figures."""

    shape: Shape
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    measure: str = ""
    highest: int | None = 100

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for one in self.series for value in one.values)


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` is a share of the line; ``places`` make the column one of figures."""

    label: str
    width: int
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A table; its last row is set apart when ``has_total``."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    has_total: bool = False


Block = Words | Chart | Listing


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter of a report."""

    title: str
    headlines: Sequence[Headline] = ()
    blocks: Sequence[Block] = field(default_factory=list)
    #: How the figures came about.
    notes: Sequence[str] = ()
