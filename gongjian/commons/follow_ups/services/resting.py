"""Suspended matters come back by themselves."""

from __future__ import annotations

import logging

from django.db import transaction

from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.assigning import resume_follow_up
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant
from orgs.queries import system_actor

logger = logging.getLogger(__name__)


def resume_due() -> int:
    """Take up what was put off until today; may run any number of times."""
    with transaction.atomic():
        actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
        due = list(
            FollowUp.objects.filter(
                state=FollowUpState.SUSPENDED, suspended_until__lte=today()
            ).select_related("unit")
        )
    done = 0
    for item in due:
        try:
            resume_follow_up(item, actor=actor, reason="暂缓到期，自动恢复办理")
            done += 1
        except StateConflict:
            logger.info("follow-up %s was taken up by somebody else", item.pk)
    return done
