"""One's own calendar: what stands in it, the secret address, and what a program reads there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from gongjian.commons.agendas.calendar_shelf import calendar_sources
from gongjian.commons.calendars.models import CalendarLink
from gongjian.commons.calendars.queries import entries
from gongjian.commons.calendars.services import open_link, stop_link
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import NotPermitted, StateConflict
from meetings.services.convening import cancel_meeting, edit_meeting
from orgs.models import User
from tests.factories import follow_ups
from tests.factories import meetings as made
from tests.factories.returns import open_quarter, submitted

BASE = "http://testserver"


def titles(actor, days: int = 60) -> list[str]:
    return [event.title for _, event in entries(actor, today(), today() + timedelta(days=days))]


def read(client, key) -> list:
    answer = client.get(reverse("calendars:feed", args=[str(key)]))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_a_unit_sees_its_own_sittings_and_due_days_and_nobody_elses(cast):
    meeting = made.noticed(cast)
    follow_ups.in_hand(cast, title="整修活动室")
    period, _ = open_quarter(cast)
    mine = titles(cast.secretary)
    assert str(meeting) in mine
    assert "办理时限：整修活动室" in mine
    assert f"报送时限：{period}" in titles(cast.secretary, 365)
    assert titles(cast.neighbour) == [
        title for title in titles(cast.neighbour) if title.startswith("报送时限")
    ]
    submitted(cast, cast.hongqi, period, cast.secretary)
    assert f"报送时限：{period}" not in titles(cast.secretary, 365)


def test_a_plan_is_known_to_the_convener_alone_until_the_notice(cast):
    meeting = made.calling(cast)
    assert str(meeting) in titles(cast.office)
    assert str(meeting) not in titles(cast.secretary)


def test_a_program_reads_the_feed_and_a_moved_sitting_moves(cast, client):
    meeting = made.noticed(cast)
    follow_ups.in_hand(cast, title="整修活动室")
    _, key = open_link(actor=cast.secretary)
    before = {str(row["summary"]): row for row in read(client, key)}
    sitting = before[str(meeting)]
    assert sitting.decoded("dtstart") == meeting.starts_at.replace(microsecond=0)
    assert str(sitting["location"]) == "市委第三会议室"
    assert str(sitting["url"]) == f"{BASE}{meeting.get_absolute_url()}"
    due = before["办理时限：整修活动室"]
    assert due.decoded("dtend") - due.decoded("dtstart") == timedelta(days=1)
    assert CalendarLink.objects.get().read_at is not None

    later = meeting.starts_at + timedelta(days=1)
    edit_meeting(
        meeting, actor=cast.office,
        values={"starts_at": later, "ends_at": later + timedelta(hours=1)},
    )  # fmt: skip
    after = {str(row["summary"]): row for row in read(client, key)}
    assert after[str(meeting)].decoded("dtstart") == later.replace(microsecond=0)
    assert after[str(meeting)]["uid"] == sitting["uid"]
    cancel_meeting(meeting, actor=cast.office, reason="改期。")
    last = {str(row["summary"]): str(row["status"]) for row in read(client, key)}
    assert last[str(meeting)] == "CANCELLED"


def test_the_address_dies_with_a_new_one_with_the_post_and_with_the_account(cast, client):
    _, first = open_link(actor=cast.secretary)
    _, second = open_link(actor=cast.secretary)
    feed = reverse("calendars:feed", args=[str(first)])
    assert client.get(feed).status_code == 404
    assert read(client, second) == []
    assert client.get(feed.replace(str(first), "abc")).status_code == 404
    forged = f"{second.tenant_id + 1}-{second.secret}"
    assert client.get(reverse("calendars:feed", args=[forged])).status_code == 404
    stop_link(actor=cast.secretary)
    assert client.get(reverse("calendars:feed", args=[str(second)])).status_code == 404
    with pytest.raises(StateConflict):
        stop_link(actor=cast.secretary)
    _, third = open_link(actor=cast.secretary)
    User.objects.filter(pk=cast.secretary.user_id).update(is_active=False)
    assert client.get(reverse("calendars:feed", args=[str(third)])).status_code == 404
    with pytest.raises(NotPermitted):
        open_link(actor=cast.viewer)


def test_the_page_shows_the_days_and_the_address_once(cast, sign_in):
    meeting = made.noticed(cast)
    client = sign_in(cast.secretary)
    page = client.get(reverse("calendars:mine")).content.decode()
    assert str(meeting) in page
    assert "订阅到手机或电脑日历" in page
    shown = client.post(reverse("calendars:open_link"))
    assert "no-store" in shown["Cache-Control"]
    secret = shown.content.decode().split("/calendars/feed/")[1].split(".ics")[0]
    page = client.get(reverse("calendars:mine")).content.decode()
    assert secret not in page
    assert "停用订阅" in page
    file = client.get(reverse("calendars:entry", args=["meetings.sittings", meeting.pk]))
    (event,) = Calendar.from_ical(file.content).walk("VEVENT")
    assert event.decoded("dtstart") == meeting.starts_at.replace(microsecond=0)
    client = sign_in(cast.neighbour)
    url = reverse("calendars:entry", args=["meetings.sittings", meeting.pk])
    assert client.get(url).status_code == 404
    assert client.get(reverse("calendars:entry", args=["nothing", 1])).status_code == 404


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_asks_the_same_however_full_it_is(cast, sign_in, django_assert_num_queries, count):
    series = made.series_of(cast)
    for number in range(count):
        made.noticed(cast, made.calling(cast, series, days=10 + number))
        follow_ups.in_hand(cast, title=f"事项{number}")
    client = sign_in(cast.secretary)
    client.get(reverse("calendars:mine"))
    with django_assert_num_queries(PAGE):
        assert client.get(reverse("calendars:mine")).status_code == 200
    assert len(calendar_sources) >= 4


PAGE = 9
