"""Pages of the meetings: drawn for every state, refused, and cheap however long the list."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.commons.rolls.models import RollMark
from meetings.models import AgendaItem, Meeting
from meetings.services.convening import roll_of
from meetings.services.sitting import close_meeting
from tests.factories import meetings as made


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_whatever_their_length(cast, sign_in, django_assert_num_queries, count):
    for number in range(count):
        meeting = made.sitting(cast, made.calling(cast, made.series_of(cast, f"例会{number}")))
        made.resolved(cast, meeting)
        made.called(cast, meeting)
        close_meeting(meeting, actor=cast.office)
    client = sign_in(cast.office)
    for name, queries in (
        ("meetings:meeting_list", LISTS[0]),
        ("meetings:series_list", LISTS[1]),
        ("meetings:record_search", LISTS[2]),
    ):
        client.get(reverse(name))
        with django_assert_num_queries(queries):
            assert client.get(reverse(name)).status_code == 200


LISTS = (7, 6, 6)


def test_the_sitting_is_run_through_the_pages(cast, sign_in):
    meeting = made.sitting(cast)
    item = meeting.items.get()
    client = sign_in(cast.office)
    url = reverse("meetings:keep_record", args=[item.pk])
    json = {"HTTP_ACCEPT": "application/json"}

    first = client.post(url, {"text": "甲记", "revision": "0"}, **json)
    second = client.post(url, {"text": "乙记", "revision": "0"}, **json)

    assert first.json() == {"revision": 1}
    assert second.status_code == 409
    assert second.json()["text"] == "甲记"
    page = client.get(reverse("meetings:record", args=[meeting.pk])).content.decode()
    assert "甲记" in page

    session = roll_of(meeting).sessions.get()
    sheet = reverse("rolls:roll_sheet", args=[session.pk])
    member = session.roll.members.first()
    assert client.get(sheet).status_code == 200
    refused = client.post(
        sheet, {f"attendance-{member.pk}": "leave", f"substitute-{member.pk}": "赵敏"}
    )
    assert refused.status_code == 422
    assert not RollMark.objects.exists()
    client.post(sheet, {f"attendance-{member.pk}": "present"})
    assert RollMark.objects.get().member_id == member.pk

    client.post(reverse("meetings:settle", args=[item.pk, "discuss"]))
    assert AgendaItem.objects.get(pk=item.pk).state == "discussed"


def test_every_state_of_a_meeting_is_drawn_for_convener_and_member(cast, sign_in):
    meeting = made.calling(cast)
    made.proposed(cast, meeting)
    for actor in (cast.office, cast.secretary):
        page = sign_in(actor).get(meeting.get_absolute_url())
        assert page.status_code == 200
        assert "申报议题" in page.content.decode()
    client = sign_in(cast.office)
    for name in ("vet",):
        item = meeting.items.get()
        assert client.get(reverse(f"meetings:{name}", args=[item.pk])).status_code == 200
    client.post(reverse("meetings:vet", args=[item.pk]), {"verdict": "accept"})
    client.post(reverse("meetings:meeting_step", args=[meeting.pk, "notice"]))
    assert Meeting.objects.get(pk=meeting.pk).state == "noticed"
    own = meeting.invitations.get(unit=cast.hongqi)
    member = sign_in(cast.secretary)
    member.post(reverse("meetings:answer", args=[own.pk]), {"reply": "leave", "reason": "出差"})
    own.refresh_from_db()
    assert own.reply == "leave"


def test_others_find_no_meeting(cast, sign_in):
    meeting = made.noticed(cast)
    assert sign_in(cast.neighbour).get(meeting.get_absolute_url()).status_code == 404
    assert sign_in(cast.stranger).get(meeting.get_absolute_url()).status_code == 404
