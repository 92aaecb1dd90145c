"""Lines of a score sheet: packed for storage, unpacked with formula and advice.

A stored line is a list: item, weight, effective weight, score, value, target,
numerator, denominator, source, and what only some lines have (marks of judges,
or the finished formula of an extra). Formula and advice are not stored: rules
of a published scheme never change, so the figures say them again, word by word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments.models import SchemeItem
from assessments.scoring import formula_of
from assessments.verdicts import Reading, verdict_of
from gongjian.commons.indicators.shelf import Figure
from gongjian.foundation.kernel.numbers import round_half_up, show

STORED = Decimal("0.0001")
TRACKED_TEXT = "只跟踪，不计分"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Points of one unit on one item, with figures, formula and source."""

    item: SchemeItem
    value: Decimal | None
    target: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    weight: Decimal
    effective_weight: Decimal
    score: Decimal | None
    formula: str
    advice: str
    source: str


def text_of(number: Decimal | None) -> str | None:
    return None if number is None else show(round_half_up(number, STORED))


def facts_of(figure: Figure | None) -> list[str | None]:
    """Value, target, numerator, denominator and source as they are stored."""
    if figure is None:
        return [None, None, None, None, None]
    source = figure.source
    if figure.as_of is not None:
        source = f"{source}（截至 {figure.as_of:%Y-%m-%d}）"
    return [
        *map(text_of, (figure.value, figure.target, figure.numerator, figure.denominator)),
        source,
    ]


def reading_of(figure: Figure | None, marks: tuple[Decimal, ...], quarter: int) -> Reading:
    if figure is None:
        return Reading(marks=marks, found=False, quarter=quarter)
    return Reading(
        value=figure.value,
        target=figure.target,
        numerator=figure.numerator,
        denominator=figure.denominator,
        marks=marks,
        quarter=quarter,
    )


def unpack(
    stored: Sequence[Sequence[Any]], items: Mapping[int, SchemeItem], quarter: int
) -> list[ScoreLine]:
    """Lines in the order of the scheme."""
    lines = [_line(row, items[row[0]], quarter) for row in stored if row[0] in items]
    return sorted(lines, key=lambda line: (line.item.order, line.item.pk))


def stored_reading(row: Sequence[Any], quarter: int) -> Reading:
    """What was known when the line was stored."""
    value, target, numerator, denominator = (
        None if cell is None else Decimal(cell) for cell in row[4:8]
    )
    return Reading(
        value=value,
        target=target,
        numerator=numerator,
        denominator=denominator,
        marks=tuple(map(Decimal, (row[9] or {}).get("marks", ()))),
        found=row[8] is not None,
        quarter=quarter,
    )


def _line(row: Sequence[Any], item: SchemeItem, quarter: int) -> ScoreLine:
    weight, effective, score = (None if cell is None else Decimal(cell) for cell in row[1:4])
    weight, effective = weight or Decimal(0), effective or Decimal(0)
    reading = stored_reading(row, quarter)
    value, numerator, denominator = reading.value, reading.numerator, reading.denominator
    formula, advice = (row[9] or {}).get("formula", ""), ""
    if not formula:
        verdict = verdict_of(item.method, item.parameters, reading, weight or Decimal(100))
        formula = verdict.expression
        if score is not None:
            formula, advice = formula_of(effective, verdict, score), verdict.advice
    if denominator and numerator is not None:
        value = round_half_up(numerator / denominator * 100, STORED)
    return ScoreLine(
        item=item,
        value=value,
        target=reading.target,
        numerator=numerator,
        denominator=denominator,
        weight=weight,
        effective_weight=effective,
        score=score,
        formula=formula,
        advice=advice,
        source=row[8] or ("评委评分" if item.is_judged else ""),
    )
