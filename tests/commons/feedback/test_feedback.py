"""The box: anyone writes, the office answers, and a hidden name stays hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from gongjian.commons.feedback.authority import VIEW_SUGGESTION
from gongjian.commons.feedback.enums import SuggestionState
from gongjian.commons.feedback.models import Suggestion
from gongjian.commons.feedback.queries import figures, readable_by, written_by
from gongjian.commons.feedback.services import answer_suggestion, ask_again, take_suggestion
from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.web.models import SubmittedForm
from tests.factories.feedback import suggestion_of


def test_from_the_suggestion_to_its_answer(cast):
    one = suggestion_of(cast.secretary)
    assert one.due_on > one.created_on
    one = take_suggestion(one, actor=cast.office)
    one = answer_suggestion(one, actor=cast.office, outcome="adopted", answer="取消月报。")
    assert one.state == SuggestionState.ANSWERED
    told = Notice.objects.get(post_id=cast.secretary.post_id, rule="feedback.suggestion")
    assert "采纳" in told.title
    again = ask_again(one, actor=cast.secretary, reason="还在要。")
    assert again.state == SuggestionState.OPEN
    with pytest.raises(StateConflict):
        ask_again(again, actor=cast.secretary, reason="还在要。")


def test_who_may_what(cast):
    one = suggestion_of(cast.secretary)
    for actor in (cast.secretary, cast.township, cast.leader):
        with pytest.raises(NotPermitted):
            answer_suggestion(one, actor=actor, outcome="adopted", answer="好。")
    with pytest.raises(FieldErrors):
        answer_suggestion(one, actor=cast.office, outcome="adopted", answer=" ")
    one = answer_suggestion(one, actor=cast.office, outcome="declined", answer="有依据。")
    with pytest.raises(NotPermitted):
        ask_again(one, actor=cast.neighbour, reason="我也问。")
    readers = [
        actor.post_title
        for actor in (cast.secretary, cast.township, cast.county, cast.office, cast.leader,
                      cast.neighbour, cast.other_county, cast.union_chair)
        if readable_by(actor).filter(pk=one.pk).exists()
    ]  # fmt: skip
    assert len(readers) == 5


def test_a_hidden_name_is_nowhere(cast):
    before = TrailEntry.objects.count()
    one = suggestion_of(cast.secretary, unnamed=True)
    one = answer_suggestion(one, actor=cast.office, outcome="explained", answer="说明如下。")
    one = ask_again(one, actor=cast.secretary, reason="还是不清楚。")

    assert (one.author_id, one.unit_id, one.post_id, one.author_label) == (None, None, None, "")
    by_author = TrailEntry.objects.exclude(user_id=cast.office.user_id).order_by("pk")[before:]
    acts = {entry.action: entry for entry in by_author}
    assert set(acts) >= {"feedback.suggestion.written", "feedback.suggestion.asked_again"}
    for entry in acts.values():
        assert (entry.user_id, entry.post_id, entry.actor_label) == (None, None, "隐名提出人")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM feedback_suggestion s")
        [(row,)] = cursor.fetchall()
    assert cast.secretary.person_name not in row
    assert cast.secretary.unit_name not in row
    # Those above the unit do not see it; the office does, and its author does.
    assert not readable_by(cast.township).exists()
    assert not readable_by(cast.county).exists()
    assert readable_by(cast.office).get() == one
    assert written_by(cast.secretary).get() == one
    assert not written_by(cast.union_chair).exists()


def test_the_database_keeps_no_name_beside_a_mark(cast):
    one = suggestion_of(cast.secretary, unnamed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=one.pk).update(author_id=cast.secretary.user_id)
    one.unit_id = cast.secretary.unit_id
    with pytest.raises(ValidationError):
        one.full_clean(exclude=["tenant"])


def test_figures(cast):
    late = suggestion_of(cast.secretary)
    Suggestion.objects.filter(pk=late.pk).update(due_on=today() - timedelta(days=1))
    done = suggestion_of(cast.neighbour, unnamed=True, kind="idea", page="")
    answer_suggestion(done, actor=cast.office, outcome="partly", answer="先试点。")
    seen = figures(cast.office.scope(VIEW_SUGGESTION), year=today().year, on=today())
    assert (seen.count, seen.unnamed, seen.days, seen.in_time) == (2, 1, 0, 100)
    assert [(row.count, row.waiting, row.late, row.adopted) for row in seen.rows] == [
        (1, 1, 1, 0), (0, 0, 0, 0), (1, 0, 0, 1), (0, 0, 0, 0),
    ]  # fmt: skip
    assert seen.pages == [("/responsibilities/duties/", 1)]
    assert figures(cast.other_county.scope(VIEW_SUGGESTION), year=2001, on=today()).count == 0


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", ["feedback:suggestion_list", "feedback:mine"])
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, name, rows
):
    for _ in range(rows):
        suggestion_of(cast.office)
    client = sign_in(cast.office)
    client.get(reverse(name))
    with django_assert_max_num_queries(10):
        assert client.get(reverse(name)).status_code == 200


def test_screens(cast, sign_in):
    client = sign_in(cast.secretary)
    address = reverse("feedback:suggestion_write")
    assert 'value="/ledger/"' in client.get(f"{address}?from=/ledger/").content.decode()
    assert "evil" not in client.get(f"{address}?from=//evil.example/").content.decode()
    answer = client.post(address, {"kind": "idea", "text": "少开会。", "page": "/meetings/"})
    named = Suggestion.objects.get()
    assert answer.url == named.get_absolute_url()
    assert "少开会" in client.get(answer.url).content.decode()
    answer = client.post(address, {"kind": "idea", "text": "再少些。", "unnamed": "on"})
    assert answer.url == reverse("feedback:mine")
    hidden = Suggestion.objects.get(mark__gt="")
    # No record of submitted forms leads from the person to the suggestion.
    assert not SubmittedForm.objects.filter(url__contains=f"/{hidden.pk}/").exists()
    page = client.get(hidden.get_absolute_url()).content.decode()
    assert "隐名提出人" in page
    assert cast.secretary.label not in page.split("<main")[1]

    client = sign_in(cast.township)
    assert client.get(named.get_absolute_url()).status_code == 200
    assert client.get(hidden.get_absolute_url()).status_code == 404
    client = sign_in(cast.office)
    assert client.get(reverse("feedback:statistics")).status_code == 200
    refused = client.post(reverse("feedback:suggestion_answer", args=[hidden.pk]), {})
    assert refused.status_code == 422
    client.post(reverse("feedback:suggestion_step", args=[hidden.pk, "take"]), {})
    client.post(
        reverse("feedback:suggestion_answer", args=[hidden.pk]),
        {"outcome": "adopted", "answer": "每季一次。"},
    )
    client = sign_in(cast.secretary)
    page = client.get(hidden.get_absolute_url()).content.decode()
    assert "每季一次" in page
    assert "追问" in page
