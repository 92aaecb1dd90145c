"""Looking at processes by number: alive, ours, gone."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one of our own children that has ended is collected."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether the living process `pid` is the one of this folder.

    Numbers are used again after a restart of the machine; PostgreSQL and Valkey both stay in
    their data folder, which an innocent bystander with the same number does not.
    """
    if not is_alive(pid):
        return False
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return not Path("/proc/self/cwd").exists()  # no /proc on this system: believe the number


def started_at(pid: int) -> str:
    """Return the start time of a process in clock ticks, which with the number is unique."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def end(pid: int, sign: signal.Signals, patience: float) -> bool:
    """Ask a process to end and wait; tell whether it did."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return True
    give_up = time.monotonic() + patience
    while is_alive(pid):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
