"""The world of the matrix stands in a database of its own, committed, so that roles can change."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from psycopg2 import sql

from gongjian.settings.environment import database
from tests.matrix.world import World, build_world
from tests.owner import owner_cursor
from tests.ready_database import ready_database

KEYS = ("USER", "PASSWORD", "HOST", "PORT")


@dataclass(slots=True)
class Standing:
    """The world once built, and the database it stands in."""

    name: str
    world: World


@pytest.fixture(scope="session")
def standing(
    django_db_modify_db_settings: None, django_test_environment: None, django_db_blocker: Any
) -> Iterator[Standing]:
    connection = connections["default"]
    owner = database(os.environ["OWNER_DATABASE_URL"])
    base = os.environ.get("TEST_DATABASE", "test_gongjian")
    name = f"{base}_matrix_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    before = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update({key: owner[key] for key in KEYS})
        template = ready_database(base, owner)
        connection.settings_dict.update({key: before[key] for key in KEYS})
        _as_owner(owner, "DROP DATABASE IF EXISTS {}", name)
        _as_owner(owner, "CREATE DATABASE {} TEMPLATE {}", name, template)
        with _serving_from(name):
            world = build_world()
    yield Standing(name, world)
    _as_owner(owner, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="module")
def world(standing: Standing, django_db_blocker: Any) -> Iterator[World]:
    """Within the module the connection leads to the world; other tests know nothing of it."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    with django_db_blocker.unblock(), _serving_from(standing.name):
        yield standing.world
    logger.setLevel(level)


@contextmanager
def _serving_from(name: str) -> Iterator[None]:
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _as_owner(owner: dict[str, Any], statement: str, *names: str) -> None:
    with owner_cursor(owner["NAME"]) as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
