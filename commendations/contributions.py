"""What the commendations put on the shelves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from commendations.queries import nominations_for, waits_for
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


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Material sent back, recommendations to sign, to check and to decide, objections."""
    of_unit = Nomination.objects.filter(unit=actor.unit_id)
    sent = nominations_for(actor).filter(
        state=NominationState.SENT, category__programme__state=ProgrammeState.OPEN
    )
    checks = actor.may(CHECK_NOMINATION)
    recommended = Nomination.objects.filter(state=NominationState.RECOMMENDED)
    ended = Programme.objects.filter(state=ProgrammeState.NOTICE, notice_until__lt=today())
    returned, to_sign, to_check, objections, to_decide = yield [
        of_unit.filter(state=NominationState.RETURNED).select_related("unit")[:3]
        if actor.may(WRITE_NOMINATION)
        else None,
        sent.order_by("pk")[:20] if actor.may(RECOMMEND) else None,
        recommended.select_related("category__programme") if checks else None,
        Objection.objects.filter(is_upheld=None) if checks else None,
        ended[:3] if actor.may(DECIDE_PROGRAMME) else None,
    ]
    todos = [
        Todo(
            title=f"修改推荐材料：{row}",
            url=row.get_absolute_url(),
            note=row.remark[:40],
            tone="warn",
            icon="arrow-back-up",
        )
        for row in returned
    ]
    todos += _to_sign(actor, to_sign)
    if to_check:
        todos.append(
            Todo(
                title=f"审查 {to_check.count} 个推荐对象",
                url=next(iter(to_check)).category.programme.get_absolute_url(),
                icon="award",
            )
        )
    if objections:
        todos.append(
            Todo(
                title=f"核实 {objections.count} 项公示异议",
                url=reverse("commendations:programme_list"),
                tone="bad",
                icon="alert-circle",
            )
        )
    todos += [
        Todo(
            title=f"审定名单：{programme}",
            url=programme.get_absolute_url(),
            tone="warn",
            icon="gavel",
        )
        for programme in to_decide
    ]
    return todos


def _to_sign(actor: Actor, rows: Iterable[Nomination]) -> list[Todo]:
    """Those whose chain of opinions has come to this unit."""
    held = list(rows)
    turns = waits_for(held) if held else {}
    mine = [row for row in held if turns.get(row.pk) == actor.unit_id]
    return [
        Todo(
            title=f"审核推荐：{row}（{row.category}）",
            url=row.get_absolute_url(),
            due_on=row.category.programme.closes_on,
            icon="award",
        )
        for row in mine[:5]
    ]


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
