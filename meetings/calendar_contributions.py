"""Sittings in the calendars of those who convene, and of those who are called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from gongjian.commons.agendas.calendar_shelf import (
    MOST_EVENTS,
    CalendarEvent,
    CalendarSource,
    calendar_sources,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI
from meetings.enums import MeetingState
from meetings.models import Invitation, Meeting


def sittings(actor: Actor, first: date, last: date) -> Sequence[CalendarEvent]:
    """Of the post's own unit; a plan that nobody was told of is the convener's alone."""
    own = actor.unit_id or 0
    called = Invitation.objects.filter(unit_id=own).values("meeting_id")
    begin = datetime.combine(first, time.min, SHANGHAI)
    found = (
        Meeting.objects.filter(Q(unit_id=own) | Q(pk__in=called))
        .filter(ends_at__gte=begin, starts_at__lt=begin + timedelta(days=(last - first).days + 1))
        .select_related("series")
        .order_by("starts_at")
    )
    return [
        CalendarEvent(
            id=meeting.pk,
            title=str(meeting),
            starts=meeting.starts_at,
            ends=meeting.ends_at,
            url=meeting.get_absolute_url(),
            place=meeting.place,
            note=f"主持：{meeting.host}",
            is_cancelled=meeting.state == MeetingState.CANCELLED,
        )
        for meeting in found[:MOST_EVENTS]
    ]


calendar_sources.register(CalendarSource("meetings.sittings", "联席会议", sittings, order=10))
