"""Figures of any node for any quarter, read from the totals, with their coverage."""

# ruff: noqa: S608 -- column and table names are written here, every value is a parameter
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.kernel.actor import PATH_STEP
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.together import look_up_together
from orgs.models import Unit
from responsibilities.aggregation import Across, maxima_of, quotient, rates_of, rule_of
from responsibilities.cells import Cell
from responsibilities.enums import Basis
from responsibilities.queries.bucket_sql import (
    BRANCH,
    COUNTS,
    LISTS,
    NEAR,
    NO_BRANCH,
    STATES,
    Cut,
    Quarter,
    parameters,
    select,
)
from responsibilities.queries.places import Places
from responsibilities.queries.returns import (
    asked_forms,
    asked_forms_ahead,
    asked_periods,
    asked_periods_ahead,
)


def all_rounds() -> list[Quarter]:
    """Periods of every kind for which returns are owed, oldest first, each with its one form."""
    look_up_together([asked_periods_ahead(), asked_forms_ahead()])
    forms = asked_forms()
    return [Quarter(period, forms[period.form_id]) for period in asked_periods()]  # type: ignore[attr-defined]


def all_quarters() -> list[Quarter]:
    """The quarters among them."""
    return [row for row in all_rounds() if row.period.kind == PeriodKind.QUARTER]


def newest(rounds: Sequence[Quarter]) -> Quarter | None:
    """What is looked at unless something else is asked for: the last quarter."""
    quarters = [row for row in rounds if row.period.kind == PeriodKind.QUARTER]
    return next(reversed(quarters or rounds), None)


def alike(rounds: Sequence[Quarter], period: Period) -> list[Quarter]:
    """Periods that continue each other: quarters follow quarters, 专项 follow nothing."""
    if period.kind == PeriodKind.SPECIAL:
        return [row for row in rounds if row.period.pk == period.pk]
    return [row for row in rounds if row.period.kind == period.kind]


def year_up_to(quarters: Sequence[Quarter], period_id: int) -> list[Quarter]:
    """The opened periods of the same kind and year up to a period, itself the last."""
    last = next(row.period for row in quarters if row.period.pk == period_id)
    return [
        row
        for row in alike(quarters, last)
        if row.period.year == last.year and row.period.starts_on <= last.starts_on
    ]


@dataclass(slots=True)
class Line:
    """Totals of one place in one period, laid out as in the buckets."""

    expected: int = 0
    included: int = 0
    workers_expected: int = 0
    workers_included: int = 0
    handed_in: int = 0
    on_time: int = 0
    sums: list[Decimal] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    numerators: list[Decimal] = field(default_factory=list)
    denominators: list[Decimal] = field(default_factory=list)
    maxima: list[Decimal] = field(default_factory=list)
    year_sums: list[Decimal] = field(default_factory=list)
    year_counts: list[int] = field(default_factory=list)

    def add(self, other: Line) -> None:
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in LISTS:
            mine, theirs = getattr(self, name), getattr(other, name)
            if not mine:
                setattr(self, name, list(theirs))
            elif name == "maxima":
                setattr(self, name, [max(pair) for pair in zip(mine, theirs, strict=True)])
            elif theirs:
                setattr(self, name, [a + b for a, b in zip(mine, theirs, strict=True)])

    @property
    def coverage(self) -> str:
        return f"{self.included}/{self.expected} 家"

    @property
    def worker_share(self) -> Decimal | None:
        """Part of the workers whose units are in the figures, in percent."""
        share = quotient(Decimal(self.workers_included), Decimal(self.workers_expected))
        return None if share is None else share.quantize(Decimal("0.1"))

    def value(self, cells: Sequence[Cell], cell: Cell) -> Decimal | None:
        """The figure of a cell by its rule; None when nobody gave a number."""
        if not self.counts or not self.counts[cell.slot]:
            return None
        rule = rule_of(cell)
        if rule is Across.MAX:
            return self.maxima[maxima_of(cells).index(cell.slot)]
        if rule in {Across.RATIO, Across.WEIGHTED}:
            return self.rate(cells, cell)
        return self.sums[cell.slot]

    def rate(self, cells: Sequence[Cell], cell: Cell) -> Decimal | None:
        """The rate of a cell: numerators over denominators, None where it has none."""
        for place, rate in enumerate(rates_of(cells)):
            if rate.slot == cell.slot and self.numerators:
                return quotient(self.numerators[place], self.denominators[place])
        return None

    def year_value(self, cell: Cell) -> Decimal | None:
        if not self.year_counts or not self.year_counts[cell.slot]:
            return None
        return self.year_sums[cell.slot]


