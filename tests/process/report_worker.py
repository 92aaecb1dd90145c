"""Real Celery workers on the test database that kill themselves at a named point of a report.

Each takes so many messages from the outbox, works them off and ends; with a point it never
gets that far. The broker lives inside the process, so a message in its hands is lost with it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from celery.signals import task_postrun
from celery.worker import state
from django.db import connections

from gongjian.celery import app
from gongjian.commons.documents import files, reports
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reporting import kinds
from gongjian.foundation.tenancy.outbox import relay_batch


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(place: Any, name: str, *, when: Callable[[Any], bool] = lambda answer: True) -> None:
    """Die when ``place.name`` has done its work and ``when`` says so of its answer."""
    original = getattr(place, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        answer = original(*args, **kwargs)
        if when(answer):
            die()
        return answer

    setattr(place, name, wrapped)


def _in_the_middle() -> None:
    """After the second section has been gathered and its progress committed."""
    told = []

    def second(answer: Any) -> bool:
        told.append(answer)
        return len(told) == 2

    after(reports, "_report_progress", when=second)


def _before_the_commit() -> None:
    """File and row are written, the job is saved as done, and nothing of it is committed."""
    original = ReportJob.save

    def save(self: ReportJob, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if self.status == "done":
            die()

    ReportJob.save = save  # type: ignore[method-assign]


POINTS: dict[str, Callable[[], None]] = {
    "the job is claimed": lambda: after(reports, "_claim"),
    "half of the sections are gathered": _in_the_middle,
    "the pages are printed": lambda: after(kinds, "render_pdf"),
    "the file is half written": lambda: after(files.os, "fsync"),
    "the file is written, without its row": lambda: after(files, "_write"),
    "all is saved and not committed": _before_the_commit,
    "all is committed and the message not confirmed": lambda: after(reports, "_finish"),
}


def start_each(database: str, points: Sequence[str], messages: int) -> list[int]:
    """A process of its own for each point, one after the other; how each of them ended."""
    connections["default"].settings_dict["NAME"] = database
    app.loader.import_default_modules()
    ends = []
    for point in points:
        child = os.fork()
        if not child:
            work(messages, point)
            os._exit(0)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    return ends


def work(messages: int, point: str) -> None:
    """Relay and work off; what a process of ``celery worker`` does."""
    if point:
        POINTS[point]()
    left = [relay_batch(limit=messages)]

    def count(**told: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            state.should_stop = 0

    task_postrun.connect(count, weak=False)
    worker = app.Worker(
        pool="solo",
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
