"""A worker dies by SIGKILL at every point of a report: one file, one row, the same hash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gongjian.commons.documents.models import ReportJob, StoredFile
from gongjian.commons.documents.reporting.kinds import produce_overview, request_overview
from gongjian.commons.documents.reports import SILENCE, revive_reports
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute
from tests.factories.cast import build_cast
from tests.factories.returns import open_quarter, submitted
from tests.responsibilities.test_dashboard_pages import promise

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = (
    "the job is claimed",
    "half of the sections are gathered",
    "the pages are printed",
    "the file is half written",
    "the file is written, without its row",
    "all is saved and not committed",
    "all is committed and the message not confirmed",
)
#: The apps must be loaded before anything of them is imported.
LAUNCH = (
    "import sys, json, django; django.setup(); "
    "from tests.process.report_worker import start_each; "
    "database, points, messages = json.loads(sys.argv[1]); "
    "ends = start_each(database, points, messages); print(json.dumps(ends), file=sys.stderr)"
)


@pytest.fixture
def jobs(transactional_db) -> Iterator[list[ReportJob]]:
    """As many requests for the same report as there are points to die at."""
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk):
        with transaction.atomic():
            period, _ = open_quarter(cast)
            row = submitted(cast, cast.hongqi, period, cast.secretary)
            accept_return(row, actor=cast.township)
            promise(cast.city, "Z203", 100)
            recompute()
        OutboxMessage.objects.all().delete()
        with transaction.atomic():
            found = [
                request_overview(
                    actor=cast.office,
                    extent="tenant",
                    period=period,
                    form="pdf",
                    idempotency_key=f"tests:{place}",
                )
                for place in range(len(POINTS))
            ]
        yield found


def ends_of_workers(points: Sequence[str], messages: int) -> list[int]:
    """Start a worker for each point and say how it ended."""
    asked = json.dumps([connection.settings_dict["NAME"], list(points), messages])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LAUNCH, asked],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "gongjian.settings.testing"},
        capture_output=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stderr.splitlines()[-1])


def expected(job: ReportJob) -> bytes:
    """What an undisturbed worker makes of the request."""
    with transaction.atomic():
        production = produce_overview(job.parameters)
        try:
            while True:
                next(production)
        except StopIteration as end:
            return end.value.content


def test_a_killed_worker_leaves_one_file_one_row_and_the_same_hash(jobs):
    sha256 = hashlib.sha256(expected(jobs[0])).hexdigest()
    folder = Path(settings.FILES_DIR) / str(jobs[0].tenant_id) / sha256[:2]
    shutil.rmtree(folder, ignore_errors=True)

    # Each takes one message and dies with it in hand.
    assert ends_of_workers(POINTS, 1) == [-signal.SIGKILL] * len(POINTS)

    with transaction.atomic():
        # Nobody said anything of it: the rows stand as the dead left them.
        states = list(ReportJob.objects.values_list("status", flat=True))
        assert sorted(states) == ["done", *["running"] * (len(POINTS) - 1)]
        assert StoredFile.objects.count() == 1
        assert list(folder.glob(".part-*")) != []

        # The beat finds them silent; the broker delivers once more what was not confirmed.
        silent = timezone.now() - SILENCE - timedelta(seconds=1)
        ReportJob.objects.filter(status="running").update(heartbeat_at=silent)
        assert revive_reports() == len(POINTS) - 1
        OutboxMessage.objects.update(sent_at=None)
        waiting = OutboxMessage.objects.count()
    assert waiting == 2 * len(POINTS) - 1
    assert ends_of_workers([""], waiting) == [0]

    with transaction.atomic():
        rows = list(ReportJob.objects.select_related("file"))
        assert StoredFile.objects.count() == len(POINTS)
    assert {(row.status, row.file.sha256) for row in rows} == {("done", sha256)}
    assert sorted(row.attempts for row in rows) == [1, *[2] * (len(POINTS) - 1)]
    kept = [path for path in folder.iterdir() if not path.name.startswith(".part-")]
    assert [path.name for path in kept] == [sha256]
    assert hashlib.sha256(kept[0].read_bytes()).hexdigest() == sha256
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
