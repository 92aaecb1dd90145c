"""First steps of a new tenant, ticked by what is there and by nobody's hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.urls import reverse

from gongjian.commons.documents.models import SignOffRoute
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.web.shelves import DashboardCard, dashboard_cards
from orgs.authority import VIEW_UNIT
from orgs.enums import Role
from orgs.models import Appointment, Tenant, Unit
from responsibilities.enums import PlanState, TargetState
from responsibilities.models import AnnualPlan, Obligation, Target


@dataclass(frozen=True, slots=True)
class FirstStep:
    key: str
    words: str
    hint: str
    role: Role
    url_name: str


STEPS = (
    FirstStep(
        "units",
        "导入单位",
        "下载模板，填好一次导入",
        Role.TENANT_ADMINISTRATOR,
        "orgs:unit_import_create",
    ),
    FirstStep(
        "leaders",
        "请办公室和领导到位",
        "在单位页新增职务，任命或发邀请",
        Role.TENANT_ADMINISTRATOR,
        "orgs:unit_tree",
    ),
    FirstStep(
        "secretaries",
        "请基层书记到位",
        "逐个单位设职务、发邀请",
        Role.TENANT_ADMINISTRATOR,
        "orgs:unit_tree",
    ),
    FirstStep(
        "plan",
        "审定年度方案",
        "选指标、定目标，报领导审定",
        Role.OFFICE,
        "responsibilities:annualplan_list",
    ),
    FirstStep(
        "targets",
        "分解并下达目标",
        "合计相符才能下达",
        Role.OFFICE,
        "responsibilities:allocation_overview",
    ),
    FirstStep(
        "quarter",
        "开启第一次填报",
        "确认应报单位和截止时间",
        Role.OFFICE,
        "responsibilities:open_quarter",
    ),
    FirstStep(
        "routes",
        "设好公文签批流程",
        "谁拟稿、谁审核、谁签发",
        Role.OFFICE,
        "documents:route_list",
    ),
)
_ASKED = frozenset(step.role for step in STEPS)


def _held(role: Role) -> QuerySet[Appointment]:
    day = today()
    return Appointment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, post__role=role
    )


def done_steps() -> dict[str, bool]:
    """Which steps are done, by one statement."""
    found = {
        "units": Exists(Unit.objects.exclude(parent=None)),
        "office": Exists(_held(Role.OFFICE)),
        "leader": Exists(_held(Role.LEADER)),
        "secretaries": Exists(_held(Role.SECRETARY)),
        "plan": Exists(AnnualPlan.objects.exclude(state=PlanState.DRAFT)),
        "targets": Exists(Target.objects.exclude(state=TargetState.DRAFT)),
        "quarter": Exists(Obligation.objects.all()),
        "routes": Exists(SignOffRoute.objects.all()),
    }
    row: Any = Tenant.objects.filter(pk=require_tenant_id()).values(**found).get()
    return {**row, "leaders": row["office"] and row["leader"]}


def first_steps(actor: Actor) -> Mapping[str, Any] | None:
    """For the two who do them, until all are done."""
    if actor.role not in _ASKED:
        return None
    done = done_steps()
    if all(done[step.key] for step in STEPS):
        return None
    lines = [
        {
            "words": step.words,
            "hint": step.hint,
            "who": step.role.label,
            "done": done[step.key],
            "url": reverse(step.url_name) if step.role == actor.role else "",
        }
        for step in STEPS
    ]
    return {"steps": lines, "count": sum(line["done"] for line in lines)}


dashboard_cards.register(
    DashboardCard(
        key="operations.first_steps",
        title="启用步骤",
        template="operations/_card_first_steps.html",
        build=first_steps,
        permission=VIEW_UNIT,
        order=5,
        width="half",
        icon="list-check",
    )
)
