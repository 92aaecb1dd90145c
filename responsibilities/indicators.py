"""What returns and targets know about units, for assessments and dashboards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.foundation.calendar.models import Period
from orgs.models import Unit
from responsibilities.enums import Mode, PlanState, QuarterlyStyle, TargetState
from responsibilities.models import Indicator, Target
from responsibilities.queries.rollup import (
    SUMMED,
    coverage_of,
    on_time_counts,
    opened_quarters,
    yearly_values,
)

#: 季度报表按期报送率 and 年度目标任务确认率, reckoned from the returns and receipts themselves.
ON_TIME, CONFIRMED = "A07", "A03"
_WORDS = "〇一二三四"

Measured = Callable[["_Question", Indicator], list[Figure]]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, read once for all codes."""

    year: int
    units: Sequence[Unit]
    quarters: Sequence[Period]
    targets: Mapping[tuple[int, str], Decimal]

    @property
    def last(self) -> Period | None:
        return self.quarters[-1] if self.quarters else None


def _on_offer() -> list[Indicator]:
    """Reported counts, and the two rates; a percentage typed in by units cannot be summed."""
    active = Indicator.objects.filter(is_active=True).order_by("code")
    return [
        indicator
        for indicator in active
        if indicator.code in _DERIVED or (indicator.is_reported and indicator.value_type in SUMMED)
    ]


def offer() -> list[Offered]:
    """What can be measured in the tenant; a meeting held is shown as restricted (R2)."""
    return [
        Offered(
            code=indicator.code,
            name=indicator.name,
            unit_label=indicator.unit_label,
            rises=indicator.rises,
            mode=str(Mode(indicator.mode)),
        )
        for indicator in _on_offer()
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> list[Figure]:
    """One figure a code and unit; the number of statements depends on neither."""
    wanted = [indicator for indicator in _on_offer() if indicator.code in set(codes)]
    units = list(Unit.objects.filter(pk__in=list(unit_ids)).order_by("path"))
    if not wanted or not units:
        return []
    question = _Question(
        year=period.year,
        units=units,
        quarters=opened_quarters(period),
        targets=_targets(units, period.year, [row.code for row in wanted]),
    )
    figures = [
        figure
        for indicator in wanted
        if indicator.code in _DERIVED
        for figure in _DERIVED[indicator.code](question, indicator)
    ]
    reported = [indicator for indicator in wanted if indicator.code not in _DERIVED]
    return figures + (_reported(question, reported, period) if reported else [])


def _targets(
    units: Sequence[Unit], year: int, codes: Sequence[str]
) -> dict[tuple[int, str], Decimal]:
    """What was promised at issue; an archived plan is still the measure of its year."""
    rows = (
        Target.objects.filter(unit__in=units, indicator__code__in=codes, plan__year=year)
        .exclude(state=TargetState.DRAFT)
        .exclude(plan__state=PlanState.DRAFT)
    )
    return {
        (unit_id, code): value if issued is None else issued
        for unit_id, code, issued, value in rows.values_list(
            "unit_id", "indicator__code", "issued_value", "value"
        )
    }


# --- sums of the returns ------------------------------------------------------------------


def _reported(question: _Question, indicators: Sequence[Indicator], period: Period) -> list[Figure]:
    values = yearly_values(question.units, period)
    last = question.last
    included = coverage_of(question.units, last) if last else {}
    figures = []
    for unit in question.units:
        expected, accepted = included.get(unit.pk, (0, 0))
        for indicator in indicators:
            figures.append(  # noqa: PERF401 -- clearer than a nested generator
                Figure(
                    code=indicator.code,
                    unit_id=unit.pk,
                    value=values.get((unit.pk, indicator.code)),
                    target=question.targets.get((unit.pk, indicator.code)),
                    source=_source(question.quarters, indicator, accepted, expected),
                    as_of=last.as_of if last else None,
                )
            )
    return figures


def _source(quarters: Sequence[Period], indicator: Indicator, accepted: int, expected: int) -> str:
    if not quarters:
        return "本年度尚未开启季度填报"
    adds = indicator.quarterly_style == QuarterlyStyle.INCREMENTAL
    span = _span(quarters) + "合计" if adds and len(quarters) > 1 else f"{quarters[-1]}报表"
    return f"{span}（已通过 {accepted}/{expected} 家）"


def _span(quarters: Sequence[Period]) -> str:
    """2026年第一至三季度报表, or the quarters one by one when one of them was left out."""
    first, last = quarters[0], quarters[-1]
    if last.ordinal - first.ordinal + 1 == len(quarters):
        words = f"{_WORDS[first.ordinal]}至{_WORDS[last.ordinal]}"
    else:
        words = "、".join(_WORDS[quarter.ordinal] for quarter in quarters)
    return f"{last.year}年第{words}季度报表"


# --- rates --------------------------------------------------------------------------------


def _rate(
    question: _Question,
    indicator: Indicator,
    counts: Mapping[int, tuple[int, int]],
    source: Callable[[int, int], str],
) -> list[Figure]:
    """Figures of a rate; a unit with nothing owed has nothing to measure (不适用)."""
    figures = []
    for unit in question.units:
        done, owed = counts.get(unit.pk, (0, 0))
        figures.append(
            Figure(
                code=indicator.code,
                unit_id=unit.pk,
                value=None,
                numerator=Decimal(done),
                denominator=Decimal(owed),
                target=question.targets.get((unit.pk, indicator.code)),
                source=source(done, owed),
                as_of=question.last.as_of if question.last else None,
            )
        )
    return figures


def _filed_on_time(question: _Question, indicator: Indicator) -> list[Figure]:
    counts = on_time_counts(question.units, question.quarters)
    return _rate(
        question,
        indicator,
        counts,
        lambda done, owed: f"报送记录（按期 {done}/{owed} 份）",
    )


def _targets_confirmed(question: _Question, indicator: Indicator) -> list[Figure]:
    """Units below that acknowledged all they received; one with nobody below answers itself."""
    received = (
        Target.objects.filter(parent__isnull=False, plan__year=question.year)
        .exclude(state=TargetState.DRAFT)
        .exclude(plan__state=PlanState.DRAFT)
        .order_by()
        .values("unit__path")
        .annotate(open=Count("pk", filter=~Q(state=TargetState.ACKNOWLEDGED)))
    )
    below: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    own: dict[str, tuple[int, int]] = {}
    widths = {len(unit.path) for unit in question.units}
    for row in received:
        path, done = row["unit__path"], not row["open"]
        own[path] = (int(done), 1)
        for width in widths:
            if len(path) > width:
                below[path[:width]][0] += done
                below[path[:width]][1] += 1
    counts = {
        unit.pk: (below[unit.path][0], below[unit.path][1])
        if unit.path in below
        else own.get(unit.path, (0, 0))
        for unit in question.units
    }
    return _rate(
        question, indicator, counts, lambda done, owed: f"签收记录（已签收 {done}/{owed} 家）"
    )


_DERIVED: dict[str, Measured] = {ON_TIME: _filed_on_time, CONFIRMED: _targets_confirmed}

indicator_sources.register(
    IndicatorSource(
        key="responsibilities", label="目标任务和季度报表", offer=offer, measure=measure
    )
)
