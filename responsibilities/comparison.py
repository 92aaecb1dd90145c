"""A return as the reviewer reads it: each figure beside what it should be measured against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from responsibilities.cells import Cell, completion
from responsibilities.models import QuarterlyReturn, ReturnRemark
from responsibilities.queries.returns import (
    aligned,
    earlier_returns,
    targets_of,
    year_to_date,
)
from responsibilities.queries.review import changed_slots, oddities_of, peer_medians

#: A figure this many times its peers' median, or this part of it, is looked at.
FAR_FROM_PEERS = 4


@dataclass(slots=True)
class Line:
    """One cell with its comparisons; odd lines are what a reviewer reads first."""

    code: str
    label: str
    unit: str
    value: Decimal | None
    last: Decimal | None
    last_year: Decimal | None
    median: Decimal | None
    target: Decimal | None
    rate: Decimal | None
    remark: str = ""
    warning: str = ""
    beside_peers: str = ""
    was: Decimal | None = None
    is_changed: bool = False
    pin: str = ""

    @property
    def is_odd(self) -> bool:
        return bool(self.warning or self.beside_peers or self.is_changed or self.pin or self.remark)


@dataclass(slots=True)
class Said:
    """Words of a cell or of the summary: now, last quarter, and when it was sent back."""

    code: str
    label: str
    now: str
    last: str
    #: What stood there when it was sent back; None when it never was.
    before: str | None = None
    pin: str = ""

    @property
    def is_changed(self) -> bool:
        return self.before is not None and self.before != self.now


@dataclass(slots=True)
class Block:
    code: str
    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Correction:
    """A cell that was sent back or changed since: 退回时 / 意见 / 现在."""

    label: str
    unit: str
    before: Decimal | None
    remark: str
    now: Decimal | None
    answer: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.now


@dataclass(slots=True)
class Comparison:
    blocks: list[Block]
    corrections: list[Correction]
    #: Cells that differ from the last acceptance; None before the first.
    changed_since_accepted: int | None
    said: list[Said] = field(default_factory=list)

    @property
    def odd_count(self) -> int:
        return sum(line.is_odd for block in self.blocks for line in block.lines)


def compare(row: QuarterlyReturn, *, reviewing: bool) -> Comparison:
    """Lay a return beside its last quarter, last year, peers and targets.

    The median of the peers is shown to reviewers alone: a unit sees no figures
    of the units beside it.
    """
    cells = row.form.layout()
    earlier = earlier_returns(row.unit, row.period)
    last, last_year = _columns(cells, row, earlier)
    medians = peer_medians(row) if reviewing else {}
    targets = targets_of(row.unit, row.period.year)
    done = year_to_date(row, earlier)
    warnings = oddities_of(row)
    pins = _pins(row)
    changed = set(changed_slots(row.returned_values, row.values))
    blocks: dict[str, Block] = {}
    for cell in cells:
        value, median = row.values[cell.slot], medians.get(cell.code)
        line = Line(
            code=cell.code,
            label=cell.label,
            unit=cell.unit_label,
            value=value,
            last=last[cell.slot],
            last_year=last_year[cell.slot],
            median=median,
            target=targets.get(cell.code),
            rate=completion(done.get(cell.code), targets.get(cell.code)),
            remark=row.remarks.get(cell.code, ""),
            warning=warnings.get(cell.code, ""),
            beside_peers=_beside(value, median),
            is_changed=cell.slot in changed,
            pin=pins[cell.code].text if cell.code in pins else "",
        )
        if line.is_changed and row.returned_values is not None:
            line.was = row.returned_values[cell.slot]
        blocks.setdefault(cell.section, Block(cell.section, cell.section_title)).lines.append(line)
    accepted = row.accepted_values
    return Comparison(
        blocks=list(blocks.values()),
        corrections=_corrections(row, cells, pins, changed),
        changed_since_accepted=(
            None if accepted is None else len(changed_slots(accepted, row.values))
        ),
        said=_said(row, earlier, pins),
    )


def _said(
    row: QuarterlyReturn, earlier: Sequence[QuarterlyReturn], pins: Mapping[str, ReturnRemark]
) -> list[Said]:
    """Words beside those of the last return; what was blank both times is left out."""
    last = earlier[0].texts if earlier else {}
    returned: Mapping[str, str] | None = row.notes.get("returned_texts")
    found = [
        Said(
            code=cell.code,
            label=cell.label,
            now=row.texts.get(cell.code, ""),
            last=last.get(cell.code, ""),
            before=None if returned is None else returned.get(cell.code, ""),
            pin=pins[cell.code].text if cell.code in pins else "",
        )
        for cell in row.form.words()
    ]
    return [one for one in found if one.now or one.last or one.before or one.pin]


def _columns(
    cells: Sequence[Cell], row: QuarterlyReturn, earlier: Sequence[QuarterlyReturn]
) -> tuple[list[Decimal | None], list[Decimal | None]]:
    """Values of the period before and of the same period a year ago."""
    empty: list[Decimal | None] = [None] * len(cells)
    history = aligned(cells, earlier)
    same = (row.period.kind, row.period.year - 1, row.period.starts_on.month)
    for past, values in zip(earlier, history, strict=True):
        if (past.period.kind, past.period.year, past.period.starts_on.month) == same:
            return history[0], values
    return (history[0] if history else empty), empty


def _pins(row: QuarterlyReturn) -> dict[str, ReturnRemark]:
    """Remarks of the latest round: those still open, or those this submission answered."""
    return {pin.cell: pin for pin in row.pins.all() if pin.resolved_at in {None, row.submitted_at}}


def _corrections(
    row: QuarterlyReturn,
    cells: Sequence[Cell],
    pins: Mapping[str, ReturnRemark],
    changed: set[int],
) -> list[Correction]:
    before = row.returned_values
    if before is None:
        return []
    return [
        Correction(
            label=cell.label,
            unit=cell.unit_label,
            before=before[cell.slot],
            remark=pins[cell.code].text if cell.code in pins else "",
            now=row.values[cell.slot],
            answer=row.remarks.get(cell.code, ""),
        )
        for cell in cells
        if cell.code in pins or cell.slot in changed
    ]


def _beside(value: Decimal | None, median: Decimal | None) -> str:
    if value is None or not median or max(value, median) < 10:
        return ""
    if value > median * FAR_FROM_PEERS:
        return "明显高于同级"
    return "明显低于同级" if value * FAR_FROM_PEERS < median else ""
