"""Opening a quarter: what 103,000 units owe is written by one statement."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from bench.measure import Result
from bench.rollup import LARGE, region
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.queries import system_actor
from responsibilities.models import Obligation, ReturnForm
from responsibilities.services.obligations import open_period

_BARE = """
CREATE TEMP TABLE bare ON COMMIT DROP AS
SELECT tenant_id, id, path, worker_count FROM orgs_unit WHERE tenant_id = %s AND depth = 4
"""


def measure() -> Iterator[Result]:
    tenant = region("bench-103k", LARGE)
    with tenant_scope(tenant.pk), transaction.atomic():
        start = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(_BARE, [tenant.pk])
        bare = time.perf_counter() - start
        period = ensure_quarter(2026, 2)
        period.opens_on, period.due_on = today(), today() + timedelta(days=10)
        period.save()
        form = ReturnForm.objects.filter(state="published").latest("pk")
        start = time.perf_counter()
        open_period(period, form=form, actor=system_actor(tenant))
        taken = time.perf_counter() - start
        owed = Obligation.objects.filter(period=period).count()
        transaction.set_rollback(True)
    yield Result(f"opening of a quarter, {owed:,} obligations / bare copy", taken, "s", bare, 5)
