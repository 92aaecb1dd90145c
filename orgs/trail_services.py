"""Acts of the auditor upon the trail itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import NotPermitted
from orgs.authority import VIEW_TRAIL
from orgs.models import Tenant


@transaction.atomic
def note_export(*, actor: Actor, filters: Mapping[str, str], many: int) -> TrailEntry:
    """Put down who took which part of the trail out of the house."""
    if not actor.may(VIEW_TRAIL):
        raise NotPermitted("当前职务无权导出操作记录，由审计管理员办理。")
    chosen = {name: value for name, value in filters.items() if value}
    return record(
        "orgs.trail.exported",
        Tenant.objects.get(pk=actor.tenant_id),
        actor=actor,
        label="导出操作记录",
        after={"条数": many, **chosen},
    )
