"""Reading a calendar: all sources for one post, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from gongjian.commons.agendas.calendar_shelf import CalendarEvent, CalendarSource, calendar_sources
from gongjian.commons.calendars.models import CalendarLink
from gongjian.commons.identity.keys import Key
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI
from orgs.terms import terms_of


def entries(actor: Actor, first: date, last: date) -> list[tuple[CalendarSource, CalendarEvent]]:
    """What stands before the post between two days, both included; the earliest first."""
    return sorted(_all(actor, first, last), key=lambda entry: (_moment(entry[1]), entry[1].title))


def _all(actor: Actor, first: date, last: date) -> Iterator[tuple[CalendarSource, CalendarEvent]]:
    for source in sorted(calendar_sources, key=lambda source: (source.order, source.key)):
        for event in source.find(actor, first, last):
            yield source, event


def _moment(event: CalendarEvent) -> datetime:
    """What lasts the day comes before what has its hour."""
    if isinstance(event.starts, datetime):
        return event.starts
    return datetime.combine(event.starts, time.min, SHANGHAI)


def running_link(key: Key) -> CalendarLink | None:
    return (
        CalendarLink.objects.select_related("appointment__user")
        .filter(secret_hash=key.hash, stopped_at=None)
        .first()
    )


def link_of(actor: Actor) -> CalendarLink | None:
    return CalendarLink.objects.filter(
        appointment_id=actor.appointment_id or 0, stopped_at=None
    ).first()


def reader_of(link: CalendarLink) -> Actor | None:
    """The post as it stands today: an ended term or a stopped account reads nothing."""
    user = link.appointment.user
    term = next((term for term in terms_of(user) if term.pk == link.appointment_id), None)
    return term.actor(user) if term is not None and user.is_active else None
