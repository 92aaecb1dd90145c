"""Totals of any node against a naive reckoning, on trees, moves and states drawn at random."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
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
from responsibilities.models import (
    Obligation,
    QuarterlyReturn,
    RollupBranch,
    RollupBucket,
    RollupMark,
)
from responsibilities.queries.bucket_sql import cells_of
from responsibilities.queries.dashboard import all_quarters, figures, freshness, trend
from responsibilities.services.obligations import exempt_obligation, open_period
from responsibilities.services.returns import save_cells
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute, refresh_all
from tests.factories.returns import open_quarter, start, submitted
from tests.factories.totals import form_of_all_rules, make_filed

RANDOM = settings(
    max_examples=30,
    deadline=None,
    # The cast is long and the example short: shrinking it takes minutes and says no more.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
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
        self.has_moved = False
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
        # What is opened after its own end is the business of the opening, tested by itself.
        is_late = ordinal <= 2 and self.has_moved
        if (unit.pk, ordinal) not in self.rows and not is_late:
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
        self.has_moved = True
        for pk, ordinal in self.chains:
            if ordinal > 2:
                self.chains[pk, ordinal] = self.chain(pk)

    def work(self) -> None:
        recompute()

    def has_gap(self, ordinal: int) -> bool:
        """Whether a unit may have moved that owes nothing now but did earlier in the year.

        Known limit: its year stays with the place it last filed at, which a node of
        today that moved along does not look for.
        """
        earlier = {pk for pk, quarter in self.rows if quarter < ordinal}
        return self.has_moved and any((pk, ordinal) not in self.rows for pk in earlier)

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
                    if cell.code in {"T1", "T2", "T3"} and not mirror.has_gap(ordinal):
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


# --- the rules one by one -----------------------------------------------------------------


def total_of(node: Unit, period, **asked):
    quarters = all_quarters()
    found = figures(Unit.objects.get(pk=node.pk), quarters, [period], **asked)
    return found.total(period)


def sum_of(line, period, code: str) -> Decimal | None:
    row = next(row for row in all_quarters() if row.period.pk == period.pk)
    cells = cells_of(row.form)
    return line.value(cells, next(cell for cell in cells if cell.code == code))


def test_acceptance_marks_in_its_transaction_and_calls_the_worker(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    recompute()
    OutboxMessage.objects.all().delete()
    accept_return(row, actor=cast.township)
    assert RollupMark.objects.filter(path=cast.hongqi.path, period_number=period.pk).count() == 1
    task = "responsibilities.recompute_totals"
    assert OutboxMessage.objects.filter(task=task, tenant_id=cast.tenant.pk).count() == 1
    assert freshness(cast.city).waiting == 1
    assert "有 1 项变动待汇总" in freshness(cast.city).words
    assert freshness(cast.yunshan).waiting == 0
    assert total_of(cast.city, period).included == 0
    assert recompute() == 1
    line = total_of(cast.city, period)
    assert (line.coverage, sum_of(line, period, "Z203")) == ("1/4 家", Decimal(12))
    # 红旗村 has 150 of the 1,000 workers of all who owe.
    assert line.worker_share == Decimal("15.0")


def test_typing_into_a_draft_leaves_no_mark(cast):
    period, _ = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)
    recompute()
    save_cells(row, actor=cast.secretary, changes={"Z203": "3"}, base={})
    assert RollupMark.objects.count() == 0


def test_submitted_returns_count_by_the_switch_only(cast):
    period, _ = open_quarter(cast)
    submitted(cast, cast.hongqi, period, cast.secretary)
    recompute()
    assert total_of(cast.city, period).included == 0
    line = total_of(cast.city, period, basis=Basis.HANDED_IN)
    assert (line.included, sum_of(line, period, "Z203")) == (1, Decimal(12))


def test_an_exempt_unit_leaves_both_sides(cast):
    period, _ = open_quarter(cast)
    recompute()
    owed = Obligation.objects.get(unit=cast.hongqi, period=period)
    exempt_obligation(owed, actor=cast.office, reason="整体搬迁")
    recompute()
    assert total_of(cast.city, period).expected == 3


def test_a_moved_unit_leaves_the_past_and_takes_the_open_quarter_along(cast):
    form = form_of_all_rules()
    past, now = ensure_quarter(2026, 1), ensure_quarter(2026, 4)
    past.opens_on, past.due_on = date(2026, 4, 1), date(2026, 4, 10)
    now.opens_on, now.due_on = today(), today() + timedelta(days=5)
    for period in (past, now):
        period.save()
        make_filed(cast.hongqi, period, form, {"T1": Decimal(7)})
    recompute()
    move_unit(cast.hongqi, actor=cast.administrator, parent=cast.xicheng)
    recompute()
    assert total_of(cast.dongfeng, past).included == 1
    assert total_of(cast.dongfeng, now).included == 0
    assert total_of(cast.xicheng, now).included == 1
    assert total_of(cast.xicheng, past).included == 0
    # The unit itself is found in both, wherever it stood.
    assert total_of(cast.hongqi, past).included == total_of(cast.hongqi, now).included == 1
    # A whole township moves: its past is still its own, seen from the township.
    move_unit(Unit.objects.get(pk=cast.dongfeng.pk), actor=cast.administrator, parent=cast.yunshan)
    recompute()
    assert total_of(cast.dongfeng, past).included == 1
    assert total_of(cast.qinghe, past).included == 1
    assert total_of(cast.yunshan, past).included == 0


def test_a_new_obligation_takes_the_year_away_from_where_the_unit_stood_before(cast):
    form = form_of_all_rules()
    first, last = ensure_quarter(2026, 1), ensure_quarter(2026, 4)
    first.opens_on, first.due_on = date(2026, 4, 1), date(2026, 4, 10)
    last.opens_on, last.due_on = today(), today() + timedelta(days=5)
    for period in (first, last):
        period.save()
    make_filed(cast.hongqi, first, form, {"T1": Decimal(7)})
    make_filed(cast.xinghuo, last, form, {"T1": Decimal(1)})
    move_unit(cast.hongqi, actor=cast.administrator, parent=cast.xicheng)
    # The last quarter's totals hold the unit's year at its old place: it owes nothing there yet.
    recompute()
    make_filed(Unit.objects.get(pk=cast.hongqi.pk), last, form, {"T1": Decimal(2)})
    recompute()
    assert refresh_all().drifted == 0


def test_a_path_that_the_past_remembers_is_not_given_again(cast):
    form, period = form_of_all_rules(), ensure_quarter(2026, 1)
    period.opens_on, period.due_on = date(2026, 4, 1), date(2026, 4, 10)
    period.save()
    last = Unit.objects.filter(parent=cast.dongfeng).order_by("path").last()
    old = last.path
    make_filed(last, period, form, {"T1": Decimal(7)})
    move_unit(last, actor=cast.administrator, parent=cast.xicheng)
    values = {"code": "9912", "name": "新来村", "level": "grassroots", "category": "village"}
    dongfeng = Unit.objects.get(pk=cast.dongfeng.pk)
    new = create_unit(actor=cast.administrator, parent=dongfeng, values=values)
    assert new.path > old
    recompute()
    assert total_of(new, period).expected == 0


def test_as_of_counts_what_had_been_accepted_by_the_end_of_that_day(cast):
    form, period = form_of_all_rules(), ensure_quarter(2026, 3)
    early = make_filed(cast.hongqi, period, form, {"T1": Decimal(7)})
    make_filed(cast.xinghuo, period, form, {"T1": Decimal(5)})
    week_ago = timezone.now() - timedelta(days=7)
    QuarterlyReturn.objects.filter(pk=early.pk).update(
        accepted_at=week_ago, first_submitted_at=week_ago
    )
    recompute()
    for node in (cast.city, cast.dongfeng):
        day = timezone.localdate(week_ago)
        assert total_of(node, period, as_of=day).coverage == "1/2 家"
        assert sum_of(total_of(node, period, as_of=day), period, "T1") == Decimal(7)
        assert total_of(node, period, as_of=day - timedelta(days=1)).coverage == "0/2 家"
        assert sum_of(total_of(node, period, as_of=today()), period, "T1") == Decimal(12)


def test_trend_shows_each_quarter_with_its_coverage(cast):
    one, other = form_of_all_rules(1), form_of_all_rules(2, backwards=True)
    for ordinal, form in ((1, one), (2, other)):
        period = ensure_quarter(2026, ordinal)
        make_filed(cast.hongqi, period, form, {"T1": Decimal(10 * ordinal)})
        make_filed(cast.xinghuo, period, form, {"T1": Decimal(1)}, state="draft")
    recompute()
    for node in (cast.city, cast.hongqi):
        points = trend(node, all_quarters(), "T1")
        assert [point.value for point in points] == [Decimal(10), Decimal(20)]
    assert [point.coverage for point in trend(cast.city, all_quarters(), "T1")] == ["1/2 家"] * 2


def test_the_nightly_check_puts_drift_right_and_raises_the_alarm(cast):
    form, period = form_of_all_rules(), ensure_quarter(2026, 3)
    make_filed(cast.hongqi, period, form, {"T1": Decimal(7)})
    recompute()
    assert refresh_all().drifted == 0
    assert not Notice.objects.filter(rule="responsibilities.totals_drifted").exists()
    RollupBucket.objects.filter(basis=Basis.ACCEPTED).update(included=9)
    assert refresh_all().drifted == 1
    assert total_of(cast.city, period).included == 1
    told = Notice.objects.get(rule="responsibilities.totals_drifted")
    assert told.post_id == cast.administrator.post_id
    assert TrailEntry.objects.filter(action="responsibilities.totals.drifted").count() == 1


def test_a_quarter_just_opened_takes_over_the_year_of_those_who_owe_nothing_in_it(cast):
    form = form_of_all_rules()
    make_filed(cast.hongqi, ensure_quarter(2026, 1), form, {"T1": Decimal(7)})
    recompute()
    make_filed(cast.xinghuo, ensure_quarter(2026, 2), form, {"T1": Decimal(5)})
    make_filed(Unit.objects.get(name="松岭村"), ensure_quarter(2026, 3), form, {})
    recompute()
    cell = next(cell for cell in cells_of(form) if cell.code == "T1")
    line = total_of(cast.city, ensure_quarter(2026, 3))
    assert line.year_value(cell) == Decimal(12)
    assert refresh_all().drifted == 0


def test_a_quarter_opened_after_its_end_stands_where_its_units_stood(cast):
    form, past = form_of_all_rules(), ensure_quarter(2026, 1)
    past.opens_on, past.due_on = date(2026, 4, 1), date(2026, 4, 10)
    past.save()
    move_unit(cast.hongqi, actor=cast.administrator, parent=cast.xicheng)
    open_period(past, form=form, actor=cast.office)
    recompute()
    assert total_of(cast.dongfeng, past).expected == 2
    assert total_of(cast.xicheng, past).expected == 1
    assert total_of(cast.hongqi, past).expected == 1


def test_marks_of_another_tenant_are_not_touched(cast):
    open_quarter(cast)
    recompute()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM responsibilities_rollupbucket")
        assert cursor.fetchone()[0] == RollupBucket.objects.count() > 0


@pytest.mark.parametrize("left", ["T4", "T5"])
def test_a_rate_is_never_the_mean_of_rates(cast, left):
    form, period = form_of_all_rules(), ensure_quarter(2026, 3)
    make_filed(cast.hongqi, period, form, {"T2": Decimal(10), left: Decimal(100)})
    make_filed(cast.xinghuo, period, form, {"T2": Decimal(90), left: Decimal(0)})
    recompute()
    # 红旗村 has 150 workers and 10 of T2, 星火公司 250 and 90: never the plain 50 %.
    expected = Decimal("37.50") if left == "T4" else Decimal("10.00")
    assert sum_of(total_of(cast.city, period), period, left) == expected


def test_an_earlier_quarter_opened_later_leaves_the_year_of_the_later_one_right(cast):
    form = form_of_all_rules()
    make_filed(cast.hongqi, ensure_quarter(2026, 4), form, {"T1": Decimal(7), "T4": Decimal(50)})
    recompute()
    make_filed(cast.xinghuo, ensure_quarter(2026, 2), form, {"T1": Decimal(5)}, state="sent_back")
    recompute()
    assert refresh_all().drifted == 0


def test_a_branch_that_drifted_is_put_right(cast):
    form, period = form_of_all_rules(), ensure_quarter(2026, 3)
    make_filed(cast.hongqi, period, form, {"T1": Decimal(7)})
    recompute()
    branches = RollupBranch.objects.filter(path=cast.qinghe.path, basis=Basis.ACCEPTED)
    assert branches.update(included=9) == 1
    assert total_of(cast.city, period).included == 9
    assert refresh_all().drifted == 1
    assert total_of(cast.city, period).included == 1
