"""Keeps the program's processes running: about what a process manager does for one machine.

Ours instead of honcho, which ends everything when one child dies; here a child is started again
and the embedded databases are watched along with it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tools import processes
from tools.console import say, warn
from tools.places import ROOT

WORTH_SHOWING = re.compile(r"\b(ERROR|CRITICAL|FATAL|Traceback)\b|Error:|Exception:")
LONGEST_PAUSE = 30.0
# A child that ran this long was healthy: its next fall starts from the shortest pause again.
HEALTHY_AFTER = 60.0


@dataclass
class Child:
    """One command that should always be running."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    pause: float = 1.0
    start_again: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=15))


def record_of(data_dir: Path) -> Path:
    return data_dir / "children.json"


def end_leftovers(data_dir: Path) -> None:
    """End children of a supervisor that was itself killed, before they serve old code.

    To be called by the holder of the folder's lock only.
    """
    record = record_of(data_dir)
    try:
        left = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return
    groups = [pid for pid, since in left if since and processes.started_at(pid) == since]
    if groups:
        say("结束上次异常退出留下的进程", "Ending processes an earlier run left behind")
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in groups:
            signal_group(pid, sign)
        give_up = time.monotonic() + 5
        while any(processes.is_alive(pid) for pid in groups) and time.monotonic() < give_up:
            time.sleep(0.1)
    record.unlink(missing_ok=True)


class Supervisor:
    """A group of children that live and end together."""

    def __init__(
        self, children: Sequence[Child], data_dir: Path, *, heal: Callable[[], None]
    ) -> None:
        self.children = children
        self.logs = data_dir / "log"
        self.record = record_of(data_dir)
        self.heal = heal
        self.stopping = threading.Event()

    def run(self, *, when_started: Callable[[], None]) -> None:
        """Start everything, keep it running until a signal, then end it in order."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._ask_to_stop)
        threading.Thread(target=when_started, daemon=True).start()
        try:
            while not self.stopping.is_set():
                self.tend()
                self.stopping.wait(0.5)
        finally:
            self.stop()

    def tend(self) -> None:
        """Start what is not running, children and servers."""
        for child in self.children:
            self._tend(child)
        self.heal()

    def stop(self, patience: float = 10) -> None:
        """Ask all children at once to finish what they do; end those that do not."""
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            signal_group(process.pid, signal.SIGTERM)
        give_up = time.monotonic() + patience
        for process in running:
            try:
                process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                signal_group(process.pid, signal.SIGKILL)
                process.wait()
        self.record.unlink(missing_ok=True)

    def _ask_to_stop(self, number: int, _frame: FrameType | None) -> None:
        if self.stopping.is_set() and number == signal.SIGINT:
            for child in self.children:
                if child.process:
                    signal_group(child.process.pid, signal.SIGKILL)
        self.stopping.set()

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_again:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        # What it started itself (workers of a killed master) must not serve beside its successor.
        signal_group(child.process.pid, signal.SIGKILL)
        child.process = None
        child.pause = 1.0 if now - child.started > HEALTHY_AFTER else child.pause
        child.start_again = now + child.pause
        warn(
            f"{child.name} 意外退出（代码 {code}），{child.pause:.0f} 秒后重启；"
            f"日志见 {self.logs / child.name}.log",
            "Last lines:\n    " + "\n    ".join(child.last_lines),
        )
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _start(self, child: Child) -> None:
        # A session of its own: Ctrl-C in the terminal reaches us alone, and we end them in order.
        process = subprocess.Popen(
            child.command,
            cwd=ROOT,
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        child.process = process
        child.started = time.monotonic()
        self._remember()
        threading.Thread(target=self._read, args=(child, process), daemon=True).start()

    def _remember(self) -> None:
        pids = [c.process.pid for c in self.children if c.process]
        facts = [(pid, processes.started_at(pid)) for pid in pids]
        self.record.write_text(json.dumps(facts), encoding="utf-8")

    def _read(self, child: Child, process: subprocess.Popen[str]) -> None:
        """Write a child's words to its log; show what an operator must see."""
        self.logs.mkdir(parents=True, exist_ok=True)
        if process.stdout is None:
            return
        with (self.logs / f"{child.name}.log").open("a", encoding="utf-8", buffering=1) as log:
            for line in process.stdout:
                log.write(f"{time.strftime('%F %T')} {child.name} | {line}")
                child.last_lines.append(line.rstrip())
                if WORTH_SHOWING.search(line):
                    print(f"{child.name} | {line}", end="", file=sys.stderr, flush=True)


def signal_group(pid: int, sign: signal.Signals) -> None:
    try:
        os.killpg(pid, sign)
    except (ProcessLookupError, PermissionError):
        return


def stop_running(lock: Path, holder: int | None) -> None:
    """End the `make run` that holds a data folder, wherever it was typed."""
    if holder is None:
        return
    if not processes.end(holder, signal.SIGTERM, patience=40):
        warn(f"进程 {holder} 没有响应，请手动结束。", f"Process {holder} ({lock}) does not end.")
        return
    say("程序已停止", "Stopped")
