"""A report as the values of its printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from gongjian.foundation.kernel.numbers import in_chinese, round_half_up

TEMPLATE = "documents/overview.html"
DASH = "—"
#: Rows after which a report is printed in parts, and rows of a table that are printed at all.
LONG, LONGEST = 500, 1000
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
        # Where it stands in a report of several parts (``parts_of``).
        "is_long": False,
        "pages_before": 0,
        "first_page": 1,
        "starts_left": False,
        "organ": organ,
        "made_on": made_on,
        "lead": lead,
        "sections": [
            {
                "heading": f"{in_chinese(place + 1)}、{section.title}",
                "headlines": [
                    {"label": line.label, "value": line.value} for line in section.headlines
                ],
                "blocks": [_block(block, counter) for block in section.blocks if _says(block)],
                "notes": list(section.notes),
            }
            for place, section in enumerate(sections)
        ],
    }


def parts_of(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A long report in parts of whole sections, each of which begins on a new page."""
    sections = values["sections"]
    if sum(map(_length, sections)) <= LONG:
        return [dict(values)]
    parts: list[list[dict[str, Any]]] = [[]]
    length = 0
    for section in sections:
        if parts[-1] and length + _length(section) > LONG:
            parts.append([])
            length = 0
        parts[-1].append(section)
        length += _length(section)
    return [{**values, "is_long": True, "sections": part} for part in parts]


def _length(section: Mapping[str, Any]) -> int:
    """Rows of a section's tables, a chart counted as the rows it takes the place of."""
    return sum(
        len(block["rows"]) if block["kind"] == "listing" else 10 for block in section["blocks"]
    )


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
        "caption": captions.table(_title(block)),
        "columns": [
            {"label": column.label, "width": column.width, "is_figure": column.places is not None}
            for column in block.columns
        ],
        "rows": [_row(row, block.columns) for row in _body(block)],
        # The places of rows that are written onto the finished page (``press``).
        "table": "",
        "boxes": [],
        "is_short": len(block.rows) <= SHORT,
        "total": _row(block.rows[-1], block.columns) if block.has_total and block.rows else [],
    }


def _measure(chart: Chart) -> str:
    return f"（{chart.measure}）" if chart.measure else ""


def _body(listing: Listing) -> Sequence[Sequence[Value]]:
    rows = listing.rows[:-1] if listing.has_total else listing.rows
    return rows[:LONGEST]


def _title(listing: Listing) -> str:
    """What is left out on paper is said, and stands in the workbook."""
    if len(listing.rows) <= LONGEST:
        return listing.title
    return f"{listing.title}（共{len(listing.rows)}行，列前{LONGEST}行，其余见 Excel 报告）"


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
