"""Totals of any node against a naive reckoning, on trees, moves and states drawn at random."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.models import OutboxMessage
from orgs.models import Unit
from orgs.services import create_unit, move_unit
from responsibilities.enums import Basis
from responsibilities.models import Obligation, QuarterlyReturn, RollupBucket, RollupMark
from responsibilities.queries.dashboard import all_quarters, cells_of, figures, freshness, trend
from responsibilities.services.obligations import exempt_obligation
from responsibilities.services.returns import save_cells
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute, refresh_all
from tests.factories.returns import open_quarter, start, submitted
from tests.factories.totals import form_of_all_rules, make_filed

RANDOM = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
STATES = ["draft", "submitted", "sent_back", "accepted", "accepted"]
COUNTED = {Basis.ACCEPTED: {"accepted"}, Basis.HANDED_IN: {"accepted", "submitted"}}
whole_numbers = st.none() | st.integers(0, 5000).map(Decimal)
percents = st.none() | st.integers(0, 10000).map(lambda number: Decimal(number) / 100)
values = st.fixed_dictionaries(
    {
        "T1": whole_numbers,
        "T2": whole_numbers,
        "T3": whole_numbers,
        "T4": percents,
        "T5": percents,
        "T6": st.none() | st.integers(0, 1).map(Decimal),
        "T7": whole_numbers,
    }
)
acts = st.one_of(
    st.tuples(
        st.just("file"),
        st.integers(0, 30),
        st.integers(1, 4),
        st.sampled_from(STATES),
        values,
    ),
    st.tuples(st.just("state"), st.integers(0, 30), st.sampled_from(STATES)),
    st.tuples(st.just("move"), st.integers(0, 30), st.integers(0, 30)),
    st.tuples(st.just("work")),
)


@contextlib.contextmanager
def undone():
    """Whatever one example writes is gone before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Mirror:
    """The same history kept in plain Python: who stood below whom when."""

    def __init__(self, cast, shape: list[int]) -> None:
        self.cast = cast
        self.units = list(Unit.objects.order_by("path"))
        self.parent = {unit.pk: unit.parent_id for unit in self.units}
        self.rows: dict[tuple[int, int], QuarterlyReturn] = {}
        self.chains: dict[tuple[int, int], tuple[int, ...]] = {}
        for number, choice in enumerate(shape):
            self.add_village(number, choice)
        # Two quarters whose totals stay where they are, two that follow a move.
        self.periods = {}
        for ordinal, due_in in ((1, -100), (2, -10), (3, 5), (4, 90)):
            period = ensure_quarter(2026, ordinal)
            period.due_on = today() + timedelta(days=due_in)
            period.opens_on = min(period.opens_on, period.due_on)
            period.save()
            self.periods[ordinal] = period
        one, other = form_of_all_rules(1), form_of_all_rules(2, backwards=True)
        self.forms = {1: one, 2: other, 3: one, 4: other}

    def add_village(self, number: int, choice: int) -> None:
        parent = self.units[choice % len(self.units)]
        with contextlib.suppress(DomainError), transaction.atomic():
            unit = create_unit(
                actor=self.cast.administrator,
                parent=Unit.objects.get(pk=parent.pk),
                values={
                    "code": f"88{number:04d}",
                    "name": f"新村{number}",
                    "level": "grassroots",
                    "category": "village",
                    "worker_count": 10 * number,
                },
            )
            self.units.append(unit)
            self.parent[unit.pk] = parent.pk

    def chain(self, pk: int | None) -> tuple[int, ...]:
        return () if pk is None else (*self.chain(self.parent[pk]), pk)

    def act(self, name: str, *drawn) -> None:
        getattr(self, name)(*drawn)

    def file(self, choice: int, ordinal: int, state: str, cells: dict) -> None:
        unit = Unit.objects.get(pk=self.units[choice % len(self.units)].pk)
        if (unit.pk, ordinal) not in self.rows:
            self.rows[unit.pk, ordinal] = make_filed(
                unit, self.periods[ordinal], self.forms[ordinal], cells, state=state
            )
            self.chains[unit.pk, ordinal] = self.chain(unit.pk)

    def state(self, choice: int, state: str) -> None:
        rows = list(self.rows.values())
        if rows:
            row = rows[choice % len(rows)]
            row.__dict__["state"] = state
            QuarterlyReturn.objects.filter(pk=row.pk).update(state=state)

    def move(self, choice: int, target: int) -> None:
        unit = self.units[choice % len(self.units)]
        parent = self.units[target % len(self.units)]
        try:
            with transaction.atomic():
                move_unit(
                    Unit.objects.get(pk=unit.pk),
                    actor=self.cast.administrator,
                    parent=Unit.objects.get(pk=parent.pk),
                )
        except DomainError:
            return
        self.parent[unit.pk] = parent.pk
        for pk, ordinal in self.chains:
            if ordinal > 2:
                self.chains[pk, ordinal] = self.chain(pk)

    def work(self) -> None:
        recompute()

    # --- the naive reckoning ---------------------------------------------------------------

    def known(self, ordinal: int, basis: str) -> dict[int, dict[str, Decimal]]:
        """Values that count, by unit and code."""
        found = {}
        for (pk, quarter), row in self.rows.items():
            if quarter == ordinal and row.state in COUNTED[basis]:
                cells = self.forms[ordinal].layout()
                found[pk] = {cell.code: row.values[cell.slot] for cell in cells}
        return found

    def below(self, node: int, ordinal: int) -> set[int]:
        return {pk for (pk, q), chain in self.chains.items() if q == ordinal and node in chain}

    def value(self, code: str, node: int, ordinal: int, basis: str) -> Decimal | None:
        below = self.below(node, ordinal)
        rows = {pk: row for pk, row in self.known(ordinal, basis).items() if pk in below}
        numbers = {pk: row[code] for pk, row in rows.items() if row[code] is not None}
        if not numbers:
            return None
        if code == "T7":
            return max(numbers.values())
        if code not in {"T4", "T5"}:
            return sum(numbers.values())
        workers = {unit.pk: unit.worker_count for unit in self.units}
        weights = {pk: Decimal(workers[pk]) if code == "T4" else rows[pk]["T2"] for pk in numbers}
        pairs = [(numbers[pk], weight) for pk, weight in weights.items() if weight is not None]
        return rounded(sum(n * w for n, w in pairs), sum(w for _, w in pairs) * 100)

    def rate_of_part(self, node: int, ordinal: int, basis: str) -> Decimal | None:
        below = self.below(node, ordinal)
        pairs = [
            (row["T3"], row["T2"])
            for pk, row in self.known(ordinal, basis).items()
            if pk in below and row["T3"] is not None and row["T2"] is not None
        ]
        return rounded(sum(a for a, _ in pairs), sum(b for _, b in pairs))

    def year(self, code: str, node: int, last: int, basis: str) -> Decimal | None:
        found: list[Decimal] = []
        for unit in self.units:
            quarters = [q for q in range(1, last + 1) if (unit.pk, q) in self.rows]
            if not quarters or node not in self.chains[unit.pk, quarters[-1]]:
                continue
            numbers = [self.known(q, basis).get(unit.pk, {}).get(code) for q in quarters]
            numbers = [number for number in numbers if number is not None]
            found += numbers if code == "T1" else numbers[-1:]
        return sum(found) if found else None


