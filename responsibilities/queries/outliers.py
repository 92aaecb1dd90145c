"""Odd numbers of a period over many returns, the oddest first: a reviewer's work list."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Scope
from responsibilities.cells import Cell
from responsibilities.checks import Figures, findings, median_at
from responsibilities.models import QuarterlyReturn
from responsibilities.queries.returns import HANDED_IN, aligned, before

#: Returns looked at in one go, and quarters of history each.
MOST_RETURNS, QUARTERS = 1000, 8


@dataclass(frozen=True, slots=True)
class Outlier:
    """One number far from its history or from the units beside it."""

    row: QuarterlyReturn
    cell: Cell
    value: Decimal
    last: Decimal | None
    history_median: Decimal | None
    peer_median: Decimal | None
    text: str
    remark: str
    #: How many times the usual spread (modified z-score), or the last value.
    score: Decimal


def outliers(scope: Scope, period: Period) -> list[Outlier]:
    """What is odd among the returns within reach; three statements however many there are."""
    rows = list(
        QuarterlyReturn.objects.within(scope)
        .filter(period=period, state__in=HANDED_IN, is_nil=False)
        .select_related("unit", "form", "period")
        .order_by("unit__path")[:MOST_RETURNS]
    )
    past = _history([row.unit_id for row in rows], period)
    beside: dict[tuple[int | None, int], list[QuarterlyReturn]] = defaultdict(list)
    for row in rows:
        beside[row.unit.parent_id, row.form_id].append(row)
    found: list[Outlier] = []
    for row in rows:
        peers = [
            other.values for other in beside[row.unit.parent_id, row.form_id] if other.pk != row.pk
        ]
        found += _of_return(row, past[row.unit_id][:QUARTERS], peers)
    return sorted(found, key=lambda one: (-one.score, one.row.unit.path, one.cell.slot))


def _history(unit_ids: Sequence[int], period: Period) -> dict[int, list[QuarterlyReturn]]:
    earlier = (
        QuarterlyReturn.objects.filter(
            before(period),
            unit_id__in=unit_ids,
            period__year__gte=period.year - 2,
            state__in=HANDED_IN,
        )
        .select_related("form", "period")
        .order_by("-period__starts_on")
    )
    found: dict[int, list[QuarterlyReturn]] = defaultdict(list)
    for row in earlier:
        found[row.unit_id].append(row)
    return found


def _of_return(
    row: QuarterlyReturn,
    past: Sequence[QuarterlyReturn],
    peers: Sequence[Sequence[Decimal | None]],
) -> list[Outlier]:
    cells = row.form.layout()
    history = aligned(cells, past)
    figures = Figures(
        values=row.values,
        level=row.unit.level,
        category=row.unit.category,
        history=history,
        peers=peers,
    )
    by_code = {cell.code: cell for cell in cells}
    found: dict[str, Outlier] = {}
    for finding in findings(cells, (), row.form.standing_rules(), figures):
        cell = by_code[finding.code]
        value = row.values[cell.slot]
        if finding.rule_key not in {"history", "peers"} or value is None or cell.code in found:
            continue
        known = [quarter[cell.slot] for quarter in history]
        numbers = [number for number in known if number is not None]
        middle = median_at(peers, cell.slot)
        found[cell.code] = Outlier(
            row=row,
            cell=cell,
            value=value,
            last=known[0] if known else None,
            history_median=statistics.median(numbers) if numbers else None,
            peer_median=middle,
            text=finding.text,
            remark=row.remarks.get(cell.code, ""),
            score=_score(value, numbers, middle),
        )
    return list(found.values())


def _score(value: Decimal, past: Sequence[Decimal], peer_median: Decimal | None) -> Decimal:
    if past:
        middle = statistics.median(past)
        spread = statistics.median([abs(number - middle) for number in past])
        unit = spread / Decimal("0.6745") if spread else max(middle, Decimal(1))
        return (abs(value - middle) / unit).quantize(Decimal("0.1"))
    base = max(peer_median or Decimal(1), Decimal(1))
    return (abs(value - base) / base).quantize(Decimal("0.1"))
