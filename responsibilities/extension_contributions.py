"""What extensions and the list of what is owed put on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.web.shelves import (
    NavigationEntry,
    Todo,
    TodoSource,
    navigation,
    todo_sources,
)
from responsibilities.authority import VIEW_RETURN, VIEW_ROLLUP
from responsibilities.queries.duties import asked_for

navigation.register(
    NavigationEntry(
        key="responsibilities.duties",
        label="应报清单",
        group="工作",
        url_name="responsibilities:duty_list",
        icon="list-check",
        permission=VIEW_ROLLUP,
        order=8,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.extensions",
        label="延期申请",
        group="工作",
        url_name="responsibilities:extensionrequest_list",
        icon="clock-plus",
        permission=VIEW_RETURN,
        order=31,
    )
)


def extension_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Requests that wait for this post, as one line."""
    (asked,) = yield [asked_for(actor)[:100]]
    if not asked:
        return []
    waiting = list(asked)
    first = waiting[0]
    if len(waiting) == 1:
        title, url = f"审批{first.unit.name}的延期申请", first.get_absolute_url()
    else:
        title = f"审批 {len(waiting)} 份延期申请"
        url = reverse("responsibilities:extensionrequest_list")
    return [
        Todo(
            title=title,
            url=url,
            note=first.reason if len(waiting) == 1 else "可逐份审批，也可批量审批。",
            due_on=first.due_before,
            tone="warn",
            icon="clock-plus",
        )
    ]


todo_sources.register(TodoSource("responsibilities.extensions", "延期申请", extension_todos))
