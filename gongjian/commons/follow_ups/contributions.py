"""What follow-ups put on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from gongjian.commons.follow_ups.authority import (
    DECIDE_EXTENSION,
    HANDLE_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.queries import (
    extensions_asked,
    look_backs_due,
    matters_of,
    statistics,
    waiting_for_verification,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)

#: To-dos of one source on the desk; the list holds them all.
MOST_TODOS = 5

navigation.register(
    NavigationEntry(
        key="follow_ups.mine",
        label="我的督办",
        group="工作",
        url_name="follow_ups:my_matters",
        icon="flag",
        permission=HANDLE_FOLLOW_UP,
        order=30,
    )
)
navigation.register(
    NavigationEntry(
        key="follow_ups.list",
        label="督办事项",
        group="工作",
        url_name="follow_ups:followup_list",
        icon="list-check",
        permission=VIEW_FOLLOW_UP,
        order=31,
    )
)


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Matters to sign for and to finish, reports to verify, extensions to decide."""
    asked = extensions_asked(actor.scope(DECIDE_EXTENSION)).select_related("follow_up")
    matters, reported, extensions, cleared = yield [
        matters_of(actor)[:MOST_TODOS] if actor.may(HANDLE_FOLLOW_UP) else None,
        waiting_for_verification(actor),
        asked[:MOST_TODOS],
        look_backs_due(actor),
    ]
    todos = [_own_todo(item) for item in matters]
    if count := reported.count:
        todos.append(
            Todo(
                title=f"核验 {count} 件办结申请",
                url=f"{reverse('follow_ups:followup_list')}?state={FollowUpState.REPORTED}",
                tone="warn",
                icon="flag-check",
            )
        )
    todos += [
        Todo(
            title=f"批复延期：{extension.follow_up.title}",
            url=reverse("follow_ups:extension_decide", args=[extension.follow_up_id]),
            due_on=extension.due_before,
            tone="warn",
            icon="clock",
        )
        for extension in extensions
    ]
    if count := cleared.count:
        todos.append(
            Todo(
                title=f"{count} 件已销号事项该回头看",
                url=f"{reverse('follow_ups:followup_list')}?mark=look_back",
                icon="eye-check",
            )
        )
    return todos


def _own_todo(item: FollowUp) -> Todo:
    act = {FollowUpState.ISSUED: "签收", FollowUpState.RETURNED: "退办后重新办理"}.get(
        FollowUpState(item.state), "办理"
    )
    return Todo(
        title=f"{act}：{item.title}",
        url=item.get_absolute_url(),
        note=item.giver.name,
        due_on=item.due_on,
        tone="bad" if item.due_on < today() else "info",
        icon="flag",
    )


todo_sources.register(TodoSource("follow_ups", "督办事项", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """Where the matters of the reach stand."""
    figures = statistics(FollowUp.objects.within(actor.scope(VIEW_FOLLOW_UP)))
    return {"figures": figures} if figures.given else None


dashboard_cards.register(
    DashboardCard(
        key="follow_ups.state",
        title="督办事项",
        template="follow_ups/_card.html",
        build=build_card,
        permission=VIEW_FOLLOW_UP,
        order=60,
        width="third",
        icon="flag",
    )
)
