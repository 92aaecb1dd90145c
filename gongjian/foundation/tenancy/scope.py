"""The tenant the current request, task or command works for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

_tenant_id: ContextVar[int | None] = ContextVar("tenant_id", default=None)


class TenantNotSet(RuntimeError):
    """A tenant-owned table was touched with no tenant in scope."""


def current_tenant_id() -> int | None:
    return _tenant_id.get()


def require_tenant_id() -> int:
    tenant_id = _tenant_id.get()
    if tenant_id is None:
        raise TenantNotSet("wrap this code in tenant_scope(tenant_id)")
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: int) -> Iterator[None]:
    """Work for one tenant: the managers and the database wall agree on it.

    The database backend hands the tenant to PostgreSQL at the start of every
    transaction. A scope opened inside a running transaction tells it at once
    and hands the outer tenant back; after a failure the surrounding savepoint
    or transaction takes the setting back by itself.
    """
    outer = _tenant_id.get()
    token = _tenant_id.set(tenant_id)
    try:
        _tell_database(tenant_id)
        yield
    finally:
        _tenant_id.reset(token)
        _tell_database(outer)


def _tell_database(tenant_id: int | None) -> None:
    # A broken transaction refuses every statement; its end clears the setting.
    if connection.in_atomic_block and not connection.needs_rollback:
        bind_tenant(connection.connection, tenant_id)


def bind_tenant(raw_connection: object, tenant_id: int | None) -> None:
    """Set the tenant of the running transaction, and of no later one."""
    value = "" if tenant_id is None else str(tenant_id)
    with raw_connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT set_config('gongjian.tenant_id', %s, true)", (value,))
