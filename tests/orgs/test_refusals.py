"""未获准的访问: counted by day, never more than one row for a page, read by the auditor alone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.foundation.audit.models import Refusal
from gongjian.foundation.audit.refusals import note_refusal
from tests.factories import meetings as made


def test_what_was_refused_is_counted_and_what_was_given_is_not(cast, sign_in):
    meeting = made.noticed(cast)
    client = sign_in(cast.neighbour)
    for _ in range(3):
        assert client.get(meeting.get_absolute_url()).status_code == 404
    assert client.get(reverse("orgs:trail_list")).status_code == 404
    assert client.post(reverse("meetings:prefill", args=[meeting.pk])).status_code == 404
    assert client.get("/").status_code == 200
    assert client.get("/nowhere/at/all/").status_code == 404
    rows = {(row.page, row.method): row for row in Refusal.objects.all()}
    assert set(rows) == {
        ("meetings:meeting_detail", "GET"),
        ("orgs:trail_list", "GET"),
        ("meetings:prefill", "POST"),
    }  # fmt: skip
    row = rows["meetings:meeting_detail", "GET"]
    assert (row.count, row.status, row.address) == (3, 404, meeting.get_absolute_url())
    assert row.user_id == cast.neighbour.user_id
    assert row.last_at > row.first_at


def test_an_act_that_is_not_permitted_stands_there_with_its_answer(cast, sign_in):
    called = made.noticed(cast).invitations.get(unit=cast.qinghe)
    client = sign_in(cast.county)
    client.post(reverse("meetings:answer", args=[called.pk]), {"reply": "attend"})
    assert not Refusal.objects.exists()
    item = made.proposed(cast, made.calling(cast, made.series_of(cast, "另一例会")))
    answer = client.post(reverse("meetings:vet", args=[item.pk]), {"verdict": "accept"})
    assert answer.status_code in {403, 404}
    assert Refusal.objects.get().status == answer.status_code


@pytest.mark.parametrize("count", [1, 4])
def test_the_auditor_reads_them_in_few_statements(cast, sign_in, django_assert_num_queries, count):
    for number in range(count):
        note_refusal(cast.neighbour, page=f"a:{number}", method="GET", status=404, address="/x/\0")
    client = sign_in(cast.auditor)
    client.get(reverse("orgs:refusal_list"))
    with django_assert_num_queries(STATEMENTS):
        page = client.get(reverse("orgs:refusal_list"))
    assert cast.neighbour.person_name in page.content.decode()
    many = client.get(reverse("orgs:refusal_list"), {"often": "2"}).content.decode()
    assert "没有未获准的访问" in many
    assert sign_in(cast.office).get(reverse("orgs:refusal_list")).status_code == 404


STATEMENTS = 6
#: As the architecture asks of every list: "orgs:refusal_list".
