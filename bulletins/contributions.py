"""What the bulletins put on the shelves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
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
from bulletins.queries import tally
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.shelf import FollowUpSource, follow_up_sources
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


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Commissions, pieces sent back, and what waits at the desk or for a review."""
    todos: list[Todo] = []
    writes = actor.may(WRITE_DISPATCH)
    tasks, returned, copies, sent, issues = yield [
        _tasks_of(actor) if writes else None,
        _returned_to(actor) if writes else None,
        _copies_of(actor) if writes and actor.may(WRITE_CASE) else None,
        Dispatch.objects.filter(state=DispatchState.SENT) if actor.may(EDIT_DISPATCH) else None,
        _issues_for(actor),
    ]
    if writes:
        todos += _writers(tasks, returned, copies)
    if sent:
        todos.append(
            Todo(
                title=f"处理 {sent.count} 篇来稿",
                url=f"{reverse('bulletins:desk')}",
                tone="info",
                icon="news",
            )
        )
    todos += _reviewers(issues)
    return todos


def _tasks_of(actor: Actor) -> QuerySet[CommissionTask]:
    states = [CommissionState.ASKED, CommissionState.ACCEPTED]
    tasks = CommissionTask.objects.filter(unit=actor.unit_id, state__in=states)
    return tasks.select_related("commission")[:5]


def _returned_to(actor: Actor) -> QuerySet[Dispatch]:
    own = Dispatch.objects.filter(unit=actor.unit_id, state=DispatchState.RETURNED)
    return own.order_by("-pk")[:5]


def _copies_of(actor: Actor) -> QuerySet[CaseCopy]:
    proposed = CaseCopy.objects.filter(unit=actor.unit_id, state=CopyState.PROPOSED)
    return proposed.select_related("case")[:3]


def _writers(tasks: Answer, returned: Answer, copies: Answer) -> list[Todo]:
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
        for row in returned
    ]
    todos += [
        Todo(
            title=f"确认是否复制推广：{copy.case.title}",
            url=copy.case.get_absolute_url(),
            icon="star",
        )
        for copy in copies
    ]
    return todos


def _issues_for(actor: Actor) -> QuerySet[Issue] | None:
    states = [IssueState.FIRST, IssueState.SECOND, IssueState.FINAL]
    wanted = states if actor.may(REVIEW_ISSUE) else []
    if actor.may(SIGN_ISSUE):
        wanted = [*wanted, IssueState.SIGNING]
    if not wanted:
        return None
    return Issue.objects.filter(state__in=wanted).select_related("series")[:5]


def _reviewers(issues: Answer) -> list[Todo]:
    # Whoever reviewed it in this round already is not asked again.
    return [
        Todo(
            title=f"{issue.get_state_display().removeprefix('待')}简报：{issue}",
            url=issue.get_absolute_url(),
            tone="warn",
            icon="notebook",
        )
        for issue in issues
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
