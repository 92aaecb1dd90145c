"""Database backend: every transaction starts by naming its tenant.

Done here and not in middleware, so that requests, tasks, commands, on_commit
hooks and tests are right by construction. A tenant table touched outside a
transaction finds no setting and raises.
"""

from __future__ import annotations

from django.db.backends.postgresql import base

from gongjian.foundation.tenancy.scope import bind_tenant, current_tenant_id


class DatabaseWrapper(base.DatabaseWrapper):
    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 -- signature of Django
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and (tenant_id := current_tenant_id()) is not None:
            bind_tenant(self.connection, tenant_id)
