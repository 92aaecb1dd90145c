"""The unit tree at 100,000 units, and what the wall costs."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg2
from django.db import connection, transaction

from bench.measure import Result, median_ms, paired_ms
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant, Unit
from orgs.queries import system_actor
from orgs.services import create_tenant, move_unit

CODE = "bench-tree"
_GROW = """
INSERT INTO orgs_unit (tenant_id, code, name, pinyin, level, category, parent_id, path, depth,
    child_count, sort_order, principal_name, worker_count, member_count, party_member_count,
    enterprise_count)
SELECT p.tenant_id, p.code || to_char(g, 'FM000'), p.name || g, 'x' || g, %s, 'region', p.id,
    p.path || to_char(g, 'FM0000'), p.depth + 1,
    50, g, '', 100 + g, 80, 10, 1
FROM orgs_unit p, generate_series(1, %s) g WHERE p.tenant_id = %s AND p.depth = %s
"""


def big_tenant() -> Tenant:
    """One tenant of 1 + 10 + 100 + 2,000 + 100,000 units, made once."""
    found = Tenant.objects.filter(code=CODE).first()
    if found is not None:
        return found
    with transaction.atomic():
        tenant = create_tenant(name="测速市", code=CODE, leading_group="测速", document_mark="测")
        _grow(tenant)
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("ANALYZE orgs_unit")
    return tenant


def _grow(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk), connection.cursor() as cursor:
        for depth, (level, count) in enumerate(
            [("county", 10), ("township", 10), ("township", 20), ("grassroots", 50)], start=1
        ):
            cursor.execute(_GROW, [level, count, tenant.pk, depth])
        Unit.objects.filter(parent__isnull=True).update(child_count=10)


def measure() -> Iterator[Result]:
    tenant = big_tenant()
    with tenant_scope(tenant.pk), transaction.atomic():
        county = Unit.objects.filter(depth=2).order_by("path").first()
        township = Unit.objects.filter(depth=3).order_by("path").first()
        other = Unit.objects.filter(depth=2).order_by("path").last()
        if county is None or township is None or other is None:
            raise LookupError("the tree of the bench is missing")
        units = Unit.objects.filter(path__under=county.path)
        page = median_ms(lambda: list(units.order_by("path")[:50]))
        yield Result("subtree page of 50, 100,000 units", page, "ms", None, 2)
        count = median_ms(units.count)
        yield Result("county count, 100,000 units", count, "ms", None, 5)
        yield from _wall(tenant)
        yield _move(tenant, township, other)
        transaction.set_rollback(True)


def _wall(tenant: Tenant) -> Iterator[Result]:
    """The same statement through the wall, and by the owner whom it does not bind."""
    sql = "SELECT count(*), sum(worker_count) FROM orgs_unit WHERE tenant_id = %s"
    owner = psycopg2.connect(os.environ["OWNER_DATABASE_URL"])

    def walled() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [tenant.pk])
            cursor.fetchall()

    def free() -> None:
        with owner.cursor() as cursor:
            cursor.execute(sql, [tenant.pk])
            cursor.fetchall()

    ours, floor = paired_ms(walled, free)
    yield Result("statement through the wall / without", ours, "ms", floor, 1.15, by_ratio=True)
    owner.close()


def _move(tenant: Tenant, unit: Unit, parent: Unit) -> Result:
    """A township with 1,020 units changes its county (and back, by the rollback)."""
    actor = system_actor(tenant)
    targets = [parent, Unit.objects.get(pk=unit.parent_id)]

    def there_and_back() -> None:
        for target in targets:
            move_unit(unit, actor=actor, parent=target)

    return Result("move of 1,021 units", median_ms(there_and_back, 5) / 2, "ms", None, 250)
