"""How a cell of many units becomes one figure: sum, maximum, rate or share, never a plain mean.

A rate over many units is the sum of its numerators over the sum of its
denominators. A percentage without a denominator in the form is weighted by the
number of workers, and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from responsibilities.cells import Cell
from responsibilities.enums import ValueType


class Across(StrEnum):
    """Rule over units; the words are shown beside the figure."""

    SUM = "sum"
    MAX = "max"
    RATIO = "ratio"
    WEIGHTED = "weighted"
    SHARE = "share"


WORDS = {
    Across.SUM: "合计",
    Across.MAX: "最大值",
    Across.RATIO: "分子合计÷分母合计",
    Across.WEIGHTED: "按职工数加权",
    Across.SHARE: "“是”的家数",
}


def rule_of(cell: Cell) -> Across:
    """The rule named by the form, else the one that the value type allows."""
    if cell.across:
        return Across(cell.across)
    if cell.value_type == ValueType.PERCENT:
        return Across.RATIO if cell.whole else Across.WEIGHTED
    return Across.SHARE if cell.value_type == ValueType.YES_NO else Across.SUM


@dataclass(frozen=True, slots=True)
class Rate:
    """A cell that has a rate: its slot, its whole's slot (None: workers), and what it holds.

    ``is_percent`` says that the cell itself is a percentage of the whole;
    otherwise it is a part of it (其中), and the rate comes beside its sum.
    """

    slot: int
    whole: int | None
    is_percent: bool


def rates_of(cells: Sequence[Cell]) -> list[Rate]:
    """The form's rates in the order of their slots; the buckets keep them in this order."""
    slots = {cell.code: cell.slot for cell in cells}
    rates = []
    for cell in sorted(cells, key=lambda cell: cell.slot):
        rule = rule_of(cell)
        if rule is Across.RATIO and cell.whole in slots:
            rates.append(Rate(cell.slot, slots[cell.whole], is_percent=True))
        elif rule in {Across.RATIO, Across.WEIGHTED}:
            rates.append(Rate(cell.slot, None, is_percent=True))
        elif rule is Across.SUM and cell.not_above in slots:
            rates.append(Rate(cell.slot, slots[cell.not_above], is_percent=False))
    return rates


def maxima_of(cells: Sequence[Cell]) -> list[int]:
    """Slots of which the largest value counts, in order."""
    return sorted(cell.slot for cell in cells if rule_of(cell) is Across.MAX)


def quotient(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """A rate in percent with two places; None when there is nothing to divide by."""
    if not denominator:
        return None
    return (numerator / denominator * 100).quantize(Decimal("0.01"))
