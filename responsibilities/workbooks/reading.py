"""Cells of an uploaded workbook, with all that a clerk must not have done to them.

A reader of our own and not a library: values, formulas, merged ranges, hidden
rows and number formats are all needed, in bounded memory.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.numbers import show
from responsibilities.workbooks.package import Package

MAX_ROWS = 600
MAX_COLUMNS = 130
_MAX_SHEETS = 8
_MAX_STRINGS = 60_000
_MAX_TEXT = 40_000
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
#: Built-in number formats that make a number a date or a time.
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENTS = {9, 10}
_LITERALS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@dataclass(frozen=True, slots=True)
class Value:
    """What one cell holds, as a person reads it."""

    text: str
    is_formula: bool = False
    is_date: bool = False
    is_fault: bool = False
    #: The same with its line ends, for cells that hold words.
    lines: str = ""


EMPTY = Value("")


@dataclass(slots=True)
class SheetData:
    """One sheet: filled cells by row and column, both from 1."""

    name: str
    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)

    def value(self, row: int, column: int) -> Value:
        return self.rows.get(row, {}).get(column, EMPTY)


def letters(column: int) -> str:
    """1 → A, 27 → AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number


def place(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def read_book(content: bytes) -> dict[str, SheetData]:
    """All sheets of a workbook by name; refused with a sentence when it is not one."""
    package = Package(content)
    targets = _targets(package)
    strings = _strings(package)
    formats = _formats(package)
    names: list[tuple[str, str]] = []

    def sheet(tag: str, values: dict[str, str]) -> None:
        if tag == "sheet":
            key = next((text for name, text in values.items() if name.endswith(":id")), "")
            names.append((values.get("name", ""), targets.get(key, "")))

    package.parse("xl/workbook.xml", start=sheet)
    if len(names) > _MAX_SHEETS:
        raise DomainError("工作表太多，请只保留从本页下载的那张表后再上传。")
    book = {}
    for name, part in names:
        if package.has(part):
            book[name] = _SheetReader(package, strings, formats).read(name, part)
    return book


def _targets(package: Package) -> dict[str, str]:
    found: dict[str, str] = {}

    def relation(tag: str, values: dict[str, str]) -> None:
        target = values.get("Target", "")
        if tag == "Relationship" and values.get("TargetMode") != "External":
            joined = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found[values.get("Id", "")] = posixpath.normpath(joined)

    package.parse("xl/_rels/workbook.xml.rels", start=relation)
    return found


def _strings(package: Package) -> list[str]:
    part = "xl/sharedStrings.xml"
    if not package.has(part):
        return []
    strings: list[str] = []
    pieces: list[str] = []
    depth = {"t": 0, "rPh": 0}

    def start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            pieces.clear()
            if len(strings) >= _MAX_STRINGS:
                raise _too_big()
        elif tag in depth:
            depth[tag] += 1

    def end(tag: str) -> None:
        if tag == "si":
            strings.append("".join(pieces)[:_MAX_TEXT])
        elif tag in depth:
            depth[tag] -= 1

    def text(data: str) -> None:
        # Phonetic guides (rPh) stand beside the text and are no part of it.
        if depth["t"] and not depth["rPh"]:
            pieces.append(data)

    package.parse(part, start=start, end=end, text=text)
    return strings


def _formats(package: Package) -> list[str]:
    """Kind of each cell style: "", "percent" or "date"."""
    part = "xl/styles.xml"
    if not package.has(part):
        return []
    own: dict[str, str] = {}
    kinds: list[str] = []
    inside = [False]

    def start(tag: str, values: dict[str, str]) -> None:
        if tag == "numFmt":
            own[values.get("numFmtId", "")] = values.get("formatCode", "")
        elif tag == "cellXfs":
            inside[0] = True
        elif tag == "xf" and inside[0]:
            kinds.append(_kind(values.get("numFmtId", "0"), own))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside[0] = False

    package.parse(part, start=start, end=end)
    return kinds


def _kind(number: str, own: dict[str, str]) -> str:
    if number in own:
        code = _LITERALS.sub("", own[number]).lower()
        if "%" in code:
            return "percent"
        return "date" if re.search(r"[ymdhs年月日]", code) else ""
    known = int(number) if number.isdigit() else 0
    if known in _PERCENTS:
        return "percent"
    return "date" if known in _DATES else ""


class _SheetReader:
    """State while one sheet streams by."""

    def __init__(self, package: Package, strings: list[str], formats: list[str]) -> None:
        self._package, self._strings, self._formats = package, strings, formats
        self._row = self._column = 0
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._has_formula = False
        self._takes_text = False
        self._in_phonetic = False

    def read(self, name: str, part: str) -> SheetData:
        self.sheet = SheetData(name)
        self._package.parse(part, start=self._start, end=self._end, text=self._text)
        return self.sheet

    def _start(self, tag: str, values: dict[str, str]) -> None:
        handle: Callable[[dict[str, str]], None] | None = getattr(self, f"_start_{tag}", None)
        if handle is not None:
            handle(values)
        elif tag in {"v", "t"}:
            self._takes_text = True
        elif tag == "f":
            self._has_formula = True
        elif tag == "rPh":
            self._in_phonetic = True

    def _start_row(self, values: dict[str, str]) -> None:
        number = values.get("r", "")
        self._row = int(number) if number.isdigit() else self._row + 1
        self._column = 0
        if self._row > MAX_ROWS:
            raise DomainError(
                f"表格超过 {MAX_ROWS} 行，不是从本页下载的样子。请删除多余的行，或重新下载填写。"
            )
        is_flat = values.get("ht") in {"0", "0.0"}
        if values.get("hidden") in {"1", "true"} or is_flat:
            self.sheet.hidden_rows.add(self._row)

    def _start_c(self, values: dict[str, str]) -> None:
        found = _PLACE.fullmatch(values.get("r", ""))
        self._column = column_number(found[1]) if found else self._column + 1
        if self._column > MAX_COLUMNS:
            raise DomainError("表格的列太多，不是从本页下载的样子。请删除多余的列或重新下载。")
        self._kind, self._style = values.get("t", "n"), values.get("s", "")
        self._pieces, self._has_formula = [], False

    def _start_col(self, values: dict[str, str]) -> None:
        if values.get("hidden") in {"1", "true"}:
            first, last = int(values.get("min", 1)), int(values.get("max", 1))
            self.sheet.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))

    def _start_mergeCell(self, values: dict[str, str]) -> None:  # noqa: N802 -- name of the tag
        if len(self.sheet.merged) >= MAX_ROWS:
            raise _too_big()
        self.sheet.merged.append(values.get("ref", ""))

    def _text(self, data: str) -> None:
        if self._takes_text and not self._in_phonetic:
            self._pieces.append(data)

    def _end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._takes_text = False
        elif tag == "rPh":
            self._in_phonetic = False
        elif tag == "c":
            self._keep()

    def _keep(self) -> None:
        raw = "".join(self._pieces)[:_MAX_TEXT]
        if not raw and not self._has_formula:
            return
        value = self._value(raw)
        if value != EMPTY:
            self.sheet.rows.setdefault(self._row, {})[self._column] = value

    def _value(self, raw: str) -> Value:
        if self._has_formula:
            return Value(raw, is_formula=True)
        if self._kind == "s":
            known = raw.isdigit() and int(raw) < len(self._strings)
            whole = self._strings[int(raw)] if known else ""
            return Value(_clean(whole), lines=whole if "\n" in whole else "")
        if self._kind == "e":
            return Value(raw, is_fault=True)
        if self._kind == "d":
            return Value(raw, is_date=True)
        if self._kind == "n":
            return self._number(raw)
        return Value(_clean(raw))

    def _number(self, raw: str) -> Value:
        try:
            # Workbooks hold binary fractions: 1.1 may stand as 1.1000000000000001.
            number = Decimal(f"{float(raw):.15g}")
        except (InvalidOperation, ValueError, OverflowError):
            return Value(_clean(raw))
        if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
            return Value(_clean(raw))
        style = int(self._style) if self._style.isdigit() else 0
        kind = self._formats[style] if style < len(self._formats) else ""
        if kind == "percent":
            # Shown as 5 %, held as 0.05; the form holds the 5.
            return Value(show(number * 100))
        return Value(show(number), is_date=kind == "date")


def _clean(text: str) -> str:
    spaced = " ".join(text.split())
    return "".join(letter for letter in spaced if letter.isprintable())


def _too_big() -> DomainError:
    return DomainError("文件内容过多，不是从本页下载的表。请重新下载 Excel，填好后再上传。")
