"""`make run`: from a fresh clone to a page in the browser, and again in seconds."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools import bootstrap, environment, fonts, frontend, stack
from tools.console import Refusal, run_as_program, say, warn
from tools.locks import Held, only_one
from tools.manage import follow, manage, must_manage
from tools.places import ROOT, STATIC_BUILT, data_dir
from tools.processes import port_is_free
from tools.stamps import Stamp, files_under, fingerprint
from tools.supervisor import Child, Supervisor, end_leftovers

READY_WITHIN = 90
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- recognised, not bound


def chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise Refusal(f"PORT={text} 不是有效端口（1 至 65535）。", "PORT is not a port number.")
    return int(text)


def check_port(host: str, port: int) -> None:
    if port_is_free(port, host):
        return
    raise Refusal(
        f"端口 {port} 已被其他程序占用或无权使用。请换一个端口，例如：make run PORT={port + 1000}",
        f"Port {port} is taken or not allowed; choose another with PORT=.",
    )


def collect_static(folder: Path, variables: dict[str, str]) -> None:
    """Collect and hash static files, only when one of them or a package has changed."""
    stamp = Stamp(folder / "stamps" / "static")
    inputs = fingerprint(
        [*files_under(STATIC_BUILT), *files_under(ROOT / "static")],
        (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8"),
    )
    if stamp.matches(inputs) and (folder / "staticfiles").is_dir():
        return
    say("整理静态文件", "Collecting static files")
    must_manage("静态文件整理失败，原因如下。", variables, "collectstatic", "--noinput", "--clear")
    stamp.write(inputs)


def prepare_database(variables: dict[str, str]) -> None:
    say("检查数据库结构", "Migrating")
    must_manage(
        "数据库结构升级失败，原因如下。数据没有改动。",
        variables,
        "migrate",
        "--noinput",
        as_owner=True,
    )
    # Building the demo region takes a while: what it says is shown as it says it.
    follow("示范数据载入失败，原因见上。", variables, "demo", "--stage", "filing", "--if-empty")


def children(host: str, port: int, variables: dict[str, str]) -> list[Child]:
    """The program's processes; none of them gets to know the owner's password."""
    own = {**variables, "PORT": str(port), "OWNER_DATABASE_URL": ""}
    python = sys.executable
    bound = f"[{host}]" if ":" in host else host
    memory = Path("/dev/shm")  # noqa: S108 -- gunicorn makes an unnamed file there
    # Heartbeats on a slow disk would make gunicorn end healthy workers.
    room = ["--worker-tmp-dir", str(memory)] if memory.is_dir() else []
    web = [
        python, "-m", "gunicorn", "gongjian.wsgi:application", "--bind", f"{bound}:{port}",
        "--workers", os.environ.get("WEB_CONCURRENCY") or "2",
        # Threads, since browsers hold connections open and would block a sync worker each.
        "--worker-class", "gthread", "--threads", "4",
        "--timeout", "60", "--graceful-timeout", "5", "--no-control-socket", *room,
    ]  # fmt: skip
    celery = [python, "-m", "celery", "-A", "gongjian"]
    worker = [
        *celery, "worker", "--concurrency", "2", "--prefetch-multiplier", "1",
        "--queues", "default,documents", "--loglevel", "INFO", "--without-mingle",
    ]  # fmt: skip
    beat = [*celery, "beat", "--loglevel", "INFO", "--schedule", own["CELERYBEAT_SCHEDULE"],
            "--pidfile", ""]  # fmt: skip
    return [
        Child("web", web, own),
        Child("worker", worker, own),
        Child("beat", beat, own),
        Child("relay", [python, "manage.py", "relay_outbox"], own),
    ]


def reachable_at(host: str) -> str:
    """Return the address under which this machine itself reaches the program."""
    if host in EVERYWHERE:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def is_ready(host: str, port: int) -> bool:
    try:
        address = f"http://{reachable_at(host)}:{port}/readyz"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def announce(host: str, port: int, folder: Path, variables: dict[str, str]) -> None:
    """Wait until the program answers, then say where it is and who may sign in."""
    accounts = manage(variables, "demo", "--accounts").stdout.rstrip()
    give_up = time.monotonic() + READY_WITHIN
    while not is_ready(host, port):
        if time.monotonic() > give_up:
            warn(
                f"程序在 {READY_WITHIN} 秒内没有就绪，请查看 {folder / 'log'} 中的日志。",
                "The program is not ready; see the logs.",
            )
            return
        time.sleep(0.3)
    print(
        f"\n党工共建已启动  Gongjian is running\n\n    http://{reachable_at(host)}:{port}/\n\n"
        f"{accounts}\n\n按 Ctrl-C 停止；日志：{folder / 'log'}\n",
        flush=True,
    )
    if host in EVERYWHERE and not os.environ.get("ALLOWED_HOSTS"):
        warn(
            "要让其他电脑访问，请用 ALLOWED_HOSTS=本机地址 列出它们使用的地址或域名。",
            "Set ALLOWED_HOSTS to the names other machines use for this one.",
        )


class Healer:
    """Brings back an embedded server that was killed; its clients reconnect by themselves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = stack.Servers(folder)
        self.next_look = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + 2
        if self.servers.are_running():
            return
        warn("数据库或任务队列意外停止，正在恢复。", "An embedded server died; starting it again.")
        try:
            stack.start(self.folder)
        except Refusal as refusal:
            warn(refusal.chinese, refusal.english)
            self.next_look = now + 10


def serve(folder: Path, host: str, port: int) -> None:
    fonts.ensure(folder)
    frontend.ensure()
    if not stack.is_running(folder):
        stack.shorten_logs(folder / "log")
    try:
        variables = environment.variables(folder) | stack.start(folder)
        collect_static(folder, variables)
        prepare_database(variables)
        group = Supervisor(children(host, port, variables), folder, heal=Healer(folder))
        group.run(when_started=lambda: announce(host, port, folder, variables))
    finally:
        say("正在停止", "Stopping")
        stack.stop(folder)


def main() -> int:
    bootstrap.enter("base", "tools.run")
    # Ended from outside before everything runs, the databases are stopped all the same.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # One clock in all logs, the one the offices live by.
    os.environ.setdefault("TZ", "Asia/Shanghai")
    time.tzset()
    folder = data_dir()
    host = os.environ.get("HOST") or "127.0.0.1"
    port = chosen_port()
    stack.check_data_dir(folder)
    try:
        with only_one(folder / "run.lock"):
            end_leftovers(folder)
            check_port(host, port)
            serve(folder, host, port)
    except Held as held:
        raise Refusal(
            f"这个数据目录上已有一个程序在运行（进程 {held.pid}）。"
            "请先执行 make stop，或用 DATA_DIR= 和 PORT= 另开一套。",
            f"Process {held.pid} already runs on {folder}: make stop, or choose another DATA_DIR.",
        ) from held
    return 0


if __name__ == "__main__":
    run_as_program(main)
