"""The world of the matrix stands in a database of its own, committed, so that roles can change."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connections
from psycopg2 import sql

from gongjian.settings.environment import database
from tests.matrix.world import World, build_world
from tests.ready_database import ready_database


@pytest.fixture(scope="session")
def world(
    django_db_modify_db_settings, django_test_environment, django_db_blocker
) -> Iterator[World]:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    connection = connections["default"]
    owner = database(os.environ["OWNER_DATABASE_URL"])
    base = os.environ.get("TEST_DATABASE", "test_gongjian")
    name = f"{base}_matrix_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    before = dict(connection.settings_dict)
    keys = ("USER", "PASSWORD", "HOST", "PORT")
    home = psycopg2.connect(
        dbname=owner["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"],
    )
    home.autocommit = True
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update({key: owner[key] for key in keys})
        template = ready_database(base, owner)
        connection.settings_dict.update({key: before[key] for key in keys})
        with home.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        connection.settings_dict["NAME"] = name
        try:
            yield build_world()
        finally:
            connection.close()
            connection.settings_dict.update(before)
            with home.cursor() as cursor:
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            home.close()
