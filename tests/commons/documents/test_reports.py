from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from gongjian.commons.documents import tasks
from gongjian.commons.documents.authority import VIEW_REPORT
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.ledger import produce_ledger
from gongjian.commons.documents.models import ReportJob, StoredFile
from gongjian.commons.documents.queries import jobs_seen_by
from gongjian.commons.documents.reports import (
    cancel_report,
    request_report,
    retry_report,
    revive_reports,
    run_report,
)
from gongjian.commons.documents.shelves import ProducedFile, Progress, ReportKind, report_kinds
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.models import OutboxMessage
from tests.commons.documents.test_services import issued

pytestmark = pytest.mark.usefixtures("prints")


@pytest.fixture
def kind(monkeypatch):
    """A report in three steps; a test may put something between them."""
    seen = []
    between = []

    def produce(parameters):
        for percent in (10, 60):
            yield Progress(percent, f"第{percent}步")
            for act in between:
                act()
        seen.append(parameters)
        return ProducedFile("报告.txt", "text/plain", b"figures")

    entry = ReportKind("tests.report", "测试报告", VIEW_REPORT, produce, is_offered=True)
    monkeypatch.setitem(report_kinds._entries, entry.key, entry)
    return type("Kind", (), {"key": entry.key, "seen": seen, "between": between})


def test_asking_twice_makes_one_job(cast, kind):
    first = request_report(kind.key, actor=cast.office, parameters={"year": 2026})
    second = request_report(kind.key, actor=cast.office, parameters={"year": 2026})
    other = request_report(kind.key, actor=cast.office, parameters={"year": 2025})

    assert first == second
    assert other != first
    assert OutboxMessage.objects.filter(task="documents.run_report").count() == 2


def test_a_job_run_twice_makes_one_file(cast, kind):
    job = request_report(kind.key, actor=cast.office, parameters={"year": 2026})

    done = run_report(job.pk)
    again = run_report(job.pk)

    assert (done.status, done.progress, again) == ("done", 100, None)
    assert kind.seen == [{"year": 2026}]
    assert StoredFile.objects.count() == 1
    assert read_file(done.file) == b"figures"


def test_progress_can_be_seen_between_steps(cast, kind):
    job = request_report(kind.key, actor=cast.office)
    looked = []
    kind.between.append(
        lambda: looked.append(ReportJob.objects.values_list("progress", "progress_text").get())
    )
    run_report(job.pk)
    assert looked == [(10, "第10步"), (60, "第60步")]


def test_a_cancelled_report_stops_at_its_next_step(cast, kind):
    job = request_report(kind.key, actor=cast.office)
    kind.between.append(lambda: ReportJob.objects.update(status="cancelled"))
    assert run_report(job.pk) is None
    assert ReportJob.objects.get().status == "cancelled"
    assert kind.seen == []


def test_a_failing_report_is_tried_three_times(cast, kind):
    def burst():
        raise RuntimeError("disk full")

    kind.between.append(burst)
    job = request_report(kind.key, actor=cast.office)
    states = [run_report(job.pk).status for _ in range(3)]

    assert states == ["queued", "queued", "failed"]
    assert run_report(job.pk) is None
    job.refresh_from_db()
    assert "disk full" not in job.error
    assert OutboxMessage.objects.filter(task="documents.run_report").count() == 3


def test_a_refusal_by_a_rule_is_not_tried_again(cast, kind):
    def refuse():
        raise DomainError("没有数据，请先汇总。")

    kind.between.append(refuse)
    job = run_report(request_report(kind.key, actor=cast.office).pk)
    assert (job.status, job.error, job.attempts) == ("failed", "没有数据，请先汇总。", 1)


def test_a_failed_report_may_be_asked_for_again(cast, kind):
    job = request_report(kind.key, actor=cast.office)
    cancel_report(job, actor=cast.office)
    with pytest.raises(StateConflict):
        cancel_report(job, actor=cast.office)

    assert retry_report(job, actor=cast.office).status == "queued"
    assert run_report(job.pk).status == "done"
    with pytest.raises(StateConflict):
        retry_report(job, actor=cast.office)


def test_a_job_without_a_worker_is_put_back(cast, kind):
    job = request_report(kind.key, actor=cast.office)
    silent = timezone.now() - timedelta(hours=1)
    ReportJob.objects.update(status="running", attempts=1, heartbeat_at=silent)

    tasks.revive_reports_of_tenant()

    job.refresh_from_db()
    assert job.status == "queued"
    ReportJob.objects.update(status="running", attempts=3, heartbeat_at=silent)
    assert revive_reports() == 0
    job.refresh_from_db()
    assert job.status == "failed"


def test_a_slow_worker_cannot_overwrite_the_one_that_took_over(cast, kind):
    job = request_report(kind.key, actor=cast.office)
    kind.between.append(lambda: ReportJob.objects.update(attempts=2))
    assert run_report(job.pk) is None
    assert StoredFile.objects.count() == 0


def test_reports_are_made_by_those_who_may(cast, kind):
    with pytest.raises(NotPermitted):
        request_report(kind.key, actor=cast.viewer)
    job = request_report(kind.key, actor=cast.county)
    with pytest.raises(NotPermitted):
        cancel_report(job, actor=cast.viewer)


def test_a_county_sees_its_own_reports_only(cast, kind):
    mine = request_report(kind.key, actor=cast.county)
    request_report(kind.key, actor=cast.other_county)
    assert list(jobs_seen_by(cast.county)) == [mine]
    assert jobs_seen_by(cast.office).count() == 2
    assert jobs_seen_by(cast.secretary).count() == 0


def test_the_ledger_lists_every_number_and_no_formula(cast):
    issued(cast, title="=1+1")
    issued(cast)
    production = produce_ledger({})
    try:
        while True:
            next(production)
    except StopIteration as end:
        file = end.value
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    )
    assert [row[1] for row in rows] == ["标题或用途", "=1+1", "关于季度工作情况的通报"]
    assert rows[2][0].endswith("2号")


def test_the_beat_tick_reaches_every_tenant(cast):
    assert tasks.revive_reports() == 2
    names = set(OutboxMessage.objects.values_list("task", flat=True))
    assert "documents.revive_reports_of_tenant" in names
