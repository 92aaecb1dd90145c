"""What a meeting should know of the returns: who owes one, and which indicators are red."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gongjian.commons.agendas.shelf import (
    MOST_MATTERS,
    AgendaMatter,
    AgendaSource,
    agenda_sources,
)
from orgs.models import Unit
from responsibilities.models import Indicator
from responsibilities.queries.dashboard import all_rounds, newest
from responsibilities.queries.returns import chosen_period, progress_of, progress_of_children
from responsibilities.queries.standing import Lagging, board

#: Branches named in one matter; the list of what is owed names them all.
MOST_BRANCHES = 8


def missing_returns(path: str) -> Sequence[AgendaMatter]:
    """One matter for the period, with the branches that owe most; none while nobody is late."""
    period = chosen_period(None)
    unit = Unit.objects.filter(path=path).first()
    if period is None or unit is None:
        return []
    whole = progress_of(unit, period)
    if not whole.overdue:
        return []
    late = sorted(
        (row for row in progress_of_children(unit, period) if row.overdue),
        key=lambda row: (-row.overdue, row.unit.path),
    )
    named = "、".join(f"{row.unit}（{row.overdue}家）" for row in late[:MOST_BRANCHES])
    return [
        AgendaMatter(
            kind=period._meta.label_lower,
            id=period.pk,
            title=f"{period}报表逾期未报 {whole.overdue} 家"[:120],
            body=f"应报 {whole.expected} 家，已报 {whole.handed_in} 家。逾期较多的：{named}。",
        )
    ]


def red_indicators(path: str) -> Sequence[AgendaMatter]:
    """One matter for each indicator that branches are behind on, the worst first.

    Its record is the indicator, so that one which is red again in a later
    quarter is known as the same problem.
    """
    unit = Unit.objects.filter(path=path).first()
    quarters = all_rounds()
    latest = newest(quarters)
    if unit is None or latest is None:
        return []
    found = board(unit, quarters, latest.period)
    behind: dict[str, list[Lagging]] = {}
    for entry in found.lagging:
        behind.setdefault(entry.standing.cell.code, []).append(entry)
    ids = dict(Indicator.objects.filter(code__in=behind).values_list("code", "pk"))
    return [
        AgendaMatter(
            kind=Indicator._meta.label_lower,
            id=ids[code],
            title=f"指标滞后：{rows[0].standing.cell.label}（{len(rows)}家）"[:120],
            body=(
                f"{latest.period}时序进度{found.course.normalize():f}%。滞后的："
                f"{'、'.join(_lag(row) for row in rows[:MOST_BRANCHES])}。"
            ),
        )
        for code, rows in behind.items()
        if code in ids
    ][:MOST_MATTERS]


def _lag(entry: Lagging) -> str:
    rate = entry.standing.rate
    return f"{entry.row.name}（完成{0 if rate is None else rate.quantize(Decimal('0.1'))}%）"


agenda_sources.register(
    AgendaSource("responsibilities.red_indicators", "滞后指标", red_indicators, order=35)
)
agenda_sources.register(
    AgendaSource("responsibilities.missing_returns", "逾期未报的报表", missing_returns, order=30)
)
