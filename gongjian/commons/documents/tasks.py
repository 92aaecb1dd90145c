"""Background work on documents: printing, reports, and those whose worker died."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.documents import reports, services
from gongjian.commons.documents.reporting.schedule import schedule_reports
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task
from orgs.models import Tenant
from orgs.queries import system_actor


@tenant_task(services.RENDER_TASK, time_limit=120)
def render_document(document_id: int) -> None:
    with transaction.atomic():
        actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
    services.render_document(document_id, actor=actor)


@tenant_task(reports.RUN_TASK)
def run_report(job_id: int) -> None:
    reports.run_report(job_id)


@tenant_task("documents.schedule_reports_of_tenant")
def schedule_reports_of_tenant() -> None:
    schedule_reports(today())


@system_task("documents.schedule_reports")
def tick_schedule() -> int:
    return fan_out("documents.schedule_reports_of_tenant")


@tenant_task("documents.revive_reports_of_tenant")
def revive_reports_of_tenant() -> None:
    reports.revive_reports()


@system_task("documents.revive_reports")
def revive_reports() -> int:
    return fan_out("documents.revive_reports_of_tenant")
