"""Background work of the assessment."""

from __future__ import annotations

from django.db import transaction

from assessments.models import Run, Scheme
from assessments.services import announce_run, compute_run
from assessments.services.announcing import ANNOUNCE_TASK
from assessments.services.ledger import RESCORE_TASK, rescore
from assessments.services.runs import COMPUTE_TASK
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.tasks import tenant_task
from orgs.models import Tenant
from orgs.queries import system_actor


@tenant_task(COMPUTE_TASK)
def compute_waiting_run(run_id: int) -> None:
    with transaction.atomic():
        actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
        compute_run(Run.objects.get(pk=run_id), actor=actor)


@tenant_task(ANNOUNCE_TASK)
def announce_published_run(run_id: int) -> None:
    with transaction.atomic():
        announce_run(Run.objects.select_related("scheme").get(pk=run_id))


@tenant_task(RESCORE_TASK)
def rescore_scheme(scheme_id: int) -> None:
    with transaction.atomic():
        actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
        rescore(Scheme.objects.select_related("period").get(pk=scheme_id), actor=actor)
