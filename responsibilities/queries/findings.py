"""Gathers the figures that findings depend on; asks only for what a form's rules read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from responsibilities.checks import Check, Figures, Finding, findings
from responsibilities.enums import ExceptionState, Severity
from responsibilities.expressions import others_in, reads
from responsibilities.live import compiled
from responsibilities.models import CheckException, Obligation, QuarterlyReturn
from responsibilities.queries.returns import (
    HANDED_IN,
    aligned,
    earlier_returns,
    peer_values,
    targets_of,
    year_to_date,
)

#: Findings of these rules may be excepted; a blank is filled or remarked on instead.
EXCEPTED = ("check:", "part")


def findings_of(
    quarterly_return: QuarterlyReturn, earlier: Sequence[QuarterlyReturn] | None = None
) -> list[Finding]:
    """What is found in a return as it stands; a granted exception makes a finding soft.

    ``earlier`` are its earlier returns, where the caller has read them already.
    """
    form = quarterly_return.form
    checks = form.own_checks()
    figures = figures_of(quarterly_return, checks, earlier)
    found = findings(form.whole_layout(), checks, form.standing_rules(), figures)
    if not any(can_be_excepted(finding) for finding in found):
        return found
    granted = granted_exceptions(quarterly_return)
    return [
        replace(finding, severity=Severity.SOFT)
        if can_be_excepted(finding) and (finding.rule_key, finding.code) in granted
        else finding
        for finding in found
    ]


def live_form(
    obligation: Obligation,
    quarterly_return: QuarterlyReturn | None,
    earlier: Sequence[QuarterlyReturn],
) -> dict[str, Any]:
    """The form with the figures around it, for the browser to reckon with while somebody types."""
    row = quarterly_return
    if row is None:
        cells = obligation.form.layout()
        row = QuarterlyReturn(
            obligation=obligation,
            unit=obligation.unit,
            period=obligation.period,
            form=obligation.form,
            values=[None] * len(cells),
        )
    form = obligation.form
    checks = form.own_checks()
    figures = figures_of(row, checks, earlier, standing=False)
    granted = granted_exceptions(row) if row.pk else {}
    return compiled(form.layout(), checks, figures, granted)


def can_be_excepted(finding: Finding) -> bool:
    return finding.is_hard and finding.rule_key.startswith(EXCEPTED)


def exceptable(quarterly_return: QuarterlyReturn) -> list[Finding]:
    """Findings an exception may be asked for."""
    return [finding for finding in findings_of(quarterly_return) if can_be_excepted(finding)]


def granted_exceptions(quarterly_return: QuarterlyReturn) -> dict[tuple[str, str], str]:
    """Reasons of the exceptions in force, by rule and cell.

    An exception speaks of the number it was asked for; another number asks again.
    """
    values = {
        cell.code: quarterly_return.values[cell.slot] for cell in quarterly_return.form.layout()
    }
    rows = CheckException.objects.filter(
        quarterly_return=quarterly_return, state=ExceptionState.GRANTED
    )
    return {
        (row.rule_key, row.cell): row.reason for row in rows if values.get(row.cell) == row.value
    }


def figures_of(
    quarterly_return: QuarterlyReturn,
    checks: Sequence[Check],
    earlier: Sequence[QuarterlyReturn] | None = None,
    *,
    standing: bool = True,
) -> Figures:
    """All that checks may read; ``standing`` asks for what the rules of every form read too."""
    cells = quarterly_return.form.layout()
    unit, period = quarterly_return.unit, quarterly_return.period
    past = list(earlier) if earlier is not None else earlier_returns(unit, period)
    trees = [check.tree for check in checks]

    def wants(name: str) -> bool:
        return any(reads(tree, name) for tree in trees)

    by_rule = standing and quarterly_return.form.standing_rules().peers
    peers = by_rule or wants("median_peers")
    return Figures(
        values=quarterly_return.values,
        level=unit.level,
        category=unit.category,
        history=aligned(cells, past),
        peers=peer_values(quarterly_return) if peers else (),
        ytd=year_to_date(quarterly_return, past) if wants("ytd") else {},
        targets=targets_of(unit, period.year) if wants("target") else {},
        others=other_values(quarterly_return, checks),
        texts=quarterly_return.texts,
    )


def other_values(
    quarterly_return: QuarterlyReturn, checks: Iterable[Check]
) -> dict[str, Decimal | None]:
    """Figures of the unit's other forms for periods that overlap this one, newest first."""
    wanted = set().union(*(others_in(check.tree) for check in checks))
    if not wanted:
        return {}
    period = quarterly_return.period
    rows = (
        QuarterlyReturn.objects.filter(
            unit_id=quarterly_return.unit_id,
            form__key__in={key for key, _ in wanted},
            state__in=HANDED_IN,
            period__starts_on__lte=period.ends_on,
            period__ends_on__gte=period.starts_on,
        )
        .exclude(pk=quarterly_return.pk)
        .select_related("form")
        .order_by("-period__ends_on", "-form__version")
    )
    found: dict[str, Decimal | None] = {}
    for row in rows:
        for cell in row.form.layout():
            if (row.form.key, cell.code) in wanted:
                found.setdefault(f"{row.form.key} {cell.code}", row.values[cell.slot])
    return found
