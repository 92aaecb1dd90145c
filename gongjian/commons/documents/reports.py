"""Reports made in the background: asked for once, tried three times, kept with their hash."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from gongjian.commons.documents.enums import JobStatus
from gongjian.commons.documents.files import read_file, store_file
from gongjian.commons.documents.models import ReportDownload, ReportJob, StoredFile
from gongjian.commons.documents.shelves import ProducedFile, Progress, ReportKind, report_kinds
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.outbox import enqueue
from orgs.models import Unit

logger = logging.getLogger(__name__)

RUN_TASK = "documents.run_report"
ATTEMPTS = 3
#: A job that said nothing for so long has lost its worker.
SILENCE = timedelta(minutes=12)


class _Stopped(Exception):
    """The job was cancelled, or another worker has taken it over."""


@transaction.atomic
def request_report(
    kind: str,
    *,
    actor: Actor,
    title: str = "",
    parameters: Mapping[str, Any] | None = None,
    unit: Unit | None = None,
    idempotency_key: str = "",
) -> ReportJob:
    """Ask for a report; the same request while one is under way hands back that one."""
    entry = report_kinds[kind]
    if not actor.may(entry.permission):
        raise NotPermitted(f"当前职务无权生成“{entry.label}”，请切换职务。")
    values = dict(parameters or {})
    key = idempotency_key or _fingerprint(kind, values, actor)
    existing = ReportJob.objects.select_for_update(of=("self",)).filter(idempotency_key=key).first()
    if existing is not None:
        if existing.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
            return _start_again(existing)
        return existing
    job, created = ReportJob.objects.get_or_create(
        idempotency_key=key,
        defaults={
            "kind": kind,
            "title": (title or entry.label)[:200],
            "parameters": values,
            "unit": unit,
            # Only scheduled work has no post behind it.
            "is_scheduled": actor.post_id is None,
            "requested_by_post": actor.post_id,
            "requested_by": actor.label[:200],
        },
    )
    if created:
        record("documents.report.requested", job, actor=actor, label="申请报告")
        enqueue(RUN_TASK, job_id=job.pk)
    return job


def _fingerprint(kind: str, parameters: Mapping[str, Any], actor: Actor) -> str:
    # To the minute: a second press of the button is the same request, a new
    # report an hour later with newer figures is not.
    minute = timezone.now().strftime("%Y%m%d%H%M")
    text = json.dumps([kind, parameters, actor.post_id, minute], sort_keys=True, default=str)
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _start_again(job: ReportJob) -> ReportJob:
    job.status = JobStatus.QUEUED
    job.progress, job.attempts, job.error, job.progress_text = 0, 0, "", ""
    job.finished_at = job.heartbeat_at = None
    job.save()
    enqueue(RUN_TASK, job_id=job.pk)
    return job


@transaction.atomic
def retry_report(job: ReportJob, *, actor: Actor) -> ReportJob:
    """Try a failed or cancelled report once more, from the beginning."""
    job = _locked(job, actor)
    if job.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
        raise StateConflict(f"“{job}”现在是“{job.get_status_display()}”，不必重新生成。")
    return _start_again(job)


@transaction.atomic
def cancel_report(job: ReportJob, *, actor: Actor) -> ReportJob:
    """Stop a report that is waiting or being made; the worker notices at its next step."""
    job = _locked(job, actor)
    if not job.is_open:
        raise StateConflict(f"“{job}”现在是“{job.get_status_display()}”，不能取消。")
    job.status = JobStatus.CANCELLED
    job.finished_at = timezone.now()
    job.save(update_fields=["status", "finished_at"])
    record("documents.report.cancelled", job, actor=actor, label="取消报告")
    return job


def _locked(job: ReportJob, actor: Actor) -> ReportJob:
    if not actor.may(report_kinds[job.kind].permission):
        raise NotPermitted("当前职务无权办理这份报告，请切换职务。")
    if not may_steer(job, actor):
        raise NotPermitted("这份报告由别的职务申请，只能由申请人或领导小组办公室办理。")
    return ReportJob.objects.select_for_update(of=("self",)).get(pk=job.pk)


def may_steer(job: ReportJob, actor: Actor) -> bool:
    """Who asked for a report may stop it and start it again, and who reaches all units."""
    scope = actor.scope(report_kinds[job.kind].permission)
    return scope is not None and (job.requested_by_post == actor.post_id or scope.covers(""))


@transaction.atomic
def take_report(job: ReportJob, *, actor: Actor) -> tuple[StoredFile, bytes]:
    """Hand out the file and keep who took it; a damaged one is refused before that."""
    if job.file is None:
        raise StateConflict(f"“{job}”还没有生成，完成后再下载。")
    content = read_file(job.file)
    ReportDownload.objects.create(job=job, post_id=actor.post_id, taken_by=actor.label[:200])
    return job.file, content


def run_report(job_id: int) -> ReportJob | None:
    """Make a report; two workers with the same message make one file.

    Runs outside any transaction: each step of the production has its own, and
    progress is committed between them.
    """
    job = _claim(job_id)
    if job is None:
        return None
    try:
        produced = _produce(report_kinds[job.kind], job)
        return _finish(job, produced)
    except _Stopped:
        return None
    except DomainError as error:
        # A rule refused: trying again would be refused again.
        return _fail(job, error.message, may_retry=False)
    except Exception:
        logger.exception("report %s failed", job.pk)
        return _fail(
            job, "生成时出现意外错误，请稍后重试；仍不成功的，请联系系统管理员。", may_retry=True
        )


def _claim(job_id: int) -> ReportJob | None:
    with transaction.atomic():
        claimed = ReportJob.objects.filter(
            pk=job_id, status=JobStatus.QUEUED, attempts__lt=ATTEMPTS
        ).update(status=JobStatus.RUNNING, attempts=F("attempts") + 1, heartbeat_at=timezone.now())
        return ReportJob.objects.get(pk=job_id) if claimed else None


def _produce(kind: ReportKind, job: ReportJob) -> ProducedFile:
    production = kind.produce(job.parameters)
    while True:
        try:
            with transaction.atomic():
                progress = next(production)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        _report_progress(job, progress)


def _still_ours(job: ReportJob) -> Q:
    return Q(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)


def _report_progress(job: ReportJob, progress: Progress) -> None:
    with transaction.atomic():
        told = ReportJob.objects.filter(_still_ours(job)).update(
            progress=max(0, min(progress.percent, 99)),
            progress_text=progress.text[:100],
            heartbeat_at=timezone.now(),
        )
    if not told:
        raise _Stopped


def _finish(job: ReportJob, produced: ProducedFile) -> ReportJob:
    with transaction.atomic():
        locked = ReportJob.objects.select_for_update(of=("self",)).filter(_still_ours(job)).first()
        if locked is None:
            raise _Stopped
        locked.file = store_file(
            name=produced.name, content_type=produced.content_type, content=produced.content
        )
        locked.status, locked.progress, locked.progress_text = JobStatus.DONE, 100, "已完成"
        locked.finished_at = timezone.now()
        locked.save()
        return locked


def _fail(job: ReportJob, error: str, *, may_retry: bool) -> ReportJob:
    with transaction.atomic():
        again = may_retry and job.attempts < ATTEMPTS
        ReportJob.objects.filter(_still_ours(job)).update(
            status=JobStatus.QUEUED if again else JobStatus.FAILED,
            error=error[:300],
            finished_at=None if again else timezone.now(),
        )
        if again:
            enqueue(RUN_TASK, job_id=job.pk)
        return ReportJob.objects.get(pk=job.pk)


@transaction.atomic
def revive_reports() -> int:
    """Put jobs back whose worker died, and give up those that died three times."""
    silent = ReportJob.objects.filter(
        status=JobStatus.RUNNING, heartbeat_at__lt=timezone.now() - SILENCE
    )
    silent.filter(attempts__gte=ATTEMPTS).update(
        status=JobStatus.FAILED, error="多次中断，请联系系统管理员。", finished_at=timezone.now()
    )
    waiting = list(silent.select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    for job in waiting:
        job.status = JobStatus.QUEUED
        job.save(update_fields=["status"])
        enqueue(RUN_TASK, job_id=job.pk)
    return len(waiting)
