"""What classified guidance puts on the shelves, and what a post hands over."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from gongjian.commons.notices.services import notify
from gongjian.commons.notices.shelf import ReminderRule, reminder_rules
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.tenancy.together import LookUp
from gongjian.foundation.web.shelves import (
    NavigationEntry,
    Todo,
    TodoSource,
    navigation,
    todo_sources,
)
from orgs.handover_shelf import HandoverWatcher, handover_watchers
from orgs.models import Handover
from orgs.queries import current_appointments
from responsibilities.authority import (
    APPROVE_GUIDANCE,
    DECIDE_DEVELOPMENT,
    TICK_MEASURE,
    VIEW_GUIDANCE,
    WRITE_DEVELOPMENT,
)
from responsibilities.enums import DevelopmentState, PlanState, WorkPlanState
from responsibilities.models import DevelopmentPlan, WorkPlan
from responsibilities.queries.guidance import overdue_measures
from responsibilities.queries.planning import current_plan, current_plan_ahead
from responsibilities.queries.returns import reviewers_of
from responsibilities.services.development import RULE

HANDOVER_RULE = "responsibilities.handover"

navigation.register(
    NavigationEntry(
        key="responsibilities.my_program",
        label="本单位方案",
        group="工作",
        url_name="responsibilities:my_program",
        icon="notebook",
        permission=WRITE_DEVELOPMENT,
        order=6,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.guidance",
        label="分类方案",
        group="七项机制",
        url_name="responsibilities:workplan_list",
        icon="category",
        permission=VIEW_GUIDANCE,
        order=11,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.development",
        label="发展规划",
        group="七项机制",
        url_name="responsibilities:developmentplan_list",
        icon="route",
        permission=VIEW_GUIDANCE,
        order=14,
    )
)


def _work_plans_to_approve(actor: Actor) -> Asking[Sequence[Todo]]:
    if not actor.may(APPROVE_GUIDANCE):
        return []
    submitted = WorkPlan.objects.filter(state=WorkPlanState.SUBMITTED)
    (waiting,) = yield [submitted.select_related("plan", "category").order_by("pk")[:20]]
    return [
        Todo(
            title=f"审定“{work_plan}”",
            url=work_plan.get_absolute_url(),
            note="措施和权重已齐全，等待领导小组审定。",
            tone="warn",
        )
        for work_plan in waiting
    ]


def _developments_to_read(actor: Actor) -> Asking[Sequence[Todo]]:
    scope = actor.scope(DECIDE_DEVELOPMENT)
    if scope is None:
        return []
    submitted = DevelopmentPlan.objects.within(scope).filter(state=DevelopmentState.SUBMITTED)
    (waiting,) = yield [submitted.select_related("unit").order_by("submitted_at")[:20]]
    return [
        Todo(
            title=f"审阅{development}",
            url=development.get_absolute_url(),
            note=f"报送人：{development.submitted_by}",
            icon="route",
        )
        for development in waiting
    ]


def _developments_sent_back(actor: Actor) -> Asking[Sequence[Todo]]:
    if not actor.may(WRITE_DEVELOPMENT):
        return []
    own = DevelopmentPlan.objects.filter(
        unit_id=actor.unit_id or 0, state=DevelopmentState.SENT_BACK
    )
    (waiting,) = yield [own.select_related("unit").order_by("pk")]
    return [
        Todo(
            title=f"修改{development}",
            url=development.get_absolute_url(),
            note=f"退回意见：{development.opinion}"[:80],
            tone="warn",
            icon="route",
        )
        for development in waiting
    ]


def _needed(actor: Actor) -> list[LookUp]:
    return [current_plan_ahead()] if actor.unit_id and actor.may(TICK_MEASURE) else []


def _measures_overdue(actor: Actor) -> Asking[Sequence[Todo]]:
    if actor.unit_id is None or not actor.may(TICK_MEASURE):
        return []
    plan = current_plan()
    if plan is None or plan.state != PlanState.APPROVED:
        return []
    (found,) = yield [overdue_measures(actor.unit_id, today(), plan)]
    late = list(found)
    if not late:
        return []
    return [
        Todo(
            title=f"{len(late)} 条分类方案措施已到期未登记",
            url=reverse("responsibilities:my_program"),
            note=late[0].text[:60],
            due_on=late[0].due_on,
            tone="warn",
            icon="list-check",
        )
    ]


todo_sources.register(
    TodoSource("responsibilities.work_plans", "待审定分类方案", _work_plans_to_approve)
)
todo_sources.register(
    TodoSource("responsibilities.developments", "待审阅发展规划", _developments_to_read)
)
todo_sources.register(
    TodoSource("responsibilities.developments_back", "退回的发展规划", _developments_sent_back)
)
todo_sources.register(
    TodoSource("responsibilities.measures", "到期未登记措施", _measures_overdue, _needed)
)

#: Told at the moment of the act; these rules only name the notices on the page of rules.
reminder_rules.register(ReminderRule(RULE, "发展规划报送和审阅", lambda day: ()))
reminder_rules.register(ReminderRule(HANDOVER_RULE, "工作交接", lambda day: ()))


# --- handovers ----------------------------------------------------------------------------


def _posts_of(user_ids: Sequence[int]) -> list[int]:
    terms = current_appointments().filter(user_id__in=user_ids)
    return list(terms.values_list("post_id", flat=True))


def _tell_of_handover(handover: Handover, event: str) -> None:
    """Tell both people in whatever posts they hold, and the superior where it matters."""
    people = [handover.outgoing.user_id]
    if handover.incoming is not None:
        people.append(handover.incoming.user_id)
    posts = set(_posts_of(people))
    superiors = set(reviewers_of(handover.unit))
    titles = {
        "opened": f"{handover.post}换人，请办理工作交接",
        "joined": f"{handover.post}的接任者已确定",
        "handed": f"{handover.post}的工作已移交，请逐项接收",
        "received": f"{handover.post}的工作交接已完成",
    }
    if event in {"opened", "received"}:
        posts |= superiors
    incoming = 0 if handover.incoming is None else handover.incoming.pk
    notify(
        rule=HANDOVER_RULE,
        subject=handover,
        stage=f"{event}-{incoming}",
        post_ids=sorted(posts),
        title=titles[event],
        body=f"移交人：{handover.outgoing.user}。",
        url=handover.get_absolute_url(),
    )


handover_watchers.register(HandoverWatcher("responsibilities.notices", _tell_of_handover))
