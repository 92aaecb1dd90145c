"""Approvals and the worker at once, on committed rows: nothing is lost, nothing locks up."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction

from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import QuarterlyReturn, RollupMark
from responsibilities.queries.dashboard import all_quarters, figures
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute, refresh_all
from tests.factories.cast import build_cast
from tests.factories.totals import form_of_all_rules, make_filed


@pytest.fixture
def people(transactional_db):
    with transaction.atomic():
        return build_cast()


def in_scope(cast, act):
    """A thread that works for the tenant on a connection of its own."""

    def run() -> None:
        try:
            with tenant_scope(cast.tenant.pk):
                act()
        finally:
            connection.close()

    return threading.Thread(target=run)


def waiting(cast, quarter: int = 3) -> tuple[QuarterlyReturn, QuarterlyReturn]:
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        form, period = form_of_all_rules(), ensure_quarter(2026, quarter)
        rows = [
            make_filed(unit, period, form, {"T1": Decimal(number)}, state="submitted")
            for unit, number in ((cast.hongqi, 5), (cast.xinghuo, 8))
        ]
        recompute()
    return rows[0], rows[1]


def included(cast) -> int:
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        quarters = all_quarters()
        period = quarters[-1].period
        return figures(cast.city, quarters, [period]).total(period).included


def test_two_approvals_with_the_worker_in_between_lose_nothing(people):
    first, second = waiting(people)
    is_accepted, may_commit = threading.Event(), threading.Event()

    def slow_approval() -> None:
        with transaction.atomic():
            accept_return(first, actor=people.township)
            is_accepted.set()
            assert may_commit.wait(20)

    slow = in_scope(people, slow_approval)
    slow.start()
    assert is_accepted.wait(20)
    with tenant_scope(people.tenant.pk):
        # The other approval commits and the worker rolls it up, while the first hangs.
        with transaction.atomic():
            accept_return(second, actor=people.township)
        assert recompute() == 1
    assert included(people) == 1
    may_commit.set()
    slow.join(20)
    with tenant_scope(people.tenant.pk):
        with transaction.atomic():
            assert RollupMark.objects.count() == 1
        assert recompute() == 1
        assert refresh_all().drifted == 0
    assert included(people) == 2


def test_a_worker_that_dies_leaves_its_marks(people, monkeypatch):
    first, _ = waiting(people)
    with tenant_scope(people.tenant.pk):
        with transaction.atomic():
            accept_return(first, actor=people.township)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            recompute()
            raise ZeroDivisionError
        with transaction.atomic():
            assert RollupMark.objects.count() == 1
        assert recompute() == 1
        assert recompute() == 0
    assert included(people) == 1


def test_of_two_workers_one_does_the_marks_and_the_other_stands_back(people):
    first, _ = waiting(people)
    has_lock, may_end = threading.Event(), threading.Event()
    done: list[int] = []

    def hold() -> None:
        with transaction.atomic():
            done.append(recompute())
            has_lock.set()
            assert may_end.wait(20)

    with tenant_scope(people.tenant.pk), transaction.atomic():
        accept_return(first, actor=people.township)
    worker = in_scope(people, hold)
    worker.start()
    assert has_lock.wait(20)
    with tenant_scope(people.tenant.pk):
        assert recompute() == 0
    may_end.set()
    worker.join(20)
    assert done == [1]
    assert included(people) == 1
