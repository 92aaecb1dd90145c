"""How a node and its branches stand against their targets: lights, and who lags since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import QuerySet

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.together import LookUp
from orgs.models import Unit
from responsibilities.aggregation import Across, quotient, rule_of
from responsibilities.cells import Cell, completion
from responsibilities.enums import Basis, PlanState, TargetState
from responsibilities.models import Target
from responsibilities.queries.bucket_sql import Quarter, cells_of
from responsibilities.queries.dashboard import Line, NodeFigures, figures, year_up_to
from responsibilities.queries.places import Places

#: So many points behind the course of the year are still "a little slow".
TOLERANCE = Decimal(10)
#: Rows of the list of those who lag; the number of all stands beside it.
LONGEST = 50


class Light(StrEnum):
    """Words and colours always stand together."""

    ON_COURSE = "达到时序"
    SLOW = "略慢"
    BEHIND = "滞后"
    UNKNOWN = "未填"

    @property
    def look(self) -> str:
        return {"达到时序": "ok", "略慢": "warn", "滞后": "bad"}.get(self.value, "neutral")


def elapsed(period: Period) -> Decimal:
    """Part of the program year that is over at the end of a period, in percent (时序进度)."""
    return Decimal(25 * period.quarters_over)


@dataclass(frozen=True, slots=True)
class Standing:
    """One branch on one indicator: done, promised, and how that compares with the course."""

    cell: Cell
    done: Decimal | None
    target: Decimal | None
    course: Decimal
    rises: bool = True
    since: Period | None = None

    @property
    def rate(self) -> Decimal | None:
        return completion(self.done, self.target)

    @property
    def gap(self) -> Decimal | None:
        """Points ahead of the course (below zero: behind); a limit is ahead while unused."""
        if self.rate is None:
            return None
        return self.rate - self.course if self.rises else self.course - self.rate

    @property
    def light(self) -> Light:
        if self.gap is None:
            return Light.UNKNOWN
        if self.gap >= 0:
            return Light.ON_COURSE
        return Light.SLOW if self.gap >= -TOLERANCE else Light.BEHIND

    @property
    def behind_by(self) -> Decimal:
        return -(self.gap or Decimal(0))


@dataclass(slots=True)
class BranchRow:
    """A branch as the dashboard shows it; one that moved away since has no link."""

    path: str
    unit: Unit | None
    line: Line
    period: Period
    standings: list[Standing] = field(default_factory=list)
    has_left: bool = False

    @property
    def name(self) -> str:
        name = str(self.unit) if self.unit is not None else "已不存在的单位"
        return f"{name}（已调出）" if self.has_left and self.unit is not None else name

    @property
    def is_link(self) -> bool:
        return self.unit is not None and self.unit.child_count > 0 and not self.has_left

    @property
    def filing_rate(self) -> Decimal | None:
        return _one_place(self.line.handed_in, self.line.expected)

    @property
    def on_time_rate(self) -> Decimal | None:
        """In time of those due: all of them once the day has passed, before it those filed."""
        is_over = self.period.due_on < today()
        return _one_place(self.line.on_time, self.line.expected if is_over else self.line.handed_in)

    @property
    def on_course(self) -> int:
        return sum(row.light is Light.ON_COURSE for row in self.standings)

    @property
    def measured(self) -> int:
        return sum(row.light is not Light.UNKNOWN for row in self.standings)


@dataclass(frozen=True, slots=True)
class Lagging:
    """An entry of the red list."""

    row: BranchRow
    standing: Standing


@dataclass(frozen=True, slots=True)
class Board:
    """All that the dashboard of a node shows for a period."""

    node: BranchRow
    rows: list[BranchRow]
    cells: list[Cell]
    course: Decimal

    @property
    def lagging(self) -> list[Lagging]:
        """Who is behind the course, the farthest behind first."""
        found = [
            Lagging(row, standing)
            for row in self.rows or [self.node]
            for standing in row.standings
            if standing.light is Light.BEHIND
        ]
        return sorted(found, key=lambda entry: entry.standing.behind_by, reverse=True)


def _one_place(part: int, whole: int) -> Decimal | None:
    found = quotient(Decimal(part), Decimal(whole))
    return None if found is None else found.quantize(Decimal("0.1"))


def board(
    node: Unit,
    quarters: Sequence[Quarter],
    period: Period,
    *,
    basis: str = Basis.ACCEPTED,
    as_of: date | None = None,
) -> Board:
    """The dashboard of a node; the number of statements does not depend on the tree."""
    year = year_up_to(quarters, period.pk)
    places = Places.load()
    found = figures(
        node, quarters, [row.period for row in year], basis=basis, as_of=as_of, places=places
    )
    units = branch_units(node, found, period)
    targets, rises = _targets([node, *units.values()], period.year)
    cells = [
        cell
        for cell in cells_of(year[-1].form)
        if rule_of(cell) is Across.SUM and any(code == cell.code for _, code in targets)
    ]
    judge = _Judge(year, found, cells, targets, rises)
    whole = BranchRow(node.path, node, found.total(period), period)
    whole.standings = judge.standings(node, None)
    rows = branch_rows(node, found, period, units)
    for row in rows:
        if row.unit is not None and not row.has_left:
            row.standings = judge.standings(row.unit, row.path)
    return Board(whole, rows, cells, elapsed(period))


def branch_rows(
    node: Unit, found: NodeFigures, period: Period, units: Mapping[str, Unit] | None = None
) -> list[BranchRow]:
    """A row a branch in the order of the tree, those that have left since at the end."""
    if units is None:
        units = branch_units(node, found, period)
    rows = [
        BranchRow(
            path,
            unit,
            found.branch(path, period),
            period,
            has_left=not path.startswith(node.path),
        )
        for path, unit in sorted(units.items(), key=lambda item: _order(node, item))
    ]
    return rows + [
        BranchRow(path, None, found.branch(path, period), period, has_left=True)
        for path in found.paths(period)
        if path not in units
    ]


@once_a_page
def child_units(node: Unit) -> list[Unit]:
    """Units right below a node, the closed ones too."""
    return list(_children(node))


def child_units_ahead(node: Unit) -> LookUp:
    return LookUp(child_units, (node,), _children(node), list)


def _children(node: Unit) -> QuerySet[Unit]:
    return Unit.objects.filter(parent=node).order_by("path")


def branch_units(node: Unit, found: NodeFigures, period: Period) -> dict[str, Unit]:
    """Branches of today that are open or have figures, and those that moved away since."""
    paths = found.paths(period)
    gone = [path for path in paths if not path.startswith(node.path)]
    rows = child_units(node)
    rows += Unit.objects.filter(path__in=gone).order_by("path") if gone else []
    return {unit.path: unit for unit in rows if unit.is_open or unit.path in paths}


def _order(node: Unit, item: tuple[str, Unit]) -> tuple[bool, int, str]:
    path, unit = item
    return (not path.startswith(node.path), unit.sort_order, path)


Promised = Mapping[tuple[int, str], Decimal]


def _targets(units: Sequence[Unit], year: int) -> tuple[Promised, Mapping[str, bool]]:
    """Values handed down for the year by unit and code, and which of them rise."""
    rows = (
        Target.objects.filter(unit__in=units, plan__year=year, indicator__is_reported=True)
        .exclude(state=TargetState.DRAFT)
        .exclude(plan__state=PlanState.DRAFT)
        .order_by("pk")
        .values_list("unit_id", "indicator__code", "issued_value", "value", "indicator__rises")
    )
    targets, rises = {}, {}
    for unit_id, code, issued, value, goes_up in rows:
        targets[unit_id, code] = value if issued is None else issued
        rises[code] = goes_up
    return targets, rises


@dataclass(frozen=True, slots=True)
class _Judge:
    year: Sequence[Quarter]
    found: NodeFigures
    cells: Sequence[Cell]
    targets: Promised
    rises: Mapping[str, bool]

    def standings(self, unit: Unit, path: str | None) -> list[Standing]:
        """Every indicator of one branch; ``path`` None is the whole node."""
        lines = [
            self.found.total(row.period) if path is None else self.found.branch(path, row.period)
            for row in self.year
        ]
        return [self._standing(unit, cell, lines) for cell in self.cells]

    def _standing(self, unit: Unit, cell: Cell, lines: Sequence[Line]) -> Standing:
        target = self.targets.get((unit.pk, cell.code))
        course: list[Standing] = []
        since = None
        for quarter, line in zip(self.year, lines, strict=True):
            own = next((c for c in quarter.form.layout() if c.code == cell.code), None)
            now = Standing(
                cell,
                line.year_value(own) if own is not None else None,
                target,
                elapsed(quarter.period),
                self.rises.get(cell.code, True),
            )
            if now.light is not Light.BEHIND:
                since = None
            elif since is None:
                since = quarter.period
            course.append(now)
        last = course[-1]
        return Standing(cell, last.done, target, last.course, last.rises, since)
