"""Asking the invariants, for the command and for every night."""

from __future__ import annotations

import logging
from itertools import islice

from django.db import transaction

from gongjian.commons.notices.services import notify
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.invariants import MOST_FINDINGS, Invariant, invariants
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.enums import Role
from orgs.models import Post, Tenant

logger = logging.getLogger(__name__)
RULE = "operations.verify"


def findings(rule: Invariant) -> list[str]:
    """What contradicts a rule, one more than is shown; what was reckoned for it is not kept."""
    with transaction.atomic():
        found = list(islice(rule.find(), MOST_FINDINGS + 1))
        transaction.set_rollback(True)
    return found


def verify_tenant() -> int:
    """Ask every rule of the tenant in scope and tell its administrators what does not hold."""
    broken = {
        rule.sentence: found
        for rule in invariants
        if not rule.is_global and (found := findings(rule))
    }
    for sentence, found in broken.items():
        logger.error("tenant %s: %s: %s", require_tenant_id(), sentence, found[:3])
    if broken:
        _tell(broken)
    return len(broken)


@transaction.atomic
def _tell(broken: dict[str, list[str]]) -> None:
    posts = Post.objects.filter(role=Role.TENANT_ADMINISTRATOR).order_by("pk")
    notify(
        rule=RULE,
        subject=Tenant.objects.get(pk=require_tenant_id()),
        stage=f"{today():%Y%m%d}",
        post_ids=list(posts.values_list("pk", flat=True)),
        title=f"夜间核对发现 {len(broken)} 处数据不符",
        body="；".join(f"{sentence}：{found[0]}" for sentence, found in broken.items())[:900]
        + "。请转给系统维护人员查明原因。",
    )
