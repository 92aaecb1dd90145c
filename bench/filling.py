"""Filling a table by one statement, though it grew columns since the statement was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def copy_into(
    model: type[models.Model], columns: Mapping[str, str], source: str, params: Sequence[Any]
) -> int:
    """INSERT … SELECT: ``columns`` are SQL expressions over ``source``.

    Every other column that must not be empty gets the default of its field, as
    saving a record would give it.
    """
    own = dict(columns)
    given: list[Any] = []
    for field in model._meta.concrete_fields:
        settled = field.primary_key or field.null or field.generated or field.has_db_default()
        if settled or field.column in own:
            continue
        value = field.get_default()
        own[field.column] = "%s"
        given.append(field.get_db_prep_save(value, connection))
    expressions = ", ".join(own.values())
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(own)}) SELECT {expressions} {source}",
            [*given, *params],
        )
        return cursor.rowcount
