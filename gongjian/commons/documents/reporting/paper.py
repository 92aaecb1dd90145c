"""A report as the values of its printed page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gongjian.commons.documents.reporting.content import (
    Block,
    Chart,
    Column,
    Listing,
    Section,
    Shape,
    Value,
    Words,
)
from gongjian.foundation.kernel.numbers import round_half_up

TEMPLATE = "documents/overview.html"
_NUMBERS = "一二三四五六七八九十"
DASH = "—"
#: A table of so many rows stays on one page.
SHORT = 12


def paper_values(
    sections: Sequence[Section],
    *,
    title: str,
    organ: str,
    made_on: str,
    lead: str,
    unbroken: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything the report prints; figures and tables are numbered through the whole report."""
    counter = _Captions()
    return {
        "title": title,
        # Words of the title that stay in one line.
        "unbroken": list(unbroken),
        "organ": organ,
        "made_on": made_on,
        "lead": lead,
        "sections": [
            {
                "heading": f"{_NUMBERS[place]}、{section.title}",
                "headlines": [
                    {"label": line.label, "value": line.value} for line in section.headlines
                ],
                "blocks": [_block(block, counter) for block in section.blocks if _says(block)],
                "notes": list(section.notes),
            }
            for place, section in enumerate(sections)
        ],
    }


def _says(block: Block) -> bool:
    return not (isinstance(block, Chart) and block.is_empty)


class _Captions:
    """图1, 图2 … and 表1, 表2 …, each in the order of the pages."""

    def __init__(self) -> None:
        self.figures = self.tables = 0

    def figure(self, title: str) -> str:
        self.figures += 1
        return f"图{self.figures}　{title}"

    def table(self, title: str) -> str:
        self.tables += 1
        return f"表{self.tables}　{title}"


def _block(block: Block, captions: _Captions) -> dict[str, Any]:
    if isinstance(block, Words):
        return {"kind": "words", "text": block.text}
    if isinstance(block, Chart):
        return {
            "kind": str(block.shape),
            "caption": captions.figure(block.title + _measure(block)),
            "chart": _chart(block),
        }
    return {
        "kind": "listing",
        "caption": captions.table(block.title),
        "columns": [
            {"label": column.label, "width": column.width, "is_figure": column.places is not None}
            for column in block.columns
        ],
        "rows": [_row(row, block.columns) for row in _body(block)],
        "is_short": len(block.rows) <= SHORT,
        "total": _row(block.rows[-1], block.columns) if block.has_total and block.rows else [],
    }


def _measure(chart: Chart) -> str:
    return f"（{chart.measure}）" if chart.measure else ""


def _body(listing: Listing) -> Sequence[Sequence[Value]]:
    return listing.rows[:-1] if listing.has_total else listing.rows


def _row(row: Sequence[Value], columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [
        {"text": text_of(value, column.places), "is_figure": column.places is not None}
        for value, column in zip(row, columns, strict=True)
    ]


def text_of(value: Value, places: int | None) -> str:
    """A figure to the places of its column; nothing filed is a dash, never zero."""
    if value is None or value == "":
        return DASH
    if isinstance(value, str) or places is None:
        return str(value)
    return f"{round_half_up(Decimal(value), Decimal(1).scaleb(-places)):,f}"


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "labels": list(chart.labels),
        "highest": highest_of(chart),
        "series": [
            {
                "label": one.label,
                "values": [None if value is None else float(value) for value in one.values],
            }
            for one in chart.series
        ],
    }


def highest_of(chart: Chart) -> float:
    """The top of the scale: as given, or the next round number above the figures."""
    values = [float(value) for one in chart.series for value in one.values if value is not None]
    largest = max(values, default=0.0)
    if chart.highest is not None and largest <= chart.highest:
        return float(chart.highest)
    if chart.shape is Shape.RING or largest <= 0:
        return largest or 1.0
    # Five steps of 1, 2, 2.5 or 5 times a power of ten, so that the scale reads easily.
    power = 10.0 ** (len(str(int(largest))) - 1)
    steps = (scale * share for scale in (power / 10, power) for share in (1, 2, 2.5, 5, 10))
    return next(5 * step for step in steps if 5 * step >= largest)
