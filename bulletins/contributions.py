"""What the bulletins put on the shelves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from bulletins.authority import (
    EDIT_DISPATCH,
    READ_ISSUE,
    REVIEW_ISSUE,
    SIGN_ISSUE,
    VIEW_CASE,
    VIEW_DISPATCH,
    WRITE_CASE,
    WRITE_DISPATCH,
)
from bulletins.enums import CommissionState, CopyState, DispatchState, IssueState
from bulletins.models import CaseCopy, CommissionTask, Dispatch, Instruction, Issue
from bulletins.queries import tally, with_unit
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.shelf import FollowUpSource, follow_up_sources
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)

_GROUP = "七项机制"
for _key, _label, _url, _icon, _permission, _order in (
    ("bulletins.dispatches", "信息稿件", "bulletins:dispatch_list", "news", VIEW_DISPATCH, 40),
    ("bulletins.issues", "工运简报", "bulletins:issue_list", "notebook", READ_ISSUE, 41),
    ("bulletins.cases", "典型案例", "bulletins:case_list", "star", VIEW_CASE, 42),
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


def find_todos(actor: Actor) -> Sequence[Todo]:
    """Commissions, pieces sent back, and what waits at the desk or for a review."""
    todos: list[Todo] = []
    if actor.may(WRITE_DISPATCH):
        todos += _writers(actor)
    if actor.may(EDIT_DISPATCH) and (
        count := Dispatch.objects.filter(state=DispatchState.SENT).count()
    ):
        todos.append(
            Todo(
                title=f"处理 {count} 篇来稿",
                url=f"{reverse('bulletins:desk')}",
                tone="info",
                icon="news",
            )
        )
    todos += _reviewers(actor)
    return todos


def _writers(actor: Actor) -> list[Todo]:
    tasks = CommissionTask.objects.filter(
        unit=actor.unit_id, state__in=[CommissionState.ASKED, CommissionState.ACCEPTED]
    ).select_related("commission")[:5]
    todos = [
        Todo(
            title=f"约稿：{task.commission.topic}",
            url=task.commission.get_absolute_url(),
            due_on=task.commission.due_on,
            tone="bad" if task.commission.due_on < today() else "info",
            icon="pencil",
        )
        for task in tasks
    ]
    todos += [
        Todo(
            title=f"修改稿件：{row.title}",
            url=row.get_absolute_url(),
            note=row.remark[:40],
            tone="warn",
            icon="arrow-back-up",
        )
        for row in with_unit(Dispatch.objects.all(), actor.unit_id)
        if row.state == DispatchState.RETURNED
    ]
    if actor.may(WRITE_CASE):
        todos += [
            Todo(
                title=f"确认是否复制推广：{copy.case.title}",
                url=copy.case.get_absolute_url(),
                icon="star",
            )
            for copy in CaseCopy.objects.filter(
                unit=actor.unit_id, state=CopyState.PROPOSED
            ).select_related("case")[:3]
        ]
    return todos


def _reviewers(actor: Actor) -> list[Todo]:
    states = [IssueState.FIRST, IssueState.SECOND, IssueState.FINAL]
    wanted = states if actor.may(REVIEW_ISSUE) else []
    if actor.may(SIGN_ISSUE):
        wanted = [*wanted, IssueState.SIGNING]
    if not wanted:
        return []
    issues = Issue.objects.filter(state__in=wanted).select_related("series")
    # Whoever reviewed it in this round already is not asked again.
    return [
        Todo(
            title=f"{issue.get_state_display().removeprefix('待')}简报：{issue}",
            url=issue.get_absolute_url(),
            tone="warn",
            icon="notebook",
        )
        for issue in issues[:5]
    ]


todo_sources.register(TodoSource("bulletins", "信息交流", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """What became of the year's pieces, without any ranking."""
    counted = tally(Dispatch.objects.within(actor.scope(VIEW_DISPATCH)), today().year)
    return {"tally": counted} if counted.sent else None


dashboard_cards.register(
    DashboardCard(
        key="bulletins.tally",
        title="信息稿件",
        template="bulletins/_card.html",
        build=build_card,
        permission=VIEW_DISPATCH,
        order=70,
        width="third",
        icon="news",
    )
)


def follow_up_changed(follow_up: FollowUp) -> None:
    """Keep the state of the follow-up beside the instruction it came from."""
    Instruction.objects.filter(pk=follow_up.source_id or 0).update(
        outcome=follow_up.get_state_display()
    )


follow_up_sources.register(
    FollowUpSource(
        key="bulletins.instruction",
        label="领导批示",
        url=lambda pk: reverse("bulletins:fact", args=["instruction", pk]),
        changed=follow_up_changed,
    )
)
