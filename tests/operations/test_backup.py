"""Backup and restore on databases of their own: what was there is there again, or it is said."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from psycopg2 import sql

from gongjian.operations import backups
from gongjian.settings.environment import database
from tests.ready_database import ready_database

pytestmark = pytest.mark.slow
ADD = (
    "INSERT INTO tenancy_outboxmessage (task, arguments, queue, created_at)"
    " VALUES (%s, '{}', 'default', now())"
)


@pytest.fixture
def owner():
    return database(os.environ["OWNER_DATABASE_URL"])


@pytest.fixture
def asking(owner):
    """Asks a database by name, as the owner; hands back rows."""

    def ask(name, query, *values):
        with closing(
            psycopg2.connect(
                dbname=name,
                user=owner["USER"],
                password=owner["PASSWORD"],
                host=owner["HOST"],
                port=owner["PORT"],
            )
        ) as home:
            home.autocommit = True
            with home.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []

    return ask


@pytest.fixture
def source(owner, asking):
    """A migrated database with a row that only this test knows; its restored copy ends with it."""
    base = os.environ.get("TEST_DATABASE", "test_gongjian")
    template = ready_database(base, owner)
    name = f"{base}_backup_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {}")
    for each in (name, f"{name}_again"):
        asking("postgres", drop.format(sql.Identifier(each)))
    asking(
        "postgres",
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )
    asking(name, ADD, "nobody.knows")
    yield {**owner, "NAME": name}
    for each in (name, f"{name}_again"):
        asking("postgres", drop.format(sql.Identifier(each)))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "files" / "7" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "7" / "ab" / "abc").write_bytes(b"minutes of the meeting")
    (tmp_path / "files" / "7" / "ab" / ".part-1").write_bytes(b"half")
    return tmp_path / "files"


def test_what_was_backed_up_is_there_again(source, files, tmp_path, asking):
    taken = backups.take(source, tmp_path / "kept", files)
    assert taken.files == 1
    asking(source["NAME"], ADD, "later.than_the_backup")
    again = {**source, "NAME": f"{source['NAME']}_again"}

    done = backups.restore(again, taken.folder, tmp_path / "restored")

    assert done.rows == taken.rows
    query = "SELECT task FROM tenancy_outboxmessage"
    assert asking(again["NAME"], query) == [("nobody.knows",)]
    assert (tmp_path / "restored/7/ab/abc").read_bytes() == b"minutes of the meeting"
    # The walls come back as well: policies, their force, and who owns the search functions.
    walls = (
        "SELECT (SELECT count(*) FROM pg_policies),"
        " (SELECT count(*) FROM pg_class WHERE relforcerowsecurity),"
        " (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),"
        " (SELECT count(*) FROM pg_proc WHERE proowner = 'gongjian_search'::regrole)"
    )
    assert asking(again["NAME"], walls) == asking(source["NAME"], walls)
    assert asking(again["NAME"], walls)[0][0] > 50
    with pytest.raises(backups.BackupError, match="已有数据，没有改动"):
        backups.restore(again, taken.folder, tmp_path / "restored")


def test_damaged_backup_is_refused_before_anything_is_written(source, files, tmp_path, asking):
    taken = backups.take(source, tmp_path / "kept", files)
    stored = taken.folder / "files/7/ab/abc"
    stored.write_bytes(b"minutes of the meetinG")
    again = {**source, "NAME": f"{source['NAME']}_again"}
    with pytest.raises(backups.BackupError, match="缺失或已损坏"):
        backups.restore(again, taken.folder, tmp_path / "restored")
    found = asking("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", again["NAME"])
    assert found == []
    with pytest.raises(CommandError, match="缺失或已损坏"):
        call_command("restore", str(taken.folder), "--check")


def test_account_behind_the_wall_cannot_back_up(source, files, tmp_path):
    """Its dump would succeed with not one row in it."""
    served = database(os.environ["DATABASE_URL"])
    with pytest.raises(backups.BackupError, match="看不到全部数据"):
        backups.take({**served, "NAME": source["NAME"]}, tmp_path / "kept", files)
    assert not [path for path in (tmp_path / "kept").iterdir() if path.suffix != ".part"]
