"""Cells that hold words: texts, dates, references to files, and the summary of the quarter.

Words stand in ``notes["texts"]`` of a return and have no slot: they are kept,
printed and compared, and no total ever sees them. No database here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from responsibilities.cells import Cell
from responsibilities.enums import Blank, CellType, QuarterlyStyle

LONGEST: Final = {CellType.TEXT: 500, CellType.FILE: 200}
LONGEST_SUMMARY: Final = 1000
#: Section of the summary, and the slot of whatever has none.
SUMMARY_SECTION, SUMMARY_TITLE, NO_SLOT = "summary", "本季小结", -1

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_PLAIN_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EARLIEST, _LATEST = date(1921, 7, 1), date(2100, 12, 31)
#: Day 0 of the serial numbers in workbooks.
_WORKBOOK_ZERO = date(1899, 12, 30)


def _summary(number: int, label: str, hint: str) -> Cell:
    return Cell(
        # An underscore is in no code of the designer, so nothing can clash.
        code=f"XJ_{number}",
        label=label,
        unit_label="",
        value_type=CellType.TEXT,
        section=SUMMARY_SECTION,
        section_title=SUMMARY_TITLE,
        slot=NO_SLOT,
        style=QuarterlyStyle.LATEST,
        hint=hint,
        blank=Blank.OPTIONAL,
        watched=False,
    )


#: Beside the figures of every return; optional, and compared in the review.
SUMMARY: Final = (
    _summary(1, "主要做法", "本季做了什么、效果如何，写要点即可。"),
    _summary(2, "存在问题", "没有可以不写。"),
    _summary(3, "下步打算和建议", "需要上级协调的事项写在这里。"),
)
SUMMARY_CODES: Final = frozenset(cell.code for cell in SUMMARY)


def longest_of(cell: Cell) -> int:
    """How many signs a cell takes."""
    if cell.code in SUMMARY_CODES:
        return LONGEST_SUMMARY
    return LONGEST.get(CellType(cell.value_type), 20)


def tidy(text: str) -> str:
    """One kind of line end and no signs that cannot be seen; what a form posts and a file holds."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign == "\n" or sign.isprintable()).strip()


def read_words(cell: Cell, text: str) -> str:
    """What was typed as it is kept; a ``ValueError`` carries the Chinese message."""
    words = tidy(text)
    if not words:
        return ""
    if cell.value_type == CellType.DATE:
        return read_date(words).isoformat()
    if cell.value_type == CellType.FILE:
        words = " ".join(words.split())
    if len(words) > (most := longest_of(cell)):
        raise ValueError(f"最多 {most} 字，现有 {len(words)} 字，请精简。")
    return words


def read_date(text: str) -> date:
    """``2026-7-5``, ``2026年7月5日``, ``20260705`` and the like, in any width of digits."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _DATE.fullmatch(plain) or _PLAIN_DATE.fullmatch(plain)
    if found is None:
        raise ValueError(f"“{text[:20]}”不是日期，请写成 2026-07-05。")
    try:
        day = date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(f"没有 {found[1]} 年 {found[2]} 月 {found[3]} 日，请核对。") from None
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError("年份不对，请核对。")
    return day


def date_of_serial(text: str) -> str:
    """The date behind a workbook's serial number, as a person types it; else the text itself."""
    whole = text.partition(".")[0]
    if not whole.isdigit() or not 0 < int(whole) < 100_000:
        return text
    return (_WORKBOOK_ZERO + timedelta(days=int(whole))).isoformat()


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ only in their blanks; a workbook does not keep line ends."""
    return "".join(one.split()) == "".join(other.split())


def missing_words(cells: Iterable[Cell], texts: Mapping[str, str], blank: str) -> list[str]:
    """Codes of cells left blank of which a blank means ``blank``."""
    return [cell.code for cell in cells if cell.blank == blank and not texts.get(cell.code)]
