"""What the publicity puts on the shelves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

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
from publicity.authority import (
    READ_REVIEW,
    VERIFY_PLACEMENT,
    VIEW_CAMPAIGN,
    VIEW_PLACEMENT,
    WRITE_PLACEMENT,
)
from publicity.enums import PlacementState
from publicity.models import Placement
from publicity.queries import gaps, readable_by

_GROUP = "七项机制"
for _key, _label, _url, _icon, _permission, _order in (
    ("publicity.placements", "宣传刊播", "publicity:placement_list", "news", VIEW_PLACEMENT, 60),
    (
        "publicity.campaigns",
        "宣传策划",
        "publicity:campaign_list",
        "speakerphone",
        VIEW_CAMPAIGN,
        61,
    ),
    ("publicity.reviews", "剪报", "publicity:pressreview_list", "notebook", READ_REVIEW, 62),
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
    """Entries sent back, planned reports still missing, and what waits for the office."""
    unit, writes = actor.unit_id or 0, actor.may(WRITE_PLACEMENT)
    sent_back = Placement.objects.filter(unit=unit, state=PlacementState.RETURNED)
    planned = gaps().filter(unit=unit).select_related("campaign")
    returned, missing, filed = yield [
        sent_back[:5] if writes else None,
        planned[:5] if writes else None,
        Placement.objects.filter(state=PlacementState.FILED)
        if actor.may(VERIFY_PLACEMENT)
        else None,
    ]
    todos = [
        Todo(
            title=f"补充宣传刊播：{row.title}",
            url=row.get_absolute_url(),
            note=row.remark[:40],
            tone="warn",
            icon="arrow-back-up",
        )
        for row in returned
    ]
    todos += [
        Todo(
            title=f"宣传任务：{row.topic}",
            url=row.get_absolute_url(),
            due_on=row.due_on,
            tone="bad" if row.due_on < today() else "info",
            icon="speakerphone",
        )
        for row in missing
    ]
    if filed:
        todos.append(
            Todo(
                title=f"核实 {filed.count} 篇宣传刊播",
                url=f"{reverse('publicity:placement_list')}?state=filed",
                icon="news",
            )
        )
    return todos


todo_sources.register(TodoSource("publicity", "舆论宣传", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """The year's reports within reach: numbers of work done, never clicks or likes."""
    tally = (
        Placement.objects.filter(
            pk__in=readable_by(actor).values("pk"), published_on__year=today().year
        )
        .order_by()
        .aggregate(
            verified=Count("pk", filter=Q(state=PlacementState.VERIFIED)),
            waiting=Count("pk", filter=Q(state=PlacementState.FILED)),
            above=Count(
                "pk",
                filter=Q(state=PlacementState.VERIFIED, outlet__level__in=["province", "national"]),
            ),
        )
    )
    if not tally["verified"] and not tally["waiting"]:
        return None
    return {"tally": tally}


dashboard_cards.register(
    DashboardCard(
        key="publicity.tally",
        title="舆论宣传",
        template="publicity/_card.html",
        build=build_card,
        permission=VIEW_PLACEMENT,
        order=75,
        width="third",
        icon="speakerphone",
    )
)