def rounded(part, whole) -> Decimal | None:
    return (Decimal(part) / whole * 100).quantize(Decimal("0.01")) if whole else None


def check(mirror: Mirror) -> None:
    quarters = all_quarters()
    for row in quarters:
        ordinal, cells = row.period.ordinal, cells_of(row.form)
        for basis in Basis:
            for unit in Unit.objects.order_by("path"):
                found = figures(unit, quarters, [row.period], basis=basis)
                total = found.total(row.period)
                below = mirror.below(unit.pk, ordinal)
                counted = below & mirror.known(ordinal, basis).keys()
                assert (total.expected, total.included) == (len(below), len(counted))
                for cell in cells:
                    wanted = mirror.value(cell.code, unit.pk, ordinal, basis)
                    assert total.value(cells, cell) == wanted, cell.code
                    if cell.code in {"T1", "T2", "T3"}:
                        wanted = mirror.year(cell.code, unit.pk, ordinal, basis)
                        assert total.year_value(cell) == wanted, cell.code
                part = next(cell for cell in cells if cell.code == "T3")
                assert total.rate(cells, part) == mirror.rate_of_part(unit.pk, ordinal, basis)
                branches = sum(
                    found.branch(path, row.period).expected
                    for path in [unit.path, *found.paths(row.period)]
                )
                assert branches == total.expected


@RANDOM
@given(
    shape=st.lists(st.integers(0, 20), max_size=6), drawn=st.lists(acts, min_size=1, max_size=16)
)
def test_totals_of_every_node_are_those_of_a_naive_reckoning(cast, shape, drawn):
    with undone():
        mirror = Mirror(cast, shape)
        for act in drawn:
            mirror.act(*act)
        recompute()
        assert RollupMark.objects.count() == 0
        check(mirror)
        assert refresh_all().drifted == 0
