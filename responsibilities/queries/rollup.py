"""Totals of returns for any node of the tree, always with how many are in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Unit
from responsibilities.cells import Cell
from responsibilities.enums import FormState, QuarterlyStyle, ReturnState, ValueType
from responsibilities.models import Obligation, ReturnForm
from responsibilities.queries.returns import branches

#: Values that may be added up; a percentage is never a sum of percentages.
SUMMED = (ValueType.INTEGER, ValueType.DECIMAL)
APPROVED = (ReturnState.ACCEPTED,)
HANDED_IN = (ReturnState.ACCEPTED, ReturnState.SUBMITTED)

# One pass over the returns of a branch: the array of values is laid out by slot and
# summed for each branch of the wanted width. Tenant and path lead every index.
_SUMS = """
SELECT left(u.path, %(width)s), r.period_id, r.form_id, v.slot - 1, sum(v.value)
FROM responsibilities_quarterlyreturn r
JOIN orgs_unit u ON u.tenant_id = r.tenant_id AND u.id = r.unit_id
CROSS JOIN LATERAL unnest(r.values) WITH ORDINALITY AS v(value, slot)
WHERE r.tenant_id = %(tenant)s AND r.period_id = ANY(%(periods)s) AND r.state = ANY(%(states)s)
  AND u.path ^@ %(path)s AND length(u.path) >= %(width)s AND v.value IS NOT NULL
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class BranchSums:
    """Sums by (branch path, period, form, slot)."""

    rows: dict[tuple[str, int, int, int], Decimal]

    def value(self, path: str, period_id: int, form_id: int, slot: int) -> Decimal | None:
        return self.rows.get((path, period_id, form_id, slot))


def branch_sums(
    path: str, width: int, periods: Sequence[int], states: Iterable[str] = APPROVED
) -> BranchSums:
    """Sum the returns below ``path`` for each branch whose path is ``width`` long."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SUMS,
            {
                "width": width,
                "tenant": require_tenant_id(),
                "periods": list(periods),
                "states": [str(state) for state in states],
                "path": path,
            },
        )
        rows = {(branch, period, form, slot): total for branch, period, form, slot, total in cursor}
    return BranchSums(rows)


@dataclass(slots=True)
class TotalLine:
    """A unit's totals by cell code, and how many returns are in them."""

    unit: Unit
    values: dict[str, Decimal | None] = field(default_factory=dict)
    expected: int = 0
    included: int = 0

    @property
    def coverage(self) -> str:
        return f"{self.included}/{self.expected} 家"


def totals(
    unit: Unit, period: Period, form: ReturnForm, *, states: Sequence[str] = APPROVED
) -> tuple[TotalLine, list[TotalLine]]:
    """Totals of a node and of each branch below it, for one period."""
    cells = [cell for cell in form.layout() if cell.value_type in SUMMED]
    width = len(unit.path) + 4
    below = branch_sums(unit.path, width, [period.pk], states)
    whole = branch_sums(unit.path, len(unit.path), [period.pk], states)
    counts = _coverage(unit.path, width, period, states)
    lines = [
        _line(child, child.path, cells, below, period, form, counts)
        for child in branches(unit, counts)
    ]
    total = _line(unit, unit.path, cells, whole, period, form, {})
    everything = _coverage(unit.path, len(unit.path), period, states)
    total.expected, total.included = everything.get(unit.path, (0, 0))
    return total, lines


def _line(
    unit: Unit,
    path: str,
    cells: Sequence[Cell],
    sums: BranchSums,
    period: Period,
    form: ReturnForm,
    counts: dict[str, tuple[int, int]],
) -> TotalLine:
    line = TotalLine(unit)
    line.values = {cell.code: sums.value(path, period.pk, form.pk, cell.slot) for cell in cells}
    line.expected, line.included = counts.get(path, (0, 0))
    return line


_COVERAGE = """
SELECT left(u.path, %(width)s), count(*), count(*) FILTER (WHERE r.state = ANY(%(states)s))
FROM responsibilities_obligation o
JOIN orgs_unit u ON u.tenant_id = o.tenant_id AND u.id = o.unit_id
LEFT JOIN responsibilities_quarterlyreturn r
  ON r.tenant_id = o.tenant_id AND r.obligation_id = o.id
WHERE o.tenant_id = %(tenant)s AND o.period_id = %(period)s AND NOT o.is_exempt
  AND u.path ^@ %(path)s AND length(u.path) >= %(width)s
GROUP BY 1
"""


def _coverage(
    path: str, width: int, period: Period, states: Sequence[str]
) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _COVERAGE,
            {
                "width": width,
                "tenant": require_tenant_id(),
                "period": period.pk,
                "states": [str(state) for state in states],
                "path": path,
            },
        )
        return {branch: (expected, included) for branch, expected, included in cursor}


def coverage_of(
    units: Sequence[Unit], period: Period, *, states: Sequence[str] = APPROVED
) -> dict[int, tuple[int, int]]:
    """Returns owed and returns included for many branches, a statement a level of the tree."""
    result: dict[int, tuple[int, int]] = {}
    for width, group in _by_width(units).items():
        counts = _coverage(_common_path([unit.path for unit in group]), width, period, states)
        result.update({unit.pk: counts.get(unit.path, (0, 0)) for unit in group})
    return result


