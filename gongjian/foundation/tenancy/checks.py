"""Start-up check: the serving role must not be able to walk through the wall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def serving_role_is_walled(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a superuser or BYPASSRLS role, and any driver but psycopg2."""
    if not databases or settings.DATABASE_ROLE == "owner":
        return []
    connection: Any = connections["default"]
    problems: list[CheckMessage] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
        if row is None or row[0]:
            problems.append(
                Error("数据库账号可以绕过行级安全，请在 DATABASE_URL 中改用 gongjian_app。")
            )
    # Django silently prefers psycopg 3 when it is importable; it costs 10-20 % more CPU.
    if connection.Database.__name__ != "psycopg2":
        problems.append(Error("数据库驱动不是 psycopg2，请卸载 psycopg。"))
    return problems
