"""A report as a workbook: a sheet a section, charts of Excel's own over its cells."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from gongjian.commons.documents.reporting.content import (
    Block,
    Chart,
    Listing,
    Section,
    Shape,
    Value,
    Words,
)
from gongjian.commons.documents.reporting.paper import DASH, highest_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {
    Shape.BARS: {"type": "column"},
    Shape.ROWS: {"type": "bar"},
    Shape.LINES: {"type": "line"},
    Shape.RADAR: {"type": "radar", "subtype": "filled"},
    Shape.RING: {"type": "doughnut"},
}
COLOURS = ("#B3261E", "#E3A33B", "#4A6B8A", "#7A9A5B")
RING = ("#2F7D4F", "#4A6B8A", "#E3A33B", "#B3261E", "#8D8D8D")
#: Rows that a chart takes on its sheet.
_CHART_ROWS = 16
#: Characters a name of a sheet may not have, and its greatest length.
_BAD_NAME, _LONGEST_NAME = re.compile(r"[\[\]:*?/\\']"), 31


def workbook_of(
    sections: Sequence[Section], *, title: str, organ: str, made_on: str, lead: str, at: datetime
) -> bytes:
    """Write the report. ``at`` is the moment of the request: the same request, the same bytes."""
    stream = io.BytesIO()
    # Names are typed by people: nothing is read as a formula or an address.
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "author": organ, "created": at.replace(tzinfo=None)})
    writer = _Writer(book)
    writer.cover(sections, title=title, organ=organ, made_on=made_on, lead=lead)
    for place, section in enumerate(sections, start=1):
        writer.section(section, place)
    book.close()
    return stream.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.head = book.add_format(
            {"bold": True, "bg_color": "#F6F1EE", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.caption = book.add_format({"bold": True, "font_color": "#B3261E"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.words = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        self.strong = book.add_format({"bold": True, "font_size": 14, "font_color": "#B3261E"})
        self.numbers = {
            places: book.add_format(
                {"border": 1, "num_format": "#,##0" + ("." + "0" * places if places else "")}
            )
            for places in range(5)
        }

    def cover(
        self, sections: Sequence[Section], *, title: str, organ: str, made_on: str, lead: str
    ) -> None:
        """Title, summary, and the large figures of all sections."""
        sheet = self.book.add_worksheet("概况")
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 60)
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, f"{organ}　{made_on}")
        sheet.merge_range(2, 0, 2, 1, lead, self.wrapped)
        sheet.set_row(2, 60)
        row = 4
        for section in sections:
            sheet.write_string(row, 0, section.title, self.caption)
            for line in section.headlines:
                row += 1
                sheet.write_string(row, 0, line.label)
                sheet.write_string(row, 1, line.value, self.strong)
            row += 2

    def section(self, section: Section, place: int) -> None:
        name = f"{place} {_BAD_NAME.sub(' ', section.title)}"[:_LONGEST_NAME]
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 12, 14)
        sheet.write_string(0, 0, section.title, self.title)
        row = 2
        for block in section.blocks:
            row = self._block(sheet, name, row, block) + 1
        for note in section.notes:
            sheet.write_string(row, 0, note)
            row += 1

    def _block(self, sheet: Any, name: str, row: int, block: Block) -> int:
        if isinstance(block, Words):
            sheet.merge_range(row, 0, row, 8, block.text, self.wrapped)
            sheet.set_row(row, 15 * (len(block.text) // 60 + 1))
            return row + 1
        if isinstance(block, Chart):
            return row if block.is_empty else self._chart(sheet, name, row, block)
        return self._listing(sheet, row, block)

    def _listing(self, sheet: Any, row: int, listing: Listing) -> int:
        sheet.write_string(row, 0, listing.title, self.caption)
        for place, column in enumerate(listing.columns):
            sheet.write_string(row + 1, place, column.label, self.head)
        at = row + 2
        for line in listing.rows:
            for place, (value, column) in enumerate(zip(line, listing.columns, strict=True)):
                self._cell(sheet, at, place, value, column.places)
            at += 1
        return at

    def _cell(self, sheet: Any, row: int, column: int, value: Value, places: int | None) -> None:
        if value is None or value == "":
            sheet.write_string(row, column, DASH, self.words)
        elif isinstance(value, str) or places is None:
            sheet.write_string(row, column, str(value), self.words)
        else:
            sheet.write_number(row, column, Decimal(value), self.numbers[min(places, 4)])

    def _chart(self, sheet: Any, name: str, row: int, block: Chart) -> int:
        """The figures of a chart as cells, and the chart over them."""
        sheet.write_string(row, 0, block.title, self.caption)
        head, first = row + 1, row + 2
        last = first + len(block.labels) - 1
        sheet.write_string(head, 0, block.measure or "项目", self.head)
        for place, label in enumerate(block.labels):
            sheet.write_string(first + place, 0, label, self.words)
        for column, one in enumerate(block.series, start=1):
            sheet.write_string(head, column, one.label, self.head)
            for place, value in enumerate(one.values):
                self._cell(sheet, first + place, column, value, 2)
        chart = self.book.add_chart(_KINDS[block.shape])
        for column in range(1, len(block.series) + 1):
            chart.add_series(_series(name, block, column, head, first, last))
        self._dress(chart, block)
        sheet.insert_chart(head, len(block.series) + 2, chart)
        return max(last + 1, head + _CHART_ROWS + max(0, len(block.labels) - 12))

    def _dress(self, chart: Any, block: Chart) -> None:
        chart.set_title({"name": block.title, "name_font": {"size": 12}})
        rows = len(block.labels)
        chart.set_size({"width": 620, "height": 300 + 20 * max(0, rows - 12)})
        if len(block.series) == 1 and block.shape is not Shape.RING:
            chart.set_legend({"none": True})
        if block.shape in {Shape.BARS, Shape.LINES, Shape.ROWS}:
            scale = {"min": 0, "max": highest_of(block), "major_gridlines": {"visible": True}}
            names, figures = ("y", "x") if block.shape is Shape.ROWS else ("x", "y")
            # Excel draws lying bars from below; the report reads from above.
            getattr(chart, f"set_{names}_axis")({"reverse": block.shape is Shape.ROWS})
            getattr(chart, f"set_{figures}_axis")(scale)


def _series(
    name: str, block: Chart, column: int, head: int, first: int, last: int
) -> dict[str, Any]:
    colour = COLOURS[(column - 1) % len(COLOURS)]
    series: dict[str, Any] = {
        "name": [name, head, column],
        "categories": [name, first, 0, last, 0],
        "values": [name, first, column, last, column],
    }
    if block.shape is Shape.RING:
        points = [{"fill": {"color": RING[place % len(RING)]}} for place in range(last - first + 1)]
        return series | {"points": points, "data_labels": {"percentage": True}}
    if block.shape is Shape.LINES:
        line = {"color": colour, "width": 2.25}
        return series | {"line": line, "marker": {"type": "circle", "fill": {"color": colour}}}
    if block.shape is Shape.RADAR:
        return series | {"fill": {"color": colour, "transparency": 60}, "line": {"color": colour}}
    return series | {"fill": {"color": colour}}