#: (path, period) → totals.
Lines = dict[tuple[str, int], Line]


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """A node with the branches below it; ``own`` is the node's own return, if it files."""

    node: Unit
    lines: Lines

    def branch(self, path: str, period: Period) -> Line:
        return self.lines.get((path, period.pk), Line())

    def total(self, period: Period) -> Line:
        whole = Line()
        for (_, period_id), line in sorted(self.lines.items()):
            if period_id == period.pk:
                whole.add(line)
        return whole

    def paths(self, period: Period) -> list[str]:
        """Branches that have anything in the period, the node's own return not among them."""
        found = {path for path, period_id in self.lines if period_id == period.pk}
        return sorted(found - {self.node.path})


def figures(
    node: Unit,
    quarters: Sequence[Quarter],
    periods: Iterable[Period],
    *,
    basis: str = Basis.ACCEPTED,
    as_of: date | None = None,
    places: Places | None = None,
) -> NodeFigures:
    """Totals of a node by branch for some periods, in two statements beside the places.

    Branches are named by the path they have now, wherever they stood in the period.

    Above the buckets they are kept a row a branch; units right below the node and
    the node itself are added up from their returns. ``as_of`` is a day in the
    past: what had been accepted (handed in) by its end, as it stands now; this
    is reckoned from the returns and costs more the larger the branch is.
    """
    places = places or Places.load()
    wanted = [year_up_to(quarters, period.pk) for period in periods]
    if as_of is not None:
        found = [_live(node, wanted, BRANCH, basis, places, as_of)]
    else:
        found = [
            _from_buckets(node, wanted, basis, places),
            _live(node, wanted, NEAR, basis, places),
        ]
    known = {year[-1].period.pk: year[-1].period for year in wanted}
    lines: Lines = {}
    for part in found:
        for (path, period_id), line in part.items():
            key = (places.forward(path, known[period_id]), period_id)
            lines.setdefault(key, Line()).add(line)
    return NodeFigures(node, lines)


def _from_buckets(
    node: Unit, wanted: Sequence[Sequence[Quarter]], basis: str, places: Places
) -> Lines:
    """Totals of the branches below a node; the node's own bucket is read unit by unit."""
    texts = [_bucket_sums(number) for number, _ in enumerate(wanted)]
    named: dict[str, Any] = {"tenant": require_tenant_id(), "basis": str(basis)}
    for number, year in enumerate(wanted):
        path = places.back(node.path, year[-1].period)
        named |= {
            f"period_{number}": year[-1].period.pk,
            f"form_{number}": year[-1].form.pk,
            f"node_{number}": path,
        }
    return _read(texts, named)


def _bucket_sums(number: int) -> str:
    """A row a branch: its total where it is kept, else the one bucket that it has."""
    columns = ", ".join(f"b.{name}" for name in (*COUNTS, *LISTS))
    of_node = (
        f"b.tenant_id = %(tenant)s AND b.period_id = %(period_{number})s "
        f"AND b.basis = %(basis)s AND b.form_id = %(form_{number})s "
        f"AND b.above = %(node_{number})s"
    )
    return (
        f"SELECT b.path, b.period_id, {columns} FROM responsibilities_rollupbranch b "
        f"WHERE {of_node} UNION ALL "
        f"SELECT b.path, b.period_id, {columns} FROM responsibilities_rollupbucket b "
        f"WHERE {of_node} AND {NO_BRANCH}"
    )


def _live(
    node: Unit,
    wanted: Sequence[Sequence[Quarter]],
    cut: Cut,
    basis: str,
    places: Places,
    as_of: date | None = None,
) -> Lines:
    """Totals added up from the returns themselves."""
    columns = ", ".join(f"t.{name}" for name in (*COUNTS, *LISTS))
    texts = []
    named: dict[str, Any] = {}
    if as_of is not None:
        named["until"] = datetime.combine(as_of + timedelta(days=1), time.min, tzinfo=SHANGHAI)
    for number, year in enumerate(wanted):
        text = select(year, cut, [basis], as_of=as_of is not None)
        path = places.back(node.path, year[-1].period)
        own = parameters(year, [basis], require_tenant_id()) | {
            "node": path,
            "near": [path, path[:-PATH_STEP]],
            "width": len(path) + PATH_STEP,
        }
        # Each period's statement has parameters of its own.
        for name, value in own.items():
            text = text.replace(f"%({name})s", f"%(s{number}_{name})s")
            named[f"s{number}_{name}"] = value
        texts.append(f"SELECT t.place, %(s{number}_period_0)s::bigint, {columns} FROM ({text}) t")
    return _read(texts, named)


