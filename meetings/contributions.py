"""What meetings put on the shelves: navigation, to-dos, the card, the source of follow-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gongjian.commons.follow_ups.shelf import FollowUpSource, follow_up_sources
from gongjian.commons.rolls.shelf import RollSubject, roll_subjects
from gongjian.foundation.kernel.actor import Actor
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
from meetings.authority import CONVENE_MEETING, TAKE_PART, VIEW_MEETING
from meetings.enums import ItemState, MeetingState
from meetings.models import AgendaItem
from meetings.queries import readable_by, receipts_owed, replies_owed

MOST_TODOS = 5

navigation.register(
    NavigationEntry(
        key="meetings.list",
        label="联席会议",
        group="七项机制",
        url_name="meetings:meeting_list",
        icon="users-group",
        permission=VIEW_MEETING,
        order=20,
    )
)


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Notices to answer, minutes to sign for, proposals to vet."""
    takes_part = actor.may(TAKE_PART)
    replies, receipts, proposed = yield [
        replies_owed(actor)[:MOST_TODOS] if takes_part else None,
        receipts_owed(actor)[:MOST_TODOS] if takes_part else None,
        AgendaItem.objects.within(actor.scope(CONVENE_MEETING)).filter(
            state=ItemState.PROPOSED,
            meeting__state__in=[MeetingState.PLANNED, MeetingState.CALLING],
        ),
    ]
    todos = [
        Todo(
            title=f"回复会议通知：{called.meeting}",
            url=reverse("meetings:answer", args=[called.pk]),
            note=called.name,
            due_on=timezone.localtime(called.meeting.starts_at).date(),
            icon="mail",
        )
        for called in replies
    ]
    todos += [
        Todo(
            title=f"签收纪要：{copy.meeting}",
            url=copy.meeting.get_absolute_url(),
            icon="file-text",
        )
        for copy in receipts
    ]
    if proposed:
        todos.append(
            Todo(
                title=f"审定 {proposed.count} 项议题",
                url=reverse("meetings:meeting_list"),
                tone="warn",
                icon="list-check",
            )
        )
    return todos


todo_sources.register(TodoSource("meetings", "联席会议", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """The next sitting, and how many were held this year of those that are asked."""
    meetings = readable_by(actor)
    coming = (
        meetings.filter(starts_at__gte=timezone.now())
        .exclude(state=MeetingState.CANCELLED)
        .order_by("starts_at")
        .first()
    )
    held = meetings.filter(
        year=timezone.localtime().year, state__in=[MeetingState.HELD, MeetingState.MINUTED]
    ).count()
    if coming is None and not held:
        return None
    return {"coming": coming, "held": held}


dashboard_cards.register(
    DashboardCard(
        key="meetings.next",
        title="联席会议",
        template="meetings/_card.html",
        build=build_card,
        permission=VIEW_MEETING,
        order=62,
        width="third",
        icon="users-group",
    )
)
follow_up_sources.register(
    FollowUpSource(
        key="meetings.meeting",
        label="联席会议",
        url=lambda pk: reverse("meetings:meeting_detail", args=[pk]),
    )
)
roll_subjects.register(
    RollSubject(
        key="meetings.meeting",
        url=lambda pk: reverse("meetings:meeting_detail", args=[pk]),
    )
)
