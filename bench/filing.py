"""Filing of one return: autosave and submission against their bare statements."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg2
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.measure import Result, paired_ms
from gongjian.demo.people import actor_named
from gongjian.demo.stages import build
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant
from responsibilities.models import Obligation
from responsibilities.services.returns import save_cells, start_return, submit_return


def measure() -> Iterator[Result]:
    tenant = Tenant.objects.filter(code="9900").first() or build("filing", say=print)
    statements: list[str] = []
    with tenant_scope(tenant.pk), transaction.atomic():
        secretary = actor_named(tenant, "secretary")
        obligation = (
            Obligation.objects.select_related("unit", "period", "form")
            .filter(unit_id=secretary.unit_id, returns__isnull=True)
            .latest("pk")
        )
        changes = {cell.code: "1" for cell in obligation.form.layout()}
        remarks = dict.fromkeys(changes, "属实")

        def file() -> None:
            with transaction.atomic():
                row = start_return(obligation, actor=secretary)
                save_cells(row, actor=secretary, changes=changes, base={}, remarks=remarks)
                submit_return(row, actor=secretary)
                transaction.set_rollback(True)

        with CaptureQueriesContext(connection) as captured:
            file()
        statements = [query["sql"] for query in captured.captured_queries]
        bare = psycopg2.connect(os.environ["OWNER_DATABASE_URL"])

        bind = "SELECT set_config('gongjian.tenant_id', %s, true)"

        def replay() -> None:
            with bare.cursor() as cursor:
                cursor.execute(bind, [str(tenant.pk)])
                cursor.execute("SAVEPOINT s")
                for sql in statements:
                    if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                        cursor.execute(sql)
            bare.rollback()

        ours, floor = paired_ms(file, replay)
        bare.close()
        transaction.set_rollback(True)
    # 14 % of the bare rate is the goal, so seven times its duration at most.
    yield Result("filing of 30 cells / its bare statements", ours, "ms", floor, 7.1, by_ratio=True)
    yield Result("statements of one filing", len(statements), "", None, None)
