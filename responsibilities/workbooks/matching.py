"""An uploaded sheet laid beside its slip: what was changed, and what is wrong, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.numbers import show
from responsibilities.cells import Cell
from responsibilities.words import SUMMARY_CODES, date_of_serial, read_words, same_words
from responsibilities.workbooks.reading import SheetData, Value, letters, place
from responsibilities.workbooks.ticket import SHEET, Held, Ticket
from responsibilities.workbooks.writing import (
    CODE,
    LONGEST_REMARK,
    REMARK,
    UNIT_CODE,
    VALUE,
)

MAX_FAULTS = 200
#: Rows in which the heading is looked for; clerks put a note or two above.
_HEADING_WITHIN = 20
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs from what was downloaded."""

    obligation: int
    code: str
    kind: str  # "value" or "remark"
    text: str
    base: str
    place: str

    @property
    def key(self) -> str:
        return f"{self.obligation}-{self.kind}-{self.code}"


@dataclass(slots=True)
class Matched:
    changes: list[Change] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0

    def complain(self, where: str, message: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((where, message))


def match_return(book: Mapping[str, SheetData], ticket: Ticket, cells: Sequence[Cell]) -> Matched:
    """Changes of the workbook of one unit; rows are found by their code, wherever they moved."""
    sheet, heading = _sheet_with(book, (CODE, VALUE, REMARK))
    columns = _columns(sheet, heading, (CODE, VALUE, REMARK))
    matched = Matched()
    key, held = next(iter(ticket.held.items()))
    known = {cell.code: cell for cell in cells}
    _demand_unmerged(sheet, heading, matched)
    _demand_shown(sheet, [columns[VALUE], columns[REMARK]], matched)
    seen: dict[str, str] = {}
    for row in _rows_below(sheet, heading):
        code = sheet.value(row, columns[CODE]).text.upper()
        where = place(row, columns[CODE])
        if not code:
            filled = sheet.value(row, columns[VALUE]).text or sheet.value(row, columns[REMARK]).text
            if filled:
                matched.complain(where, "这一行填了数，但没有编码。请恢复编码，或重新下载填写。")
            continue
        if _is_stray(code, where, known, seen, matched):
            continue
        if row in sheet.hidden_rows:
            matched.complain(where, f"第 {row} 行被隐藏，请取消隐藏、核对后再上传。")
        places = (place(row, columns[VALUE]), place(row, columns[REMARK]))
        values = (sheet.value(row, columns[VALUE]), sheet.value(row, columns[REMARK]))
        _match_value(known[code], values[0], key, held, places[0], matched)
        _match_remark(code, values[1], key, held, places[1], matched)
    asked = [code for code in known if code not in SUMMARY_CODES]
    _demand_all(asked, seen, "编码", matched)
    return matched


def match_children(book: Mapping[str, SheetData], ticket: Ticket, cells: Sequence[Cell]) -> Matched:
    """Changes of the workbook of many units: a row a unit, a column a cell."""
    codes = tuple(cell.code for cell in cells)
    sheet, heading = _sheet_with(book, (UNIT_CODE, *codes))
    columns = _columns(sheet, heading, (UNIT_CODE, *codes))
    matched = Matched()
    units = {held.unit_code.upper(): (key, held) for key, held in ticket.held.items()}
    _demand_unmerged(sheet, heading, matched)
    _demand_shown(sheet, [columns[code] for code in codes], matched)
    seen: dict[str, str] = {}
    for row in _rows_below(sheet, heading):
        unit_code = sheet.value(row, columns[UNIT_CODE]).text.upper()
        where = place(row, columns[UNIT_CODE])
        if not unit_code:
            if any(sheet.value(row, columns[code]).text for code in codes):
                matched.complain(where, "这一行填了数，但没有单位代码。请恢复代码或重新下载。")
            continue
        if _is_stray(unit_code, where, units, seen, matched):
            continue
        if row in sheet.hidden_rows:
            matched.complain(where, f"第 {row} 行被隐藏，请取消隐藏、核对后再上传。")
        key, held = units[unit_code]
        for cell in cells:
            column = columns[cell.code]
            value = sheet.value(row, column)
            _match_value(cell, value, key, held, place(row, column), matched)
    _demand_all(list(units), seen, "单位代码", matched)
    return matched


def _sheet_with(book: Mapping[str, SheetData], headings: Sequence[str]) -> tuple[SheetData, int]:
    """The sheet and row that hold the most of the headings."""
    best: tuple[int, SheetData, int] | None = None
    for sheet in book.values():
        if sheet.name == SHEET:
            continue
        for row in range(1, _HEADING_WITHIN + 1):
            texts = {value.text for value in sheet.rows.get(row, {}).values()}
            found = len(texts.intersection(headings))
            if found > 1 and (best is None or found > best[0]):
                best = (found, sheet, row)
    if best is None:
        raise DomainError("找不到表头。请不要删除表头所在的行，或重新下载 Excel 填写。")
    return best[1], best[2]


def _columns(sheet: SheetData, heading: int, names: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for column, value in sorted(sheet.rows[heading].items()):
        if value.text in columns:
            raise DomainError(
                f"{place(heading, columns[value.text])} 和 {place(heading, column)} "
                f"都是“{value.text}”，请只保留一列，或重新下载填写。"
            )
        if value.text in names:
            columns[value.text] = column
    missing = [name for name in names if name not in columns]
    if missing:
        raise DomainError(
            f"第 {heading} 行表头缺少“{'”“'.join(missing[:5])}”列。请不要删改表头，或重新下载填写。"
        )
    return columns


def _rows_below(sheet: SheetData, heading: int) -> Iterator[int]:
    return (row for row in sorted(sheet.rows) if row > heading)


def _is_stray(
    code: str,
    where: str,
    known: Mapping[str, object],
    seen: dict[str, str],
    matched: Matched,
) -> bool:
    """Whether a row is not one of the downloaded ones, or the second of its code."""
    if code not in known:
        matched.complain(where, f"表里没有“{code[:_SHOWN]}”，请恢复原来的编码或删去这一行。")
        return True
    if code in seen:
        matched.complain(where, f"“{code}”与 {seen[code]} 重复，请删去其中一行。")
        return True
    seen[code] = where
    return False


def _demand_all(
    known: Sequence[str], seen: Mapping[str, str], label: str, matched: Matched
) -> None:
    missing = [code for code in known if code not in seen]
    if missing and not any("重复" in text or "没有“" in text for _, text in matched.faults):
        listed = "、".join(missing[:10])
        matched.complain("整表", f"少了{label} {listed} 的行。请不要删行，重新下载填写。")


def _demand_unmerged(sheet: SheetData, heading: int, matched: Matched) -> None:
    for area in sheet.merged:
        last = area.split(":")[-1]
        digits = "".join(sign for sign in last if sign.isdigit())
        if digits and int(digits) >= heading:
            matched.complain(area, "这里合并了单元格，请取消合并后再上传。")


def _demand_shown(sheet: SheetData, columns: Sequence[int], matched: Matched) -> None:
    for column in columns:
        if column in sheet.hidden_columns:
            matched.complain(f"{letters(column)} 列", "这一列被隐藏，请取消隐藏、核对后再上传。")


def _odd(value: Value) -> str:
    """What is wrong with a cell before its text is looked at, or nothing."""
    if value.is_formula:
        return "这里是公式，请粘贴为数值。"
    if value.is_fault:
        return f"这里是错误值 {value.text[:_SHOWN]}，请改填数字。"
    if value.is_date:
        return "这里是日期，请把单元格格式改为“数值”后重新填写。"
    return ""


def _match_value(
    cell: Cell, value: Value, key: int, held: Held, where: str, matched: Matched
) -> None:
    base = held.values.get(cell.code, "")
    if cell.is_words:
        _match_words(cell, value, key, held, where, matched)
        return
    if odd := _odd(value):
        matched.complain(where, odd)
        return
    try:
        number = cell.parse(value.text)
    except ValueError as error:
        matched.complain(where, str(error))
        return
    if show(number) == base or number == _number(cell, base):
        matched.unchanged += 1
    elif cell.code not in held.open:
        matched.complain(where, "这一栏没有退回补正，不能修改。请恢复原来的数。")
    else:
        change = Change(key, cell.code, "value", show(number), base, where)
        matched.changes.append(change)


def _match_words(
    cell: Cell, value: Value, key: int, held: Held, where: str, matched: Matched
) -> None:
    """A text, date or reference; a workbook does not keep blanks and line ends as they were."""
    base = held.values.get(cell.code, "")
    if value.is_formula or value.is_fault:
        matched.complain(where, "这里是公式，请改为文字。")
        return
    typed = date_of_serial(value.text) if value.is_date else value.lines or value.text
    try:
        words = read_words(cell, typed)
    except ValueError as error:
        matched.complain(where, str(error))
        return
    if same_words(words, base):
        matched.unchanged += bool(base)
    elif cell.code not in held.open:
        matched.complain(where, "这一栏没有退回补正，不能修改。请恢复原来的内容。")
    else:
        matched.changes.append(Change(key, cell.code, "value", words, base, where))


def _number(cell: Cell, text: str) -> Decimal | None:
    try:
        return cell.parse(text)
    except ValueError:
        return None


def _match_remark(
    code: str, value: Value, key: int, held: Held, where: str, matched: Matched
) -> None:
    base = held.remarks.get(code, "")
    text = value.text.strip()
    if value.is_formula or value.is_fault:
        matched.complain(where, "这里是公式，请改为文字。")
    elif len(text) > LONGEST_REMARK:
        matched.complain(where, f"说明超过{LONGEST_REMARK}字，请缩短。")
    elif text != base:
        if code not in held.open:
            matched.complain(where, "这一栏没有退回补正，说明不能修改。请恢复原来的内容。")
        else:
            matched.changes.append(Change(key, code, "remark", text, base, where))
