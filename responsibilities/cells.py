"""Cells of the quarterly form: how each is read, checked and summed. No database here."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gongjian.foundation.kernel.numbers import NotANumber, read_number, show
from responsibilities.enums import WORDS, Blank, CellType, QuarterlyStyle, ValueType
from responsibilities.expressions import Surroundings, Tree, figure

#: A value this many times the median deviation from its history wants a remark.
OUTLIER = Decimal("3.5")
#: With fewer quarters of history the half rule is used instead.
ENOUGH_HISTORY = 4
#: What a cell can hold stays below this.
LARGEST = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Cell:
    """One numbered cell of a form; ``slot`` is its place in the array of values."""

    code: str
    label: str
    unit_label: str
    value_type: str
    section: str
    section_title: str
    slot: int
    style: str
    hint: str = ""
    #: Code of the cell that this one may not exceed, or "".
    not_above: str = ""
    #: ``aggregation.Across`` of the cell over units, or "" for the rule of its value type.
    across: str = ""
    #: Code of the cell that a percentage is taken of, or "".
    whole: str = ""
    #: What a blank means: stops, wants a remark, or nothing (``Blank``).
    blank: str = Blank.REQUIRED
    #: Cells of one mark are filled all together or not at all.
    together: str = ""
    #: Codes of the cells this one is the sum of; such a cell is never typed.
    total_of: tuple[str, ...] = ()
    #: Levels and categories of units that are not asked (greyed out).
    not_for: tuple[str, ...] = ()
    #: Answers of a choice; the number kept is the place of the answer, from 1.
    choices: tuple[str, ...] = ()
    #: Whether it is compared with its history and with other units.
    watched: bool = True
    #: Where its value is known already: ``unit.worker_count`` or ``form.<key>.<code>``.
    source: str = ""
    #: An expression over cells of this form, and its tree; such a cell is never typed.
    formula: str = ""
    tree: Tree | None = field(default=None, hash=False, compare=False)

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Cell:
        lists = {name: tuple(row.get(name, ())) for name in ("total_of", "not_for", "choices")}
        return cls(**{**row, **lists})

    def as_row(self) -> dict[str, Any]:
        row = asdict(self)
        return {name: list(part) if isinstance(part, tuple) else part for name, part in row.items()}

    @property
    def is_integer(self) -> bool:
        return self.value_type in {ValueType.INTEGER, ValueType.YES_NO, CellType.CHOICE}

    @property
    def guidance(self) -> str:
        """The hint, and for a choice what each number stands for."""
        listed = "；".join(f"{place} {name}" for place, name in enumerate(self.choices, 1))
        return "。".join(part for part in (self.hint, listed) if part)

    @property
    def is_total(self) -> bool:
        """Whether the value is computed, as a sum or by a formula."""
        return bool(self.total_of or self.formula)

    @property
    def is_words(self) -> bool:
        return self.value_type in WORDS

    def is_asked_of(self, level: str, category: str) -> bool:
        """Whether a unit of this level and category fills the cell."""
        return level not in self.not_for and category not in self.not_for

    def parse(self, text: str) -> Decimal | None:
        """Read what was typed; a ``ValueError`` carries the Chinese message."""
        if self.choices and text.strip() in self.choices:
            return Decimal(self.choices.index(text.strip()) + 1)
        try:
            value = read_number(text)
        except NotANumber:
            raise ValueError(
                f"“{text.strip()[:20]}”不是数字，请只填数，如 1200 或 1.2万。"
            ) from None
        if value is None:
            return None
        if value < 0:
            raise ValueError("不能小于 0，请核对。")
        if self.is_integer and value != value.to_integral_value():
            raise ValueError(f"单位是“{self.unit_label}”，请填整数。")
        if self.value_type == ValueType.PERCENT and value > 100:
            raise ValueError("百分比不能大于 100，请核对。")
        if self.value_type == ValueType.YES_NO and value not in {Decimal(0), Decimal(1)}:
            raise ValueError("请填 1（是）或 0（否）。")
        if self.choices and not 1 <= value <= len(self.choices):
            listed = "；".join(f"{place} {name}" for place, name in enumerate(self.choices, 1))
            raise ValueError(f"请填选项前的数字：{listed}。")
        if -value.as_tuple().exponent > 2:  # type: ignore[operator]
            raise ValueError("最多保留两位小数，请四舍五入后填写。")
        if value >= LARGEST:
            raise ValueError("数太大了，请核对单位。")
        return value


def fill_totals(cells: Sequence[Cell], values: list[Decimal | None]) -> None:
    """Compute sums, blank while all their parts are, and then formulas, which may read sums."""
    slots = {cell.code: cell.slot for cell in cells}
    for cell in cells:
        if cell.total_of:
            known = [values[slots[code]] for code in cell.total_of if code in slots]
            numbers = [number for number in known if number is not None]
            values[cell.slot] = sum(numbers, Decimal(0)) if numbers else None
    around = Surroundings(cell={code: values[slot] for code, slot in slots.items()})
    for cell in cells:
        if cell.tree is not None:
            values[cell.slot] = kept(figure(cell.tree, around))


def kept(value: Decimal | None) -> Decimal | None:
    """A computed figure as it is kept: two places, and nothing a cell could not hold."""
    if value is None or abs(value) >= LARGEST:
        return None
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def blanks(cells: Sequence[Cell], values: Sequence[Decimal | None]) -> dict[str, str]:
    """Cells that must be filled and are not."""
    return {
        cell.code: "还没有填。没有发生请填 0，整张表都没有可用“零报告”。"
        for cell in cells
        if cell.blank == Blank.REQUIRED and not cell.is_total and values[cell.slot] is None
    }


def half_filled(cells: Sequence[Cell], values: Sequence[Decimal | None]) -> dict[str, str]:
    """Blanks in a row of which other cells are filled (整行填或整行不填)."""
    begun = {cell.together for cell in cells if cell.together and values[cell.slot] is not None}
    return {
        cell.code: f"“{cell.together}”各栏要么都填、要么都不填，请补上这一栏或清空其余各栏。"
        for cell in cells
        if cell.together in begun and values[cell.slot] is None
    }


def too_large_parts(cells: Sequence[Cell], values: Sequence[Decimal | None]) -> dict[str, str]:
    """Parts that are larger than their whole; a blank whole says nothing."""
    by_code = {cell.code: cell for cell in cells}
    errors: dict[str, str] = {}
    for cell in cells:
        value, whole = values[cell.slot], by_code.get(cell.not_above)
        limit = values[whole.slot] if whole else None
        if whole and value is not None and limit is not None and value > limit:
            errors[cell.code] = f"不能大于“{whole.label}”（{show(limit)}），请核对两项。"
    return errors


def hard_errors(cells: Sequence[Cell], values: Sequence[Decimal | None]) -> dict[str, str]:
    """What stops a submission: blanks, half-filled rows, parts larger than their whole."""
    return {
        **too_large_parts(cells, values),
        **half_filled(cells, values),
        **blanks(cells, values),
    }


def soft_warnings(
    cells: Sequence[Cell],
    values: Sequence[Decimal | None],
    history: Sequence[Sequence[Decimal | None]],
) -> dict[str, str]:
    """Values far from the unit's own history, which want a remark but stop nothing.

    With four quarters or more the modified z-score (0.6745 × deviation from
    the median ÷ median absolute deviation) decides; with fewer, a change by
    more than half of the last value, and by at least ten.
    """
    warnings: dict[str, str] = {}
    for cell in cells:
        value = values[cell.slot]
        past = [
            quarter[cell.slot]
            for quarter in history
            if cell.slot < len(quarter) and quarter[cell.slot] is not None
        ]
        if value is None or not past or not cell.watched or cell.choices:
            continue
        known = [number for number in past if number is not None]
        if _is_far(value, known, cumulative=cell.style == QuarterlyStyle.CUMULATIVE):
            warnings[cell.code] = (
                f"与以往相差较大（上期 {show(known[0])}），请核对；确实如此请写一句说明。"
            )
    return warnings


def _is_far(value: Decimal, past: Sequence[Decimal], *, cumulative: bool) -> bool:
    last = past[0]
    if cumulative:
        # A cumulative figure grows; only a fall within the year is strange, and that is hard.
        return False
    if len(past) >= ENOUGH_HISTORY:
        middle = statistics.median(past)
        spread = statistics.median([abs(number - middle) for number in past])
        if spread:
            return abs(value - middle) * Decimal("0.6745") / spread > OUTLIER
    return abs(value - last) > max(last / 2, Decimal(10))


def completion(done: Decimal | None, target: Decimal | None) -> Decimal | None:
    """Rate of completion in percent, one place; None without both numbers."""
    if done is None or not target:
        return None
    return (done / target * 100).quantize(Decimal("0.1"))
