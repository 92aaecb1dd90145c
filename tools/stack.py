"""The servers the program stands on: embedded ones, or those the environment names.

`start` may be called as often as one likes, from several processes at once: a running server is
used, a killed one is brought back, and each caller gets the same addresses.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tools import postgres, service_user, valkey
from tools.console import Refusal, run_as_program, say
from tools.locks import Held, only_one
from tools.places import data_dir as chosen_data_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_FREE = 1024**3
LARGEST_LOG = 20 * 1024**2


def check_data_dir(data_dir: Path) -> None:
    """Refuse a folder that cannot be written, and a disk about to be full."""
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True)
            # Whatever the umask: the databases' account must be able to pass through.
            data_dir.chmod(0o755)
        probe = data_dir / ".writable"
        probe.write_text("", encoding="ascii")
        probe.unlink()
    except OSError as error:
        raise Refusal(
            f"数据目录 {data_dir} 不能写入（{error.strerror}）。"
            "请修改目录权限，或用 make run DATA_DIR=/可写的目录 另选一处。",
            "The data folder is not writable; change its mode or choose another with DATA_DIR=.",
        ) from error
    free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE:
        raise Refusal(
            f"磁盘空间不足：{data_dir} 所在磁盘只剩 {free // 1024**2} MB，至少需要 1024 MB。"
            "请清理磁盘，或用 DATA_DIR= 选择另一块磁盘。",
            "Less than 1 GB is free on the disk of the data folder.",
        )


class Servers:
    """The embedded servers of one data folder, with what stack.json remembers of them."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.file = data_dir / "stack.json"
        self.log = data_dir / "log"
        user = service_user.find()
        state = service_user.state_folder(data_dir, user)
        known = self._known()
        self.postgres = postgres.Postgres(
            state / "postgres",
            self.log / "postgres.log",
            user,
            postgres.Credentials(**known.get("postgres", {})),
            durable=durable,
        )
        self.valkey = valkey.Valkey(
            state / "valkey",
            self.log / "valkey.log",
            user,
            valkey.Credentials(**known.get("valkey", {})),
        )
        if not known and (self.postgres.folder / "PG_VERSION").exists():
            raise Refusal(
                f"{self.file} 不见了，里面有数据库口令。请从备份恢复该文件，"
                f"或移走 {self.postgres.folder} 后重新开始。",
                "stack.json with the database passwords is gone: restore it, or move the "
                "database folder away to begin anew.",
            )

    def _known(self) -> dict[str, dict[str, str]]:
        try:
            return dict(json.loads(self.file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except json.JSONDecodeError as error:
            raise Refusal(
                f"{self.file} 已损坏。请从备份恢复。", "stack.json is damaged; restore it."
            ) from error

    def are_running(self) -> bool:
        """Tell whether each server that the environment does not name is running."""
        database = bool(os.environ.get("DATABASE_URL")) or self.postgres.is_ready()
        broker = bool(os.environ.get("REDIS_URL")) or self.valkey.running_pid() is not None
        return database and broker

    def remember(self) -> None:
        """Keep passwords and ports, readable by the operator alone."""
        unfinished = self.file.with_name("stack.json.new")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        facts = {
            "postgres": asdict(self.postgres.credentials),
            "valkey": asdict(self.valkey.credentials),
        }
        unfinished.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self.file)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    try:
        with only_one(data_dir / "stack.lock", patience=120):
            yield
    except Held as held:
        raise Refusal(
            f"另一个进程（{held.pid}）正在启动或停止数据库，等待超时。请稍后重试。",
            f"Process {held.pid} is still starting or stopping the databases.",
        ) from held


def shorten_logs(folder: Path) -> None:
    """Put a large log aside, one generation; called only while nobody writes."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def start(data_dir: Path, *, durable: bool = True) -> dict[str, str]:
    """Start what the environment does not already name; return the three addresses.

    `durable=False` is for tests: a crash of the machine may then lose the database.
    """
    database = os.environ.get("DATABASE_URL")
    owner = os.environ.get("OWNER_DATABASE_URL") or database
    broker = os.environ.get("REDIS_URL")
    if database and owner and broker:
        return {"DATABASE_URL": database, "OWNER_DATABASE_URL": owner, "REDIS_URL": broker}
    check_data_dir(data_dir)
    with alone(data_dir):
        servers = Servers(data_dir, durable=durable)
        servers.remember()
        if not database:
            servers.postgres.start()
            servers.postgres.prepare_roles()
            keys = servers.postgres.credentials
            database = servers.postgres.url("gongjian_app", keys.app)
            owner = servers.postgres.url("gongjian_owner", keys.owner)
        if not broker:
            servers.valkey.start()
            broker = servers.valkey.url()
        servers.remember()
    return {
        "DATABASE_URL": database,
        "OWNER_DATABASE_URL": owner or database,
        "REDIS_URL": broker,
    }


def is_running(data_dir: Path) -> bool:
    """Tell whether every embedded server that should run does."""
    if not (data_dir / "stack.json").exists():
        return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    return Servers(data_dir).are_running()


def stop(data_dir: Path) -> None:
    """Stop the embedded servers of a data folder; servers of others are left alone."""
    if not (data_dir / "stack.json").exists():
        return
    with alone(data_dir):
        servers = Servers(data_dir)
        servers.valkey.stop()
        servers.postgres.stop()


def main() -> int:
    for folder in (chosen_data_dir(), chosen_data_dir() / "test", chosen_data_dir() / "bench"):
        stop(folder)
    say("数据库已停止", "The embedded servers are stopped")
    return 0


if __name__ == "__main__":
    run_as_program(main)
