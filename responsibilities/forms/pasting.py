"""A block of cells pasted from a spreadsheet, laid onto the allocation grid."""

from __future__ import annotations

from dataclasses import dataclass, field

from responsibilities.models import Target
from responsibilities.queries.planning import Grid


@dataclass(slots=True)
class PastedBlock:
    """Cells by the name of their field, and what could not be placed."""

    cells: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def lay_block(text: str, grid: Grid) -> PastedBlock:
    """Place rows by the unit's name or code in the first cell, columns by their heading.

    Without a heading the columns are taken in the order of the screen. Cells
    already handed down keep their value.
    """
    lines = [line.split("\t") for line in text.replace("\r", "").split("\n") if line.strip()]
    columns: list[Target | None] = list(grid.parents)
    units = {name: unit for unit in grid.units for name in (unit.name, unit.code)}
    if lines and (headed := _heading(lines[0], grid)):
        columns, lines = headed, lines[1:]
    block = PastedBlock()
    for line in lines:
        unit = units.get(line[0].strip())
        if unit is None:
            block.remarks.append(f"“{line[0].strip()}”不是直接下级单位，这一行没有用上。")
            continue
        for parent, value in zip(columns, line[1:], strict=False):
            held = None if parent is None else grid.cell(parent, unit)
            if parent is not None and value.strip() and not (held and held.is_handed_down):
                block.cells[f"t{parent.pk}_u{unit.pk}"] = value.strip()
    return block


def _heading(line: list[str], grid: Grid) -> list[Target | None]:
    """Targets named by a heading line, or nothing when the line names none."""
    named = {
        name: parent
        for parent in grid.parents
        for name in (parent.indicator.name, parent.indicator.code)
    }
    found = [named.get(cell.strip()) for cell in line[1:]]
    return found if any(found) else []