def _read(texts: Sequence[str], named: dict[str, Any]) -> Lines:
    if not texts:
        return {}
    lines: Lines = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"({text})" for text in texts), named)
        for place, period_id, *values in cursor:
            values[: len(COUNTS)] = [int(value) for value in values[: len(COUNTS)]]
            line = Line(*values)
            lines.setdefault((place, period_id), Line()).add(line)
    return lines


# --- the quarters side by side ------------------------------------------------------------

_TREND = """
SELECT period_id, sum(expected), sum(included), sum(value), sum(known) FROM (
  SELECT b.period_id, b.expected, b.included, b.sums[c.slot] AS value, b.counts[c.slot] AS known
  FROM unnest(%(periods)s::bigint[], %(nodes)s::text[]) AS n(period_id, node)
  CROSS JOIN LATERAL (
    SELECT b.* FROM responsibilities_rollupbranch b
    WHERE b.tenant_id = %(tenant)s AND b.period_id = n.period_id AND b.basis = %(basis)s
      AND b.form_id = ANY(%(forms)s) AND b.above = n.node
    UNION ALL
    SELECT b.* FROM responsibilities_rollupbucket b
    WHERE b.tenant_id = %(tenant)s AND b.period_id = n.period_id AND b.basis = %(basis)s
      AND b.form_id = ANY(%(forms)s)
      AND (b.path = n.node OR (b.above = n.node AND {no_branch}))
  ) b
  JOIN unnest(%(forms)s::bigint[], %(slots)s::int[]) AS c(form_id, slot) ON c.form_id = b.form_id
  UNION ALL
  SELECT o.period_id, (NOT o.is_exempt)::int, (r.id IS NOT NULL)::int, r.values[c.slot],
    (r.values[c.slot] IS NOT NULL)::int
  FROM responsibilities_obligation o
  JOIN unnest(%(periods)s::bigint[], %(nodes)s::text[]) AS n(period_id, node)
    ON n.period_id = o.period_id
  JOIN unnest(%(forms)s::bigint[], %(slots)s::int[]) AS c(form_id, slot) ON c.form_id = o.form_id
  LEFT JOIN responsibilities_quarterlyreturn r ON r.tenant_id = o.tenant_id
    AND r.obligation_id = o.id AND r.state = ANY(%(states)s)
  WHERE o.tenant_id = %(tenant)s AND o.path_at = n.node
) all_of_it GROUP BY 1
""".replace("{no_branch}", NO_BRANCH)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One quarter of a cell's sum, with its coverage."""

    period: Period
    value: Decimal | None
    expected: int
    included: int

    @property
    def coverage(self) -> str:
        return f"{self.included}/{self.expected} 家"


def trend(
    node: Unit,
    quarters: Sequence[Quarter],
    code: str,
    *,
    basis: str = Basis.ACCEPTED,
    places: Places | None = None,
) -> list[TrendPoint]:
    """A cell's sums over the quarters given, oldest first; one statement."""
    slots = {
        row.form.pk: cell.slot + 1
        for row in quarters
        for cell in row.form.layout()
        if cell.code == code
    }
    places = places or Places.load()
    named: dict[str, Any] = {
        "tenant": require_tenant_id(),
        "nodes": [places.back(node.path, row.period) for row in quarters],
        "basis": str(basis),
        "states": [str(state) for state in STATES[basis]],
        "periods": [row.period.pk for row in quarters],
        "forms": list(slots),
        "slots": list(slots.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TREND, named)
        found = {row[0]: row[1:] for row in cursor}
    points = []
    for row in quarters:
        expected, included, value, known = found.get(row.period.pk, (0, 0, None, 0))
        points.append(
            TrendPoint(row.period, value if known else None, int(expected), int(included))
        )
    return points


# --- how fresh ------------------------------------------------------------------------------

_AGE = """
SELECT count(*), min(at) FROM responsibilities_rollupmark
WHERE tenant_id = %(tenant)s AND path ^@ %(node)s
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Changes below a node that its totals do not hold yet, and since when."""

    waiting: int
    since: datetime | None

    @property
    def words(self) -> str:
        now = timezone.localtime()
        if not self.waiting or self.since is None:
            return f"数据截至 {now:%H:%M}，已全部汇总。"
        since = timezone.localtime(self.since)
        stamp = f"{since:%H:%M}" if since.date() == now.date() else f"{since:%m月%d日 %H:%M}"
        return f"数据截至 {stamp}，有 {self.waiting} 项变动待汇总。"


def freshness(node: Unit) -> Freshness:
    """The age of the oldest mark below a node."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE, {"tenant": require_tenant_id(), "node": node.path})
        waiting, since = cursor.fetchone()
    return Freshness(waiting, since)
