"""The web server of docker-compose.yml; `make run` gives the same choices by arguments."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, since browsers hold connections open and would block a sync worker each.
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 20
keepalive = 75
# A worker that has grown is replaced, not all of them at the same request.
max_requests = 20_000
max_requests_jitter = 2_000
# The memory of the machine instead of a slow disk, where heartbeats would end healthy workers.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
limit_request_line = 8190
limit_request_fields = 60
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Give the workers a fresh folder in which they count together."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)
    else:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="gongjian-metrics-")


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415 -- after the folder is known

    multiprocess.mark_process_dead(worker.pid)
