"""What a meeting should know of the returns: who owes one that is overdue."""

from __future__ import annotations

from collections.abc import Sequence

from gongjian.commons.agendas.shelf import AgendaMatter, AgendaSource, agenda_sources
from orgs.models import Unit
from responsibilities.queries.returns import chosen_period, progress_of, progress_of_children

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


agenda_sources.register(
    AgendaSource("responsibilities.missing_returns", "逾期未报的报表", missing_returns, order=30)
)
