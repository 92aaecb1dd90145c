"""The owner's own connection: what somebody with every right does to the test's database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from django.db import connection

from gongjian.settings.environment import database


@contextmanager
def owner_cursor(name: str = "", *, autocommit: bool = True) -> Iterator[Any]:
    """A cursor of gongjian_owner, in the database that is being served unless one is named."""
    owner = database(os.environ["OWNER_DATABASE_URL"])
    with closing(
        psycopg2.connect(
            dbname=name or connection.settings_dict["NAME"],
            user=owner["USER"],
            password=owner["PASSWORD"],
            host=owner["HOST"],
            port=owner["PORT"],
        )
    ) as home:
        home.autocommit = autocommit
        with home.cursor() as cursor:
            yield cursor
