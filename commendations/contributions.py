"""What the commendations put on the shelves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from commendations.authority import (
    CHECK_NOMINATION,
    DECIDE_PROGRAMME,
    RECOMMEND,
    VIEW_PROGRAMME,
    WRITE_NOMINATION,
)
from commendations.enums import COUNTED, NominationState, ProgrammeState
from commendations.models import Nomination, Objection, Programme, Quota
from commendations.queries import missing_opinions, nominations_for, quota_over
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

navigation.register(
    NavigationEntry(
        key="commendations.programmes",
        label="评先表彰",
        group="考核表彰",
        url_name="commendations:programme_list",
        icon="award",
        permission=VIEW_PROGRAMME,
        order=55,
    )
)


def find_todos(actor: Actor) -> Sequence[Todo]:
    todos: list[Todo] = []
    if actor.may(WRITE_NOMINATION):
        todos += _returned(actor)
    if actor.may(RECOMMEND):
        todos += _to_sign(actor)
    if actor.may(CHECK_NOMINATION):
        todos += _office()
    if actor.may(DECIDE_PROGRAMME):
        todos += [
            Todo(
                title=f"审定名单：{programme}",
                url=programme.get_absolute_url(),
                tone="warn",
                icon="gavel",
            )
            for programme in Programme.objects.filter(
                state=ProgrammeState.NOTICE, notice_until__lt=today()
            )[:3]
        ]
    return todos


def _returned(actor: Actor) -> list[Todo]:
    return [
        Todo(
            title=f"修改推荐材料：{row}",
            url=row.get_absolute_url(),
            note=row.remark[:40],
            tone="warn",
            icon="arrow-back-up",
        )
        for row in Nomination.objects.filter(
            unit=actor.unit_id, state=NominationState.RETURNED
        ).select_related("unit")[:3]
    ]


def _to_sign(actor: Actor) -> list[Todo]:
    rows = (
        nominations_for(actor)
        .filter(state=NominationState.SENT, category__programme__state=ProgrammeState.OPEN)
        .order_by("pk")[:20]
    )
    mine = []
    for row in rows:
        quota = quota_over(row)
        missing = missing_opinions(row, quota) if quota else []
        if missing and missing[0].pk == actor.unit_id:
            mine.append(row)
    return [
        Todo(
            title=f"审核推荐：{row}（{row.category}）",
            url=row.get_absolute_url(),
            due_on=row.category.programme.closes_on,
            icon="award",
        )
        for row in mine[:5]
    ]


def _office() -> list[Todo]:
    todos = []
    if many := Nomination.objects.filter(state=NominationState.RECOMMENDED).count():
        first = Programme.objects.filter(
            categories__nominations__state=NominationState.RECOMMENDED
        ).first()
        if first is not None:
            todos.append(
                Todo(
                    title=f"审查 {many} 个推荐对象",
                    url=first.get_absolute_url(),
                    icon="award",
                )
            )
    if many := Objection.objects.filter(is_upheld=None).count():
        todos.append(
            Todo(
                title=f"核实 {many} 项公示异议",
                url=reverse("commendations:programme_list"),
                tone="bad",
                icon="alert-circle",
            )
        )
    return todos


todo_sources.register(TodoSource("commendations", "评先表彰", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """The running programme: how many of the own quota are used."""
    programme = (
        Programme.objects.exclude(state__in=[ProgrammeState.DRAFT, ProgrammeState.DECIDED])
        .order_by("-pk")
        .first()
    )
    if programme is None:
        return None
    quotas = list(
        Quota.objects.filter(category__programme=programme, unit=actor.unit_id).select_related(
            "category"
        )
    )
    used = Nomination.objects.filter(
        category__programme=programme, recommender=actor.unit_id, state__in=COUNTED
    ).count()
    return {
        "programme": programme,
        "places": sum(quota.places for quota in quotas),
        "used": used,
        "total": Nomination.objects.filter(category__programme=programme, state__in=COUNTED).count()
        if actor.may(CHECK_NOMINATION)
        else None,
    }


dashboard_cards.register(
    DashboardCard(
        key="commendations.programme",
        title="评先表彰",
        template="commendations/_card.html",
        build=build_card,
        permission=VIEW_PROGRAMME,
        order=80,
        width="third",
        icon="award",
    )
)
