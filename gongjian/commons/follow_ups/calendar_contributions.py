"""Days by which a unit's matters are due, in its calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gongjian.commons.agendas.calendar_shelf import (
    MOST_EVENTS,
    CalendarEvent,
    CalendarSource,
    calendar_sources,
)
from gongjian.commons.follow_ups.enums import IN_UNITS_HANDS
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.kernel.actor import Actor


def due_days(actor: Actor, first: date, last: date) -> Sequence[CalendarEvent]:
    """What the post's own unit has in hand; done matters leave the calendar."""
    found = FollowUp.objects.filter(
        unit_id=actor.unit_id or 0,
        state__in=IN_UNITS_HANDS,
        due_on__gte=first,
        due_on__lte=last,
    ).order_by("due_on", "pk")
    return [
        CalendarEvent(
            id=item.pk,
            title=f"办理时限：{item.title}",
            starts=item.due_on,
            ends=item.due_on,
            url=item.get_absolute_url(),
            note=item.get_kind_display(),
        )
        for item in found[:MOST_EVENTS]
    ]


calendar_sources.register(CalendarSource("follow_ups.due", "督办事项", due_days, order=30))
