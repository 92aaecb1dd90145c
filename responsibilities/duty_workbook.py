"""Workbooks of the list of what is owed and of the phone list."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

_HEAD = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#A5282C", "border": 1}


def write_list(
    title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]
) -> bytes:
    """One sheet: a title, a head and the lines, ready to print on A4."""
    buffer = io.BytesIO()
    # Texts of people never become formulas or links.
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    page = book.add_worksheet("清单")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(1)
    page.write_string(0, 0, title, book.add_format({**base, "bold": True, "font_size": 16}))
    head = book.add_format({**base, **_HEAD})
    line = book.add_format({**base, "border": 1, "border_color": "#D9D2C5", "text_wrap": True})
    for column, (label, width) in enumerate(columns):
        page.set_column(column, column, width)
        page.write_string(1, column, label, head)
    for number, row in enumerate(rows, start=2):
        for column, text in enumerate(row):
            page.write_string(number, column, text, line)
    page.freeze_panes(2, 1)
    book.close()
    return buffer.getvalue()
