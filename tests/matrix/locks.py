"""Taking single locks off, to see that the other one holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models.fields.related_lookups import RelatedExact
from psycopg2 import sql

from gongjian.foundation.tenancy.models import CurrentTenant
from gongjian.settings.environment import database
from tests.owner import owner_cursor

_KEYS = ("USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def without_managers(only: type[models.Model] | None = None) -> Iterator[None]:
    """Let the managers' own filter hold for every tenant: all of them, or one table's."""
    kept: Any = RelatedExact.as_sql

    def as_sql(self: Any, compiler: Any, connection: Any) -> Any:
        if isinstance(self.rhs, CurrentTenant) and only in {None, self.lhs.target.model}:
            return "(TRUE)", ()
        return kept(self, compiler, connection)

    RelatedExact.as_sql = as_sql  # type: ignore[method-assign]
    try:
        yield
    finally:
        RelatedExact.as_sql = kept  # type: ignore[method-assign]


@contextmanager
def without_row_security() -> Iterator[None]:
    """Serve as the owner, whom no policy binds."""
    kept = dict(connection.settings_dict)
    owner = database(os.environ["OWNER_DATABASE_URL"])
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in _KEYS})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


@contextmanager
def without_policy(model: type[models.Model]) -> Iterator[None]:
    """Drop the policy of one table, as a careless migration would."""
    table = sql.Identifier(model._meta.db_table)
    _as_owner(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table))
    try:
        yield
    finally:
        _as_owner(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))


def _as_owner(statement: sql.Composable) -> None:
    with owner_cursor() as cursor:
        cursor.execute(statement)
