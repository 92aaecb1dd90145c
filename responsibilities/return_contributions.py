"""What returns put on the shelves of the screen, for the unit that files and the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from responsibilities.authority import FILL_RETURN, OPEN_QUARTER, SUBMIT_RETURN
from responsibilities.enums import ReturnState
from responsibilities.models import Obligation
from responsibilities.queries.locks import lock_reason
from responsibilities.queries.returns import chosen_period
from responsibilities.sheet import build_sheet


def _owed(actor: Actor) -> TenantQuerySet[Obligation]:
    """What the actor's own unit still has to hand in, or to correct."""
    if actor.unit_id is None or not actor.may(FILL_RETURN):
        return Obligation.objects.get_queryset().none()
    return (
        Obligation.objects.get_queryset()
        .filter(unit_id=actor.unit_id, is_exempt=False)
        .exclude(returns__state__in=[ReturnState.SUBMITTED, ReturnState.ACCEPTED])
    )


navigation.register(
    NavigationEntry(
        key="responsibilities.my_returns",
        label="季报填报",
        group="工作",
        url_name="responsibilities:my_returns",
        icon="clipboard-text",
        permission=FILL_RETURN,
        order=5,
        waiting=_owed,
        waiting_word="待办",
        in_tabs=True,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.year",
        label="年度安排",
        group="七项机制",
        url_name="responsibilities:year",
        icon="calendar-event",
        permission=OPEN_QUARTER,
        order=14,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.open_quarter",
        label="开启填报",
        group="七项机制",
        url_name="responsibilities:open_quarter",
        icon="calendar-plus",
        permission=OPEN_QUARTER,
        order=15,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.forms",
        label="报表格式",
        group="七项机制",
        url_name="responsibilities:returnform_list",
        icon="forms",
        permission=OPEN_QUARTER,
        order=16,
    )
)


@once_a_page
def owed_by(actor: Actor) -> list[Obligation]:
    """The first few of them, with what a line of the desk says."""
    owed = _owed(actor).select_related("period", "unit", "form").prefetch_related("returns")
    return list(owed.order_by("due_on", "pk")[:5])


def filing_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """A return to file or to correct, with the days that are left."""
    todos = []
    (owed,) = yield [_owed(actor)]
    for obligation in owed_by(actor) if owed else []:
        held = next(iter(obligation.returns.all()), None)
        sent_back = held is not None and held.state == ReturnState.SENT_BACK
        late = obligation.deadline_moment <= timezone.now()
        shut = lock_reason(obligation)
        todos.append(
            Todo(
                title=f"{obligation.period}报表" + ("被退回，请补正" if sent_back else "待填报"),
                url=reverse("responsibilities:return_fill", args=[obligation.pk]),
                note="已封表，请向直接上级申请延期。"
                if shut
                else "已超过截止日期，请尽快报送。"
                if late
                else "",
                due_on=obligation.deadline,
                tone="bad" if sent_back or late else "warn",
                icon="arrow-back-up" if sent_back else "clipboard-text",
            )
        )
    return todos


todo_sources.register(TodoSource("responsibilities.filing", "季报填报", filing_todos))


def own_return(actor: Actor) -> Mapping[str, Any] | None:
    """The unit's current return at a glance: how full it is and how long it has."""
    period = chosen_period(None)
    if period is None or actor.unit_id is None:
        return None
    obligation = (
        Obligation.objects.filter(unit_id=actor.unit_id, period=period)
        .select_related("unit", "period", "form")
        .first()
    )
    if obligation is None:
        return None
    held = obligation.returns.first()
    if held is not None:
        held.unit, held.period = obligation.unit, obligation.period
    days = working_days_until(today(), obligation.deadline, corrections())
    return {
        "obligation": obligation,
        "held": held,
        "sheet": build_sheet(obligation, held),
        "days": days,
        "late_days": -days,
    }


dashboard_cards.register(
    DashboardCard(
        key="responsibilities.own_return",
        title="本期报表",
        template="responsibilities/_card_own_return.html",
        build=own_return,
        permission=SUBMIT_RETURN,
        order=2,
        icon="clipboard-text",
    )
)
