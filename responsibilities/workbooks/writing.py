"""Workbooks of returns for filling offline: only the cells to fill are open."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from gongjian.commons.documents.rendering.characters import clean
from responsibilities.cells import Cell
from responsibilities.enums import CellType, ValueType
from responsibilities.sheet import Row, Sheet
from responsibilities.words import SUMMARY_SECTION, longest_of
from responsibilities.workbooks.ticket import SHEET, Ticket

CODE, VALUE, REMARK = "编码", "本期数", "说明"
HEADINGS = (CODE, "指标", "计量单位", "目标值", "上期数", VALUE, REMARK)
UNIT_CODE, UNIT_NAME = "单位代码", "单位名称"
LONGEST_REMARK = 200
_WIDTHS = (10, 38, 10, 12, 12, 16, 40)
_RED, _PAPER, _LINE = "#B3261E", "#FFF8E6", "#D9CFC1"
_LARGEST = 99_999_999_999
#: What may be selected and done in a protected sheet; no password, it only guards against slips.
_PROTECTION = {"format_columns": True, "format_rows": True, "select_locked_cells": True}


class _Book:
    """A workbook in memory with the few formats all sheets share."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        # Texts of people never become formulas or links.
        self.book = xlsxwriter.Workbook(
            self._buffer,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        base: dict[str, Any] = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        framed = {**base, "border": 1, "border_color": _LINE}
        self.title = self.book.add_format({**base, "bold": True, "font_size": 16})
        self.note = self.book.add_format({**base, "font_color": "#6B6258"})
        self.head = self.book.add_format(
            {**framed, "bold": True, "font_color": "#FFFFFF", "bg_color": _RED, "text_wrap": True}
        )
        self.section = self.book.add_format({**base, "bold": True, "font_color": _RED})
        self.locked = self.book.add_format({**framed, "text_wrap": True})
        # Not "0.##": spreadsheet programs would show "5." for five.
        self.locked_whole = self.book.add_format({**framed, "num_format": "#,##0"})
        self.locked_broken = self.book.add_format({**framed, "num_format": "#,##0.00"})
        filled = {**framed, "locked": False, "bg_color": _PAPER}
        self.whole = self.book.add_format({**filled, "num_format": "0"})
        self.broken = self.book.add_format({**filled, "num_format": "0.00"})
        self.remark = self.book.add_format({**filled, "num_format": "@", "text_wrap": True})

    def number(self, cell: Cell, *, is_open: bool) -> Any:
        if is_open:
            return self.whole if cell.is_integer else self.broken
        return self.locked_whole if cell.is_integer else self.locked_broken

    def finish(self, ticket: Ticket) -> bytes:
        slip = self.book.add_worksheet(SHEET)
        for row, piece in enumerate(ticket.pieces()):
            slip.write_string(row, 0, piece)
        slip.protect()
        slip.very_hidden()
        self.book.close()
        return self._buffer.getvalue()


def rule_of(cell: Cell) -> dict[str, Any]:
    """What the spreadsheet program itself refuses while typing."""
    rule: dict[str, Any] = {
        "input_title": cell.label[:30],
        "input_message": f"计量单位：{cell.unit_label}。{cell.hint}"[:250],
        "error_title": "请核对",
    }
    if cell.value_type == ValueType.YES_NO:
        return rule | {
            "validate": "list",
            "source": ["1", "0"],
            "error_message": "请填 1（是）或 0（否）。",
        }
    if cell.value_type == ValueType.PERCENT:
        return rule | {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": 100,
            "error_message": "请填 0 到 100 之间的数，不带百分号。",
        }
    kind, words = ("integer", "0 或正整数") if cell.is_integer else ("decimal", "0 或正数")
    return rule | {
        "validate": kind,
        "criteria": "between",
        "minimum": 0,
        "maximum": _LARGEST,
        "error_message": f"请只填{words}，不要带文字和单位。",
    }


def write_return(sheet: Sheet, ticket: Ticket, *, cells: dict[str, Cell]) -> bytes:
    """The template of one return with what is known already (下载 Excel)."""
    out = _Book()
    page = out.book.add_worksheet("填报")
    page.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.set_row(0, 30)
    page.write_string(0, 0, clean(f"{ticket.unit_name}党工共建工作季度报表"), out.title)
    subject = f"单位：{ticket.unit_name}　期间：{ticket.period_name}　表式：第{ticket.version}版"
    page.write_string(1, 0, clean(subject), out.note)
    page.write_string(
        2,
        0,
        "只填浅黄色的格；没有发生填 0，留空表示还没有填。请勿增删行列。",
        out.note,
    )
    for column, heading in enumerate(HEADINGS):
        page.write_string(4, column, heading, out.head)
    row = 5
    for section in sheet.sections:
        page.write_string(row, 1, clean(section.name), out.section)
        row += 1
        for line in section.rows:
            cell = cells[line.code]
            for column, text in enumerate((line.code, line.label, line.unit)):
                page.write_string(row, column, clean(text), out.locked)
            is_open = not line.readonly
            if cell.is_words:
                _write_words(page, row, line, cell, out)
            else:
                for column, number in ((3, line.target), (4, line.last)):
                    _write_number(page, row, column, number, out.number(cell, is_open=False))
                _write_number(page, row, 5, line.base, out.number(cell, is_open=is_open))
            page.write_string(row, 6, clean(line.remark), out.remark if is_open else out.locked)
            if is_open:
                rule = _words_rule(cell) if cell.is_words else rule_of(cell)
                page.data_validation(row, 5, row, 5, rule)
                page.data_validation(row, 6, row, 6, _remark_rule())
            row += 1
    page.freeze_panes(5, 2)
    _print_setup(page, heading_row=4)
    page.protect("", _PROTECTION)
    return out.finish(ticket)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the workbook of many: what stands in its cells, by code."""

    code: str
    name: str
    values: dict[str, Any]
    open: tuple[str, ...]


def write_children(lines: Sequence[UnitLine], ticket: Ticket, *, cells: Sequence[Cell]) -> bytes:
    """One sheet with a row a unit and a column a cell (代报)."""
    out = _Book()
    page = out.book.add_worksheet("代报")
    page.hide_gridlines(2)
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 26)
    page.set_column(2, len(cells) + 1, 13)
    page.set_row(0, 30)
    page.write_string(0, 0, clean(f"{ticket.unit_name}下级单位季度报表代报"), out.title)
    page.write_string(
        1,
        0,
        clean(f"期间：{ticket.period_name}　表式：第{ticket.version}版　每行一个单位。"),
        out.note,
    )
    page.write_string(
        2, 0, "只填浅黄色的格；没有发生填 0，留空表示还没有填。请勿增删行列。", out.note
    )
    page.set_row(4, 48)
    page.write_string(4, 0, "", out.head)
    page.write_string(4, 1, "", out.head)
    page.write_string(5, 0, UNIT_CODE, out.head)
    page.write_string(5, 1, UNIT_NAME, out.head)
    last = max(len(lines) + 5, 6)
    for column, cell in enumerate(cells, start=2):
        measure = f"（{cell.unit_label}）" if cell.unit_label else ""
        page.write_string(4, column, clean(f"{cell.label}{measure}"), out.head)
        page.write_string(5, column, cell.code, out.head)
        rule = _words_rule(cell) if cell.is_words else rule_of(cell)
        page.data_validation(6, column, last, column, rule)
        if cell.is_words:
            page.set_column(column, column, 30)
    for row, line in enumerate(lines, start=6):
        page.write_string(row, 0, clean(line.code), out.locked)
        page.write_string(row, 1, clean(line.name), out.locked)
        for column, cell in enumerate(cells, start=2):
            is_open, held = cell.code in line.open, line.values.get(cell.code)
            if cell.is_words:
                page.write_string(
                    row, column, clean(held or ""), out.remark if is_open else out.locked
                )
            else:
                _write_number(page, row, column, held, out.number(cell, is_open=is_open))
    page.freeze_panes(6, 2)
    _print_setup(page, heading_row=5)
    page.set_landscape()
    page.protect("", _PROTECTION)
    return out.finish(ticket)


def _write_words(page: Any, row: int, line: Row, cell: Cell, out: _Book) -> None:
    """Words stand in the column of the figures, as text: a date is typed like one."""
    page.write_string(row, 3, "", out.locked)
    page.write_string(row, 4, clean(line.last_words), out.locked)
    page.write_string(row, 5, clean(line.typed), out.locked if line.readonly else out.remark)
    if cell.section == SUMMARY_SECTION:
        page.set_row(row, 90)


def _words_rule(cell: Cell) -> dict[str, Any]:
    wanted = "日期，如 2026-07-05" if cell.value_type == CellType.DATE else "文字"
    return {
        "input_title": cell.label[:30],
        "input_message": f"请填{wanted}。{cell.hint}"[:250],
        "validate": "length",
        "criteria": "<=",
        "value": longest_of(cell),
        "error_title": "请缩短",
        "error_message": f"最多 {longest_of(cell)} 字。",
    }


def _remark_rule() -> dict[str, Any]:
    return {
        "validate": "length",
        "criteria": "<=",
        "value": LONGEST_REMARK,
        "error_title": "请缩短",
        "error_message": f"说明不超过{LONGEST_REMARK}字。",
    }


def _write_number(page: Any, row: int, column: int, number: Any, style: Any) -> None:
    if number is None:
        page.write_blank(row, column, None, style)
    else:
        page.write_number(row, column, float(number), style)


def _print_setup(page: Any, *, heading_row: int) -> None:
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(heading_row)
    page.set_footer("&C第 &P 页，共 &N 页")
