"""What a form asks of a unit, in minutes (R7: the burden is shown). No database here."""

from __future__ import annotations

from collections.abc import Iterable

from responsibilities.cells import Cell
from responsibilities.enums import Blank, CellType, QuarterlyStyle

#: Seconds to look a number up, type it and look at it again, by what the cell holds.
SECONDS = {
    CellType.INTEGER: 20,
    CellType.DECIMAL: 30,
    CellType.PERCENT: 30,
    CellType.YES_NO: 8,
    CellType.CHOICE: 10,
    CellType.TEXT: 60,
    CellType.DATE: 10,
    CellType.FILE: 30,
}
#: A value that stands there already is only looked at.
PREFILLED = 6


def seconds_of(cell: Cell) -> int:
    """Seconds one unit needs for one cell; a computed total costs none."""
    if cell.is_total:
        return 0
    if not cell.is_words and (cell.source or cell.style != QuarterlyStyle.INCREMENTAL):
        return PREFILLED
    usual = SECONDS.get(CellType(cell.value_type), 20)
    return usual // 2 if cell.blank == Blank.OPTIONAL else usual


def minutes_of(cells: Iterable[Cell]) -> int:
    """Minutes one unit needs for a form, at least one."""
    return max(1, round(sum(seconds_of(cell) for cell in cells) / 60))
