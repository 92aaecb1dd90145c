"""Taking turns: writers of the same thing go one after the other until their transaction ends."""

from __future__ import annotations

from django.db import connection

from gongjian.foundation.tenancy.scope import require_tenant_id


def take_turns(name: str, key: object = "") -> None:
    """Wait for whoever holds the same name and key in this tenant.

    For rules over several rows that no single row can be locked for: the next
    number of a year, the quota of a unit.
    """
    words = f"{require_tenant_id()}:{name}:{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [words])
