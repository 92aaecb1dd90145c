"""What the seminars put on the shelves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from gongjian.commons.rolls.shelf import RollSubject, roll_subjects
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Answer, Asking
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from seminars.authority import (
    ANSWER_SEMINAR,
    CONFIRM_UPTAKE,
    DECIDE_TOPIC,
    JUDGE_PAPER,
    MANAGE_CALL,
    VIEW_CALL,
    VIEW_PAPER,
    VIEW_SEMINAR,
    VIEW_TOPIC,
    WRITE_PAPER,
)
from seminars.enums import (
    AssignmentState,
    CallState,
    PaperState,
    ReplyKind,
    SeminarState,
    TopicState,
    UptakeState,
)
from seminars.models import (
    Call,
    Invitation,
    Objection,
    Paper,
    ReviewAssignment,
    StudyTopic,
    Uptake,
)

_GROUP = "七项机制"
for _key, _label, _url, _icon, _permission, _order in (
    ("seminars.topics", "研究课题", "seminars:topic_list", "school", VIEW_TOPIC, 20),
    ("seminars.calls", "研讨征文", "seminars:call_list", "writing", VIEW_CALL, 21),
    ("seminars.events", "研讨会", "seminars:seminar_list", "presentation", VIEW_SEMINAR, 22),
    ("seminars.uptakes", "成果转化", "seminars:uptake_list", "bulb", VIEW_PAPER, 23),
    ("seminars.reviews", "论文评审", "seminars:review_list", "checklist", JUDGE_PAPER, 24),
):
    navigation.register(
        NavigationEntry(
            key=_key,
            label=_label,
            group=_GROUP,
            url_name=_url,
            icon=_icon,
            permission=_permission,
            order=_order,
        )
    )


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """What judges, writers and the office have to do."""
    unit = actor.unit_id
    writes, manages = actor.may(WRITE_PAPER), actor.may(MANAGE_CALL) or actor.may(DECIDE_TOPIC)
    asked = ReviewAssignment.objects.filter(
        expert__post=actor.post_id or 0,
        state=AssignmentState.ASKED,
        paper__call__state=CallState.REVIEWING,
    )
    invited = Invitation.objects.filter(
        unit=unit, reply=ReplyKind.WAITING, seminar__state=SeminarState.INVITED
    )
    told = Uptake.objects.filter(unit=unit, state=UptakeState.TOLD).select_related("paper")
    topics = StudyTopic.objects.filter(state__in=[TopicState.APPLIED, TopicState.FINISHING])
    overdue = Call.objects.filter(state=CallState.OPEN, closes_on__lt=today())
    raised = Objection.objects.filter(is_upheld=None).select_related("award__call")
    judging, returned, invitations, uptakes, waiting, calls, objections = yield [
        asked if actor.may(JUDGE_PAPER) else None,
        Paper.objects.filter(unit=unit, state=PaperState.RETURNED)[:3] if writes else None,
        invited.select_related("seminar")[:3] if writes and actor.may(ANSWER_SEMINAR) else None,
        told[:3] if writes and actor.may(CONFIRM_UPTAKE) else None,
        topics if manages else None,
        overdue[:2] if manages else None,
        raised if manages else None,
    ]
    return [
        *_judge(judging.count),
        *_writers(returned, invitations, uptakes),
        *_office(waiting.count, calls, objections),
    ]


def _judge(many: int) -> list[Todo]:
    if not many:
        return []
    return [
        Todo(
            title=f"评审 {many} 篇论文",
            url=reverse("seminars:review_list"),
            tone="warn",
            icon="checklist",
        )
    ]


def _writers(
    returned: Iterable[Paper], invitations: Iterable[Invitation], uptakes: Iterable[Uptake]
) -> list[Todo]:
    todos = [
        Todo(
            title=f"修改论文：{paper.title}",
            url=paper.get_absolute_url(),
            note=paper.remark[:40],
            tone="warn",
            icon="arrow-back-up",
        )
        for paper in returned
    ]
    todos += [
        Todo(
            title=f"回复研讨会：{row.seminar.title}",
            url=row.seminar.get_absolute_url(),
            due_on=row.seminar.starts_at.date(),
            icon="presentation",
        )
        for row in invitations
    ]
    todos += [
        Todo(title=f"确认是否采纳：{row.paper.title}", url=row.get_absolute_url(), icon="bulb")
        for row in uptakes
    ]
    return todos


def _office(waiting: int, calls: Iterable[Call], objections: Answer) -> list[Todo]:
    todos: list[Todo] = []
    if waiting:
        todos.append(
            Todo(
                title=f"办理 {waiting} 个课题申报或结题",
                url=reverse("seminars:topic_list"),
                icon="school",
            )
        )
    todos += [
        Todo(
            title=f"已过截稿日期，请截稿：{call}",
            url=call.get_absolute_url(),
            due_on=call.closes_on,
            tone="warn",
            icon="writing",
        )
        for call in calls
    ]
    if objections:
        todos.append(
            Todo(
                title=f"处理 {objections.count} 项评奖异议",
                url=next(iter(objections)).award.call.get_absolute_url(),
                tone="bad",
                icon="alert-circle",
            )
        )
    return todos


todo_sources.register(TodoSource("seminars", "研讨会", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """The running call, as far as the reader may know it."""
    call = (
        Call.objects.exclude(state__in=[CallState.DRAFT, CallState.AWARDED]).order_by("-pk").first()
    )
    if call is None:
        return None
    handed_in = Paper.objects.filter(call=call).exclude(
        state__in=[PaperState.DRAFT, PaperState.WITHDRAWN]
    )
    return {
        "call": call,
        "papers": handed_in.count() if actor.may(MANAGE_CALL) else None,
        "mine": handed_in.filter(unit=actor.unit_id).count(),
        "quota": call.unit_quota,
    }


dashboard_cards.register(
    DashboardCard(
        key="seminars.call",
        title="研讨征文",
        template="seminars/_card.html",
        build=build_card,
        permission=VIEW_CALL,
        order=75,
        width="third",
        icon="writing",
    )
)

roll_subjects.register(
    RollSubject("seminars.seminar", lambda pk: reverse("seminars:seminar_detail", args=[pk]))
)
