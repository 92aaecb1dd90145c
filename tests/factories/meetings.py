"""Meetings for tests, brought to their states by the services."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.services import Mark, call_roll
from gongjian.foundation.kernel.dates import today
from meetings.models import (
    AgendaItem,
    Copy,
    Invitation,
    Meeting,
    Resolution,
    Series,
    SeriesMember,
)
from meetings.services.agenda import propose_item, vet_item
from meetings.services.convening import (
    add_member,
    call_for_items,
    open_series,
    plan_meeting,
    roll_of,
    send_notice,
)
from meetings.services.sitting import open_meeting, resolve, settle_item

MADE = (Series, SeriesMember, Meeting, AgendaItem, Invitation, Resolution, Copy)


def series_of(cast, name: str = "党工共建工作联席会议") -> Series:
    series = open_series(
        cast.city,
        actor=cast.office,
        values={"name": name, "host": "组长李明远", "place": "市委第三会议室"},
    )
    for unit, person, duty, capacity in (
        (cast.city, "李明远", "组长", "chair"),
        (cast.qinghe, "周海燕", "主任", "member"),
        (cast.hongqi, "王立", "书记", "observer"),
    ):
        add_member(series, actor=cast.office, unit=unit, name=person, duty=duty, capacity=capacity)
    return series


def planned(cast, series: Series | None = None, *, days: int = 10) -> Meeting:
    return plan_meeting(
        series or series_of(cast),
        actor=cast.office,
        starts_at=timezone.now() + timedelta(days=days),
    )


def calling(cast, series: Series | None = None, *, days: int = 10) -> Meeting:
    return call_for_items(
        planned(cast, series, days=days), actor=cast.office, due_on=today() + timedelta(days=1)
    )


def proposed(cast, meeting: Meeting, title: str = "职工活动室长期关闭", **values) -> AgendaItem:
    return propose_item(
        meeting, actor=cast.office, unit=cast.hongqi, values={"title": title, **values}
    )


def accepted(cast, meeting: Meeting, title: str = "职工活动室长期关闭") -> AgendaItem:
    return vet_item(proposed(cast, meeting, title), actor=cast.office, verdict="accept")


def noticed(cast, meeting: Meeting | None = None) -> Meeting:
    meeting = meeting or calling(cast)
    if not meeting.items.filter(state="accepted").exists():
        accepted(cast, meeting)
    return send_notice(meeting, actor=cast.office)


def sitting(cast, meeting: Meeting | None = None) -> Meeting:
    """In session; the clock of the sitting is put back so that the roll can be called."""
    meeting = noticed(cast, meeting)
    begun = timezone.now() - timedelta(hours=1)
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=begun, ends_at=begun + timedelta(hours=2)
    )
    meeting.refresh_from_db()
    return open_meeting(meeting, actor=cast.office)


def called(cast, meeting: Meeting, attendance: Attendance = Attendance.PRESENT) -> None:
    roll = roll_of(meeting)
    session = roll.sessions.get()
    marks = {member.pk: Mark(attendance) for member in roll.members.all()}
    call_roll(session, actor=cast.office, marks=marks)


def resolved(cast, meeting: Meeting, item: AgendaItem | None = None, **values) -> Resolution:
    item = item or meeting.items.get(state="accepted")
    given = {
        "title": "整修职工活动室",
        "text": "整修职工活动室，年底前重新开放。",
        "unit": cast.hongqi,
        "due_on": today() + timedelta(days=30),
        **values,
    }
    made = resolve(item, actor=cast.office, values=given, helpers=[cast.dongfeng])
    item.refresh_from_db()
    if item.state == "accepted":
        settle_item(item, actor=cast.office, outcome="discuss")
    return made
