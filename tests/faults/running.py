"""The whole program as processes on a data folder of its own, to break it piece by piece."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from tools import environment, stack
from tools.processes import free_port
from tools.run import Healer, children, collect_static, is_ready
from tools.supervisor import Supervisor, signal_group

ROOT = Path(__file__).parents[2]
#: Named by `make test` for its own servers; ours are others.
_NAMED = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "TEST_DATABASE", "DATABASE_ROLE")


class Running:
    """Web, worker, beat and relay with their servers, tended as by ``make run``."""

    def __init__(self, folder: Path, template: str) -> None:
        self.folder = folder
        #: Seconds measured, judged when everything else has been shown to be sound.
        self.took: dict[str, float] = {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables = environment.variables(folder) | stack.start(folder)
        self.variables["DJANGO_SETTINGS_MODULE"] = "gongjian.settings.development"
        self.variables["FONTCONFIG_FILE"] = os.environ.get("FONTCONFIG_FILE", "")
        self._copy(template)
        collect_static(folder, self.variables)
        self.group = Supervisor(
            children("127.0.0.1", self.port, self.variables), folder, heal=Healer(folder)
        )
        self.over = threading.Event()
        self.tending = threading.Thread(target=self._tend, daemon=True)
        self.tending.start()
        self.wait_until_ready(60)

    def _tend(self) -> None:
        while not self.over.wait(0.3):
            self.group.tend()

    def _copy(self, template: str) -> None:
        """The migrated schema, taken over from the database of the tests."""
        program = stack.Servers(self.folder).postgres.program
        dumped = subprocess.run(
            [program("pg_dump"), "--format=custom", "--dbname", template],
            capture_output=True,
            check=True,
        )
        subprocess.run(
            [program("pg_restore"), "--exit-on-error",
             "--dbname", self.variables["OWNER_DATABASE_URL"]],
            input=dumped.stdout,
            check=True,
        )  # fmt: skip

    def wait_until_ready(self, patience: float) -> float:
        """Seconds until a page can be served."""
        begun = time.monotonic()
        while not is_ready("127.0.0.1", self.port):
            assert time.monotonic() - begun < patience, self.last_words()
            time.sleep(0.1)
        return time.monotonic() - begun

    def last_words(self) -> str:
        logs = sorted((self.folder / "log").glob("*.log"))
        return "\n".join(log.read_text(errors="replace")[-1500:] for log in logs)

    def manage(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def people(self, many: int) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.people", str(many)],
            cwd=ROOT,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout.splitlines()[-1]))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask as the owner, who sees all tenants."""
        with (
            closing(psycopg2.connect(self.variables["OWNER_DATABASE_URL"])) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, values)
            found = cursor.fetchall() if cursor.description else []
            connection.commit()
            return list(found)

    def until(self, query: str, answer: Any, patience: float = 60) -> float:
        """Seconds until the first value of a query is the answer."""
        begun = time.monotonic()
        found: Any = None
        while time.monotonic() - begun < patience:
            found = self.rows(query)[0][0]
            if found == answer:
                return time.monotonic() - begun
            time.sleep(0.2)
        raise AssertionError(f"{query}: {found!r} and not {answer!r} after {patience} s")

    def kill(self, name: str) -> None:
        """Kill -9 a child with all it started."""
        child = next(child for child in self.group.children if child.name == name)
        if child.process is not None:
            signal_group(child.process.pid, signal.SIGKILL)

    def kill_one_web_worker(self) -> None:
        """Kill -9 what serves; its master goes on."""
        web = next(child for child in self.group.children if child.name == "web")
        if web.process is None:
            return
        listed = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children")
        for pid in listed.read_text().split()[:1]:
            os.kill(int(pid), signal.SIGKILL)

    def kill_server(self, name: str) -> None:
        pid = getattr(stack.Servers(self.folder), name).running_pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def frozen_broker(self) -> Iterator[None]:
        pid = stack.Servers(self.folder).valkey.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        self.over.set()
        self.tending.join(timeout=20)
        self.group.stop()
        stack.stop(self.folder)


@contextmanager
def running(folder: Path, template: str) -> Iterator[Running]:
    named = {name: os.environ.pop(name) for name in _NAMED if name in os.environ}
    try:
        made = Running(folder, template)
        try:
            yield made
        finally:
            made.stop()
    finally:
        os.environ.update(named)
