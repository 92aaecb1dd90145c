"""Entries as iCalendar (RFC 5545), which every calendar program reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone
from icalendar import Calendar, Event

from gongjian.commons.agendas.calendar_shelf import CalendarEvent, CalendarSource


def as_calendar(
    entries: Iterable[tuple[CalendarSource, CalendarEvent]], *, name: str, base: str
) -> bytes:
    """One calendar; ``base`` is the address of the site, for links and lasting names."""
    calendar = Calendar()
    calendar.add("prodid", "-//Gongjian//zh-CN//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    # Programs ask again by themselves; an hour is soon enough for a sitting that is moved.
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    host = base.split("//", 1)[-1]
    for source, event in entries:
        calendar.add_component(_event(source, event, base, host))
    return bytes(calendar.to_ical())


def _event(source: CalendarSource, event: CalendarEvent, base: str, host: str) -> Event:
    item = Event()
    # The same name each time, so that a moved sitting moves and is not there twice.
    item.add("uid", f"{source.key}.{event.id}@{host}")
    item.add("dtstamp", timezone.now())
    item.add("summary", event.title)
    item.add("dtstart", event.starts)
    item.add("dtend", _end(event))
    if event.place:
        item.add("location", event.place)
    if event.note:
        item.add("description", event.note)
    item.add("url", f"{base}{event.url}")
    item.add("categories", [source.label])
    item.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return item


def _end(event: CalendarEvent) -> datetime | date:
    """Whole days end, in this format, on the day after the last one."""
    if isinstance(event.ends, datetime):
        return event.ends
    return event.ends + timedelta(days=1)
