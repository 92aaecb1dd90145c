"""Totals of returns for any node of the tree, always with how many are in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Unit
from orgs.queries import open_children
from responsibilities.cells import Cell
from responsibilities.enums import QuarterlyStyle, ReturnState, ValueType
from responsibilities.models import Obligation, ReturnForm

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
        for child in open_children(unit)
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


def quarters_up_to(period: Period) -> list[Period]:
    """Quarters of the year that ended with the period or before, oldest first."""
    return list(
        Period.objects.filter(
            kind=PeriodKind.QUARTER, year=period.year, ends_on__lte=period.ends_on
        ).order_by("starts_on")
    )


def yearly_values(
    units: Sequence[Unit], period: Period, *, states: Sequence[str] = APPROVED
) -> dict[tuple[int, str], Decimal]:
    """Year-to-date values of many units' branches by (unit, cell code).

    Counts of a quarter's events are added up over the quarters; running totals
    and stocks take the last quarter that has a value. One statement for each
    level of the tree among the units, never one a unit.
    """
    periods = quarters_up_to(period)
    forms = {form.pk: form.layout() for form in ReturnForm.objects.filter(state="published")}
    by_width: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        by_width[len(unit.path)].append(unit)
    result: dict[tuple[int, str], Decimal] = {}
    for width, group in by_width.items():
        paths = {unit.path: unit.pk for unit in group}
        common = _common_path(list(paths))
        sums = branch_sums(common, width, [quarter.pk for quarter in periods], states)
        order = {quarter.pk: place for place, quarter in enumerate(periods)}
        for key in sorted(sums.rows, key=lambda key: order[key[1]]):
            path, _, form_id, slot = key
            if path in paths and form_id in forms:
                _add(result, paths[path], forms[form_id][slot], sums.rows[key])
    return result


def _add(result: dict[tuple[int, str], Decimal], unit_id: int, cell: Cell, value: Decimal) -> None:
    if cell.value_type not in SUMMED:
        return
    place = (unit_id, cell.code)
    if cell.style == QuarterlyStyle.INCREMENTAL and place in result:
        result[place] += value
    else:
        result[place] = value


def _common_path(paths: Sequence[str]) -> str:
    """The longest path that all units stand under."""
    first, last = min(paths), max(paths)
    length = 0
    while length < len(first) and first[: length + 4] == last[: length + 4]:
        length += 4
    return first[:length]


def on_time_counts(units: Sequence[Unit], periods: Sequence[Period]) -> dict[int, tuple[int, int]]:
    """Returns handed in by their deadline and returns owed, for many branches."""
    owed = (
        Obligation.objects.filter(period__in=list(periods), is_exempt=False)
        .values_list("unit__path", "due_on", "extended_to", "returns__first_submitted_at")
        .order_by("pk")
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    widths = {len(unit.path) for unit in units}
    for path, due_on, extended_to, first in owed:
        in_time = first is not None and first.astimezone(SHANGHAI).date() <= (extended_to or due_on)
        for width in widths:
            if len(path) >= width:
                counts[path[:width]][0] += in_time
                counts[path[:width]][1] += 1
    return {unit.pk: (counts[unit.path][0], counts[unit.path][1]) for unit in units}
