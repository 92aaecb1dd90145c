"""Stages of the demo year; each one builds on the one before."""

from __future__ import annotations

import random
from collections.abc import Callable

from django.db import transaction

from gongjian.demo.assessing import assess, commend
from gongjian.demo.bulletins import bulletins_year
from gongjian.demo.commendations import commendations_year
from gongjian.demo.documents import documents_year
from gongjian.demo.feedback import fill_the_box
from gongjian.demo.filing import file_the_quarters, finish_the_quarter
from gongjian.demo.follow_ups import follow_up_matters
from gongjian.demo.inspections import inspect_and_instruct
from gongjian.demo.ledger import ledger_year
from gongjian.demo.meetings import convene
from gongjian.demo.people import build_tenant, open_operator
from gongjian.demo.places import prefecture, small_prefecture
from gongjian.demo.planning import plan_the_year
from gongjian.demo.publicity import publicity_year
from gongjian.demo.seminars import seminars_year
from gongjian.demo.training import train
from gongjian.demo.year import arrange_next_year
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant
from responsibilities.services.rollup import recompute

Say = Callable[[str], object]


def found(say: Say) -> Tenant:
    """Both tenants with their units and people."""
    say("建立示范市和远山市……")
    chance = random.Random(99)  # noqa: S311 -- demo data, the same each time
    with transaction.atomic():
        open_operator()
        tenant = build_tenant(prefecture(), code="9900", mark="示党工组", chance=chance)
        build_tenant(small_prefecture(), code="9800", mark="远党工组", chance=chance)
    return tenant


def file_and_follow_up(tenant: Tenant, say: Say) -> None:
    """The quarters, and what the mechanisms beside them have in hand."""
    file_the_quarters(tenant, say)
    follow_up_matters(tenant)
    arrange_next_year(tenant)
    fill_the_box(tenant)
    convene(tenant)
    bulletins_year(tenant)
    seminars_year(tenant)
    inspect_and_instruct(tenant)
    commendations_year(tenant)
    documents_year(tenant)
    train(tenant)
    publicity_year(tenant)
    ledger_year(tenant)


#: Stage → what brings the tenant there from the stage before.
STAGES: dict[str, Callable[[Tenant, Say], object]] = {
    "planning": plan_the_year,
    "filing": file_and_follow_up,
    "review": finish_the_quarter,
    "assessment": assess,
    "commendation": commend,
}


def build(stage: str, *, say: Say) -> Tenant:
    """Bring the demo to ``stage``, doing only what is still missing."""
    tenant = Tenant.objects.filter(code="9900").first() or found(say)
    for name, advance_to in STAGES.items():
        with tenant_scope(tenant.pk), transaction.atomic():
            advance_to(tenant, say)
            # No worker may be running yet; the first look at the totals is to be right.
            recompute()
        if name == stage:
            break
    return tenant
