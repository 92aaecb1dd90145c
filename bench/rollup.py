"""Totals at 1,000 and at 103,000 units: reading, following the marks, checking everything."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import psycopg2
from django.db import connection, transaction

from bench.filling import copy_into
from bench.measure import Result, median_ms, paired_ms
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant, Unit
from orgs.queries import system_actor
from orgs.services import create_tenant
from responsibilities.authority import REVIEW_RETURN
from responsibilities.models import Indicator, Obligation, QuarterlyReturn, ReturnForm, RollupMark
from responsibilities.queries.dashboard import all_quarters, figures
from responsibilities.queries.standing import board
from responsibilities.services.library import load_indicator_library
from responsibilities.services.obligations import draft_form, publish_form
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute, refresh_all

#: As many as the statement below writes.
CELLS = 30
#: Children a level below the root: counties, townships, villages.
SMALL, LARGE = (4, 5, 50), (10, 120, 86)
#: Approvals a thread, and threads.
EACH, THREADS = 40, 8

_GROW = """
INSERT INTO orgs_unit (tenant_id, code, name, pinyin, level, category, parent_id, path, depth,
    child_count, sort_order, principal_name, worker_count, member_count, party_member_count,
    enterprise_count)
SELECT p.tenant_id, p.code || to_char(g, 'FM000'), p.name || g, 'x' || g, %s, 'region', p.id,
    p.path || to_char(g, 'FM0000'), p.depth + 1, %s, g, '', 100 + g, 80, 10, 1
FROM orgs_unit p, generate_series(1, %s) g WHERE p.tenant_id = %s AND p.depth = %s
"""
_OWED = {
    "tenant_id": "tenant_id",
    "unit_id": "id",
    "path_at": "path",
    "workers_at": "worker_count",
}
_FILED = {
    "tenant_id": "o.tenant_id",
    "obligation_id": "o.id",
    "unit_id": "o.unit_id",
    "period_id": "o.period_id",
    "form_id": "o.form_id",
    "state": "CASE WHEN o.id %% 10 = 0 THEN 'submitted' ELSE 'accepted' END",
    "values": "(SELECT array_agg((o.id * g %% 997)::numeric(16, 2)) FROM generate_series(1, 30) g)",
    "revision": "1",
    "first_submitted_at": "now()",
    "submitted_at": "now()",
    "accepted_at": "now()",
}


def region(code: str, shape: tuple[int, int, int]) -> Tenant:
    """A tenant with one quarter filed by every village, made once."""
    found = Tenant.objects.filter(code=code).first()
    if found is not None:
        return found
    with transaction.atomic():
        tenant = create_tenant(name=code, code=code, leading_group="测速", document_mark="测")
        with tenant_scope(tenant.pk):
            _grow(tenant, shape)
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as owner, owner.cursor() as cursor:
        for table in ("orgs_unit", "responsibilities_obligation"):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("ANALYZE responsibilities_quarterlyreturn")
    with tenant_scope(tenant.pk):
        recompute()
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("ANALYZE responsibilities_rollupbucket")
    return tenant


def _grow(tenant: Tenant, shape: tuple[int, int, int]) -> None:
    levels = ("county", "township", "grassroots")
    with connection.cursor() as cursor:
        for depth, (level, count) in enumerate(zip(levels, shape, strict=True), start=1):
            cursor.execute(_GROW, [level, 1 if depth < 3 else 0, count, tenant.pk, depth])
        Unit.objects.filter(parent__isnull=True).update(child_count=shape[0])
        form, period = _form(tenant), ensure_quarter(2026, 1)
        period.opens_on, period.due_on = date(2026, 4, 1), today() + timedelta(days=10)
        period.save()
    owed = _OWED | {"form_id": str(form.pk), "period_id": str(period.pk)}
    owed["due_on"] = f"date '{period.due_on}'"
    copy_into(Obligation, owed, "FROM orgs_unit WHERE tenant_id = %s AND depth = 4", [tenant.pk])
    copy_into(
        QuarterlyReturn,
        _FILED,
        "FROM responsibilities_obligation o WHERE o.tenant_id = %s AND o.period_id = %s",
        [tenant.pk, period.pk],
    )


def _form(tenant: Tenant) -> ReturnForm:
    actor = system_actor(tenant)
    load_indicator_library(actor=actor)
    chosen = Indicator.objects.filter(is_reported=True).order_by("code")[:CELLS]
    form = draft_form(actor=actor, title="季度报表", indicators=chosen)
    return publish_form(form, actor=actor)


def measure() -> Iterator[Result]:
    small, large = region("bench-1k", SMALL), region("bench-103k", LARGE)
    few = _reading(small)
    many = _reading(large)
    yield Result("figures of the root, 1,000 units", few, "ms", None, 10)
    yield Result("figures of the root, 103,000 units", many, "ms", None, 10)
    yield Result("growth of the root, 1,000 → 103,000 units", many, "ms", few, 1.3, by_ratio=True)
    with tenant_scope(large.pk), transaction.atomic():
        root, quarters = _root(), all_quarters()
        whole = median_ms(lambda: board(root, quarters, quarters[-1].period), 7)
        yield Result("board of the root, 103,000 units", whole, "ms", None, None)
    yield from _following(large)
    yield _everything(large)
    yield from _approving(small)


def _root() -> Unit:
    return Unit.objects.get(parent__isnull=True)


def _reading(tenant: Tenant) -> float:
    with tenant_scope(tenant.pk), transaction.atomic():
        root, quarters = _root(), all_quarters()
        return median_ms(lambda: figures(root, quarters, [quarters[-1].period]))


def _change_each_bucket(tenant: Tenant) -> None:
    """Another figure in one return of every bucket; the triggers mark them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE responsibilities_quarterlyreturn r SET values[1] = values[1] + 1 "
            "FROM responsibilities_obligation o WHERE o.tenant_id = %s AND r.tenant_id = %s "
            "AND r.obligation_id = o.id AND right(o.path_at, 4) = '0001'",
            [tenant.pk, tenant.pk],
        )


