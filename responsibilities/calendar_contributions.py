"""Days on which a unit's returns are due, in its calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse

from gongjian.commons.agendas.calendar_shelf import (
    MOST_EVENTS,
    CalendarEvent,
    CalendarSource,
    calendar_sources,
)
from gongjian.foundation.calendar.deadlines import moment_of
from gongjian.foundation.kernel.actor import Actor
from responsibilities.models import Obligation


def returns_due(actor: Actor, first: date, last: date) -> Sequence[CalendarEvent]:
    """What the post's own unit has not handed in; an extension moves the day."""
    found = (
        Obligation.objects.filter(unit_id=actor.unit_id or 0, is_exempt=False)
        .exclude(returns__first_submitted_at__isnull=False)
        .filter(deadline_at__gte=moment_of(first, None) - timedelta(days=1))
        .select_related("period", "form")
        .order_by("deadline_at", "pk")
    )
    return [
        CalendarEvent(
            id=owed.pk,
            title=f"报送时限：{owed.period}",
            starts=owed.deadline,
            ends=owed.deadline,
            url=reverse("responsibilities:return_fill", args=[owed.pk]),
            note=str(owed.form),
        )
        for owed in found[:MOST_EVENTS]
        if first <= owed.deadline <= last
    ]


calendar_sources.register(
    CalendarSource("responsibilities.returns", "季度报表", returns_due, order=40)
)
