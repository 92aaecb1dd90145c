"""Numbers that are taken once: visits, notices, circulars."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Max

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import require_tenant_id

_NUMBERS = 7340  # first key of the advisory lock of the numbers


def next_number(model: Any) -> tuple[int, int]:
    """Year and serial. Held to the end of the transaction, so that a number belongs to one."""
    year = today().year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBERS, require_tenant_id()])
    last = model.objects.filter(year=year).aggregate(last=Max("serial"))["last"]
    return year, (last or 0) + 1
