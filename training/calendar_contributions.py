"""Classes in the calendars of the organizer, and of units that send somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from gongjian.commons.agendas.calendar_shelf import (
    MOST_EVENTS,
    CalendarEvent,
    CalendarSource,
    calendar_sources,
)
from gongjian.foundation.kernel.actor import Actor
from training.enums import ClassState, EnrolmentState
from training.models import Enrolment, TrainingClass


def classes(actor: Actor, first: date, last: date) -> Sequence[CalendarEvent]:
    own = actor.unit_id or 0
    sent = Enrolment.objects.filter(
        unit_id=own, state__in=[EnrolmentState.BOOKED, EnrolmentState.COMPLETED]
    ).values("training_class_id")
    found = (
        TrainingClass.objects.filter(Q(unit_id=own) | Q(pk__in=sent))
        .filter(ends_on__gte=first, starts_on__lte=last)
        .order_by("starts_on", "pk")
    )
    return [
        CalendarEvent(
            id=item.pk,
            title=f"培训：{item.title}",
            starts=item.starts_on,
            ends=item.ends_on,
            url=item.get_absolute_url(),
            place=item.place,
            is_cancelled=item.state == ClassState.CANCELLED,
        )
        for item in found[:MOST_EVENTS]
    ]


calendar_sources.register(CalendarSource("training.classes", "干部培训", classes, order=20))
