"""A migrated database to copy test databases from: migrating takes longer than most tests."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import django
import psycopg2
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from psycopg2 import sql

from gongjian.settings.environment import database

#: First key of the advisory lock under which one run of two makes the database.
_LOCK = 7390
_READY = "ready"


def ready_database(base: str, owner: dict[str, Any]) -> str:
    """Name of a database with every migration applied, made when the migrations changed."""
    name = f"{base}_ready_{_fingerprint()}"
    with closing(psycopg2.connect(**_arguments(owner))) as home, home.cursor() as cursor:
        home.autocommit = True
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [_LOCK, base])
        cursor.execute(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname LIKE %s",
            [base.replace("_", r"\_") + r"\_ready\_%"],
        )
        held = dict(cursor.fetchall())
        if held.pop(name, None) != _READY:
            for outdated in (*held, name):
                cursor.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(outdated))
                )
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            _migrate(name)
            cursor.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                    sql.Identifier(name), sql.Literal(_READY)
                )
            )
    return name


def _fingerprint() -> str:
    """Changes with any migration of any app, and with what carries them out."""
    digest = hashlib.sha256(django.get_version().encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted(Path(config.path).glob("migrations/*.py")):
            digest.update(f"{config.label}/{file.name}".encode() + file.read_bytes())
    for file in sorted((Path(apps.get_app_config("tenancy").path)).glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _arguments(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }


def _migrate(name: str) -> None:
    connection = connections["default"]
    serving = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = serving


def main() -> None:
    """Make it beside the rules, while pytest does not run yet."""
    os.environ["DATABASE_ROLE"] = "owner"
    django.setup()
    base = os.environ.get("TEST_DATABASE", "test_gongjian")
    ready_database(base, database(os.environ["OWNER_DATABASE_URL"]))


if __name__ == "__main__":
    main()
