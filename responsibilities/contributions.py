"""What plans and targets put on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.tenancy.together import LookUp
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from orgs.models import Unit
from orgs.queries import (
    open_children,
    own_unit,
    own_unit_ahead,
    root_unit,
    root_unit_ahead,
)
from responsibilities.authority import (
    ACKNOWLEDGE_TARGET,
    ALLOCATE_TARGET,
    APPROVE_PLAN,
    DECIDE_PROPOSAL,
    VIEW_PLAN,
    VIEW_TARGET,
)
from responsibilities.enums import PlanState, TargetState
from responsibilities.models import AnnualPlan, Target
from responsibilities.queries.planning import (
    current_plan,
    current_plan_ahead,
    division_questions,
    open_proposals,
    read_divisions,
)

navigation.register(
    NavigationEntry(
        key="responsibilities.plans",
        label="年度方案",
        group="七项机制",
        url_name="responsibilities:annualplan_list",
        icon="clipboard-text",
        permission=VIEW_PLAN,
        order=10,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.allocation",
        label="分解下达",
        group="七项机制",
        url_name="responsibilities:allocation_overview",
        icon="sitemap",
        permission=ALLOCATE_TARGET,
        order=11,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.tasks",
        label="本单位目标",
        group="七项机制",
        url_name="responsibilities:my_targets",
        icon="target",
        permission=ACKNOWLEDGE_TARGET,
        order=12,
        in_tabs=True,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.targets",
        label="目标任务",
        group="七项机制",
        url_name="responsibilities:target_list",
        icon="list-details",
        permission=VIEW_TARGET,
        order=13,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.indicators",
        label="指标库",
        group="七项机制",
        url_name="responsibilities:indicator_list",
        icon="ruler-measure",
        permission=VIEW_PLAN,
        order=14,
    )
)


def _own_unit(actor: Actor) -> Unit | None:
    """The unit whose values this post divides; the office does it for the whole region."""
    scope = actor.scope(ALLOCATE_TARGET)
    if scope is None:
        return None
    if scope.reach is Reach.TENANT:
        return root_unit()
    return own_unit(actor)


def _waiting_plans(actor: Actor) -> Asking[Sequence[Todo]]:
    if not actor.may(APPROVE_PLAN):
        return []
    drafts = AnnualPlan.objects.filter(state=PlanState.DRAFT, lines__isnull=False).distinct()
    (plans,) = yield [drafts.order_by("-year")]
    return [
        Todo(
            title=f"审定“{plan}”",
            url=plan.get_absolute_url(),
            note="已选定指标，等待领导小组审定。",
            tone="warn",
        )
        for plan in plans
    ]


def _waiting_receipts(actor: Actor) -> Asking[Sequence[Todo]]:
    if not actor.may(ACKNOWLEDGE_TARGET):
        return []
    waiting = Target.objects.filter(
        unit_id=actor.unit_id or 0,
        state=TargetState.ISSUED,
        parent__isnull=False,
        plan__state=PlanState.APPROVED,
    )
    (unsigned,) = yield [waiting.filter(Q(proposed_value__isnull=True) | ~Q(proposal_decision=""))]
    if not unsigned:
        return []
    return [
        Todo(
            title=f"签收 {unsigned.count} 项目标任务",
            url=reverse("responsibilities:my_targets"),
            note="可以一次全部签收；有不同意见的先提出建议。",
            tone="warn",
            icon="target",
        )
    ]


def _needed(actor: Actor) -> list[LookUp]:
    """What the sources below look up first, where this post has any use for it."""
    scope = actor.scope(ALLOCATE_TARGET)
    if scope is None:
        return []
    unit = root_unit_ahead() if scope.reach is Reach.TENANT else own_unit_ahead(actor)
    return [unit, current_plan_ahead()]


def _undivided(actor: Actor) -> Asking[Sequence[Todo]]:
    unit = _own_unit(actor)
    plan = current_plan() if unit is not None else None
    if unit is None or plan is None or plan.state != PlanState.APPROVED or not unit.child_count:
        return []
    *parts, children = yield [*division_questions(plan, unit), open_children(unit)]
    own, sums, lines = parts
    divisions = read_divisions(own, sums, lines, children.count)
    rows = [row for row in divisions if row.target and row.target.is_handed_down]
    open_rows = [row for row in rows if row.indicator.is_divisible]
    missing = sum(1 for row in open_rows if not row.is_settled)
    ready = sum(1 for row in open_rows if row.is_settled and row.issued_count < row.unit_count)
    url = reverse("responsibilities:allocation_overview")
    found = []
    if missing:
        note = "下级合计加机动须等于本级目标。"
        found.append(Todo(f"{missing} 项目标尚未分解到位", url, note, tone="warn", icon="sitemap"))
    if ready:
        note = "已分解到位，可以一次下达。"
        found.append(Todo(f"{ready} 项目标分解后尚未下达", url, note, icon="send"))
    return found


def _proposals(actor: Actor) -> Asking[Sequence[Todo]]:
    # 一级抓一级: only what the units right below ask, even where the office may do more.
    unit = _own_unit(actor) if actor.may(DECIDE_PROPOSAL) else None
    if unit is None:
        return []
    asked = open_proposals().filter(parent__unit=unit).select_related("unit", "indicator")
    (waiting,) = yield [asked.order_by("pk")[:20]]
    return [
        Todo(
            title=f"答复{target.unit}的目标建议",
            url=reverse("responsibilities:target_decide", args=[target.pk]),
            note=f"{target.indicator.name}：{target.proposal_reason}"[:80],
            icon="message-2",
        )
        for target in waiting
    ]


todo_sources.register(TodoSource("responsibilities.plans", "待审定方案", _waiting_plans))
todo_sources.register(TodoSource("responsibilities.receipts", "待签收目标", _waiting_receipts))
todo_sources.register(TodoSource("responsibilities.undivided", "未分解目标", _undivided, _needed))
todo_sources.register(TodoSource("responsibilities.proposals", "待答复建议", _proposals))


def _progress_card(actor: Actor) -> Mapping[str, Any] | None:
    """How far the targets below have come: handed down and acknowledged."""
    plan = current_plan()
    scope = actor.scope(VIEW_TARGET)
    if plan is None or plan.state != PlanState.APPROVED or scope is None:
        return None
    if scope.reach is Reach.OWN:
        return None
    counts = (
        Target.objects.within(scope)
        .filter(plan=plan, parent__isnull=False)
        .aggregate(
            total=Count("pk"),
            issued=Count("pk", filter=~Q(state=TargetState.DRAFT)),
            acknowledged=Count("pk", filter=Q(state=TargetState.ACKNOWLEDGED)),
        )
    )
    if not counts["total"]:
        return None
    return {"plan": plan, "rate": counts["acknowledged"] / counts["total"] * 100, **counts}


dashboard_cards.register(
    DashboardCard(
        key="responsibilities.progress",
        title="目标下达与签收",
        template="responsibilities/_progress_card.html",
        build=_progress_card,
        permission=VIEW_TARGET,
        order=30,
        width="half",
        icon="target",
    )
)