def quarters_up_to(period: Period) -> list[Period]:
    """Quarters of the year that ended with the period or before, oldest first."""
    return list(
        Period.objects.filter(
            kind=PeriodKind.QUARTER, year=period.year, ends_on__lte=period.ends_on
        ).order_by("starts_on")
    )


def opened_quarters(period: Period) -> list[Period]:
    """Those of them for which returns are owed at all."""
    return list(
        Period.objects.filter(
            Exists(Obligation.objects.filter(period=OuterRef("pk"))),
            kind=PeriodKind.QUARTER,
            year=period.year,
            ends_on__lte=period.ends_on,
        ).order_by("starts_on")
    )


# A count of events is added up over the quarters. A running total or a stock is the last
# one that each unit has: otherwise the first return of a new quarter would replace the
# total of its whole branch. Cells are matched by code, since forms change over the years.
_YEARLY = """
WITH cell AS (
  SELECT * FROM unnest(%(forms)s::bigint[], %(slots)s::int[], %(codes)s::text[],
                       %(adds)s::boolean[]) AS c(form_id, slot, code, adds)
), known AS (
  SELECT u.path, c.code, c.adds, v.value,
         row_number() OVER (PARTITION BY u.id, c.code ORDER BY p.starts_on DESC) AS place
  FROM responsibilities_quarterlyreturn r
  JOIN orgs_unit u ON u.tenant_id = r.tenant_id AND u.id = r.unit_id
  JOIN calendar_period p ON p.tenant_id = r.tenant_id AND p.id = r.period_id
  CROSS JOIN LATERAL unnest(r.values) WITH ORDINALITY AS v(value, slot)
  JOIN cell c ON c.form_id = r.form_id AND c.slot = v.slot
  WHERE r.tenant_id = %(tenant)s AND r.period_id = ANY(%(periods)s) AND r.state = ANY(%(states)s)
    AND u.path ^@ %(path)s AND length(u.path) >= %(width)s AND v.value IS NOT NULL
)
SELECT left(path, %(width)s), code, sum(value) FROM known WHERE adds OR place = 1 GROUP BY 1, 2
"""


def yearly_values(
    units: Sequence[Unit], period: Period, *, states: Sequence[str] = APPROVED
) -> dict[tuple[int, str], Decimal]:
    """Year-to-date values of many units' branches by (unit, cell code).

    Counts of a quarter's events are added up over the quarters; of running totals
    and stocks each unit's last value counts. One statement for each level of the
    tree among the units, never one a unit.
    """
    wanted: dict[str, Any] = {
        "tenant": require_tenant_id(),
        "periods": [quarter.pk for quarter in quarters_up_to(period)],
        "states": [str(state) for state in states],
        **_summed_cells(),
    }
    result: dict[tuple[int, str], Decimal] = {}
    for width, group in _by_width(units).items():
        paths = {unit.path: unit.pk for unit in group}
        with connection.cursor() as cursor:
            cursor.execute(_YEARLY, {**wanted, "width": width, "path": _common_path(list(paths))})
            for path, code, value in cursor:
                if path in paths:
                    result[paths[path], code] = value
    return result


def _summed_cells() -> dict[str, list[Any]]:
    """Cells of all published forms that add up, column by column."""
    columns: dict[str, list[Any]] = {"forms": [], "slots": [], "codes": [], "adds": []}
    for form in ReturnForm.objects.filter(state=FormState.PUBLISHED).order_by("pk"):
        for cell in form.layout():
            if cell.value_type in SUMMED:
                columns["forms"].append(form.pk)
                columns["slots"].append(cell.slot + 1)
                columns["codes"].append(cell.code)
                columns["adds"].append(cell.style == QuarterlyStyle.INCREMENTAL)
    return columns


def _by_width(units: Sequence[Unit]) -> dict[int, list[Unit]]:
    by_width: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        by_width[len(unit.path)].append(unit)
    return by_width


def _common_path(paths: Sequence[str]) -> str:
    """The longest path that all units stand under."""
    first, last = min(paths), max(paths)
    length = 0
    while length < len(first) and first[: length + 4] == last[: length + 4]:
        length += 4
    return first[:length]


def on_time_counts(units: Sequence[Unit], periods: Sequence[Period]) -> dict[int, tuple[int, int]]:
    """Returns handed in by their deadline and returns owed, for many branches.

    What is not due yet and not handed in stands on neither side of the rate.
    """
    if not units:
        return {}
    now = timezone.now()
    owed = (
        Obligation.objects.filter(
            period__in=list(periods),
            is_exempt=False,
            unit__path__under=_common_path([unit.path for unit in units]),
        )
        .values_list("unit__path", "deadline_at", "returns__first_submitted_at")
        .order_by("pk")
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    widths = {len(unit.path) for unit in units}
    for path, deadline_at, first in owed:
        if first is None and now < deadline_at:
            continue
        in_time = first is not None and first < deadline_at
        for width in widths:
            if len(path) >= width:
                counts[path[:width]][0] += in_time
                counts[path[:width]][1] += 1
    return {unit.pk: (counts[unit.path][0], counts[unit.path][1]) for unit in units}