def _mark_each_bucket(tenant: Tenant) -> None:
    """A mark a bucket whose figures stay: what a return sent back and accepted again leaves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path) "
            "SELECT tenant_id, unit_id, period_id, path_at FROM responsibilities_obligation "
            "WHERE tenant_id = %s AND right(path_at, 4) = '0001'",
            [tenant.pk],
        )


def _following(tenant: Tenant) -> Iterator[Result]:
    """1,200 dirty buckets in one go, against a bare sum of the same returns."""
    bare = _bare_sum(tenant)
    with tenant_scope(tenant.pk):

        def job(change: Callable[[Tenant], None]) -> tuple[float, float]:
            with transaction.atomic():
                change(tenant)
                start = time.perf_counter()
                recompute()
                between = time.perf_counter()
                bare()
                return between - start, time.perf_counter() - between

        for name, change in (
            ("1,200 dirty buckets, reckoned / bare sum of 30 cells", _mark_each_bucket),
            ("1,200 dirty buckets, every one changed / bare sum", _change_each_bucket),
        ):
            ours, floors = zip(*(job(change) for _ in range(4)), strict=True)
            yield Result(name, sorted(ours)[1] * 1000, "ms", sorted(floors)[1] * 1000, 500)


def _bare_sum(tenant: Tenant) -> Callable[[], None]:
    sums = ", ".join(f"sum(values[{slot}])" for slot in range(1, CELLS + 1))

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {sums} FROM responsibilities_quarterlyreturn WHERE tenant_id = %s",  # noqa: S608 -- slots of our own
                [tenant.pk],
            )

    return bare


def _everything(tenant: Tenant) -> Result:
    with tenant_scope(tenant.pk), transaction.atomic():
        ours, floor = paired_ms(refresh_all, _bare_sum(tenant), 3)
    return Result("full refresh, 103,000 units / bare sum of 30 cells", ours, "ms", floor, 1500)


def _approving(tenant: Tenant) -> Iterator[Result]:
    """Approvals by several people at once, with the marks and without, a worker all the while."""
    # Alternated, so that a busy neighbour hits both alike.
    with_marks, without = [], []
    for _ in range(2):
        without.append(_rate(tenant, marked=False))
        with_marks.append(_rate(tenant, marked=True))
    yield Result(
        "concurrent approvals with marks / without",
        max(with_marks),
        "/s",
        max(without),
        0.8,
        by_ratio=True,
        at_least=True,
    )
    with tenant_scope(tenant.pk):
        with transaction.atomic():
            quarters = all_quarters()
            root, period = _root(), quarters[-1].period
        recompute()
        with transaction.atomic():
            kept = figures(root, quarters, [period]).total(period).included
            truth = QuarterlyReturn.objects.filter(state="accepted").count()
            lost = abs(truth - kept) + RollupMark.objects.count()
    yield Result("approvals lost in the totals", lost, "", None, 0)


def _rate(tenant: Tenant, *, marked: bool) -> float:
    _reset(tenant, marked=marked)
    with tenant_scope(tenant.pk), transaction.atomic():
        office = system_actor(tenant)
        actor = replace(office, grants={**office.grants, REVIEW_RETURN: Reach.TENANT})
        rows = list(
            QuarterlyReturn.objects.filter(state="submitted", unit__depth=4)
            .select_related("unit", "period")
            .order_by("pk")[: EACH * THREADS]
        )
    failures: list[Exception] = []
    over = threading.Event()

    def approve(part: list[QuarterlyReturn]) -> None:
        try:
            with tenant_scope(tenant.pk):
                for row in part:
                    with transaction.atomic():
                        accept_return(row, actor=actor)
        except Exception as error:  # noqa: BLE001 -- shown after the run
            failures.append(error)
        finally:
            connection.close()

    def follow() -> None:
        with tenant_scope(tenant.pk):
            while not over.wait(0.2):
                recompute()
        connection.close()

    people = [threading.Thread(target=approve, args=[rows[n::THREADS]]) for n in range(THREADS)]
    worker = threading.Thread(target=follow)
    start = time.perf_counter()
    worker.start()
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    taken = time.perf_counter() - start
    over.set()
    worker.join()
    if failures:
        raise failures[0]
    return len(rows) / taken


def _reset(tenant: Tenant, *, marked: bool) -> None:
    """Make returns wait again, and switch the marking triggers on or off."""
    act = "ENABLE" if marked else "DISABLE"
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE responsibilities_quarterlyreturn ENABLE TRIGGER USER")
        cursor.execute(
            "UPDATE responsibilities_quarterlyreturn SET state = 'submitted', accepted_at = NULL "
            "WHERE tenant_id = %s AND id IN (SELECT id FROM responsibilities_quarterlyreturn "
            "WHERE tenant_id = %s ORDER BY id LIMIT %s)",
            [tenant.pk, tenant.pk, EACH * THREADS],
        )
        cursor.execute(f"ALTER TABLE responsibilities_quarterlyreturn {act} TRIGGER USER")
    with tenant_scope(tenant.pk):
        recompute()
