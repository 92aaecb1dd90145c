"""Two people at once over one meeting: committed rows, two connections, one winner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from gongjian.commons.documents.models import OfficialDocument
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from meetings.models import AgendaItem, Invitation, Meeting, Resolution
from meetings.services.agenda import prefill_agenda, propose_item
from meetings.services.convening import send_notice
from meetings.services.sitting import close_meeting, draft_minutes, keep_record, resolve
from tests.factories import follow_ups
from tests.factories import meetings as made
from tests.factories.cast import build_cast
from tests.together import both


@pytest.fixture
def people(transactional_db):
    with transaction.atomic():
        return build_cast()


def losers(answers: list[object]) -> list[DomainError]:
    return [answer for answer in answers if isinstance(answer, DomainError)]


def test_before_the_sitting_two_at_once_never_do_it_twice(people):
    """Notice from two windows, items from two units, the same matters brought in twice."""
    with tenant_scope(people.tenant.pk), transaction.atomic():
        follow_ups.in_hand(people, kind="resolution", title="落实活动经费")
        meeting = made.calling(people)

    def again() -> Meeting:
        return Meeting.objects.select_related("series", "unit").get(pk=meeting.pk)

    proposed = both(
        people,
        lambda: propose_item(
            again(), actor=people.secretary, unit=people.hongqi, values={"title": "甲"}
        ),
        lambda: propose_item(
            again(), actor=people.office, unit=people.city, values={"title": "乙"}
        ),
        lambda: prefill_agenda(again(), actor=people.office),
        lambda: prefill_agenda(again(), actor=people.office),
    )
    assert losers(proposed) == []
    with tenant_scope(people.tenant.pk), transaction.atomic():
        places = list(AgendaItem.objects.order_by("position").values_list("position", flat=True))
        assert places == [1, 2, 3]
        AgendaItem.objects.update(state="accepted")
    noticed = both(
        people,
        lambda: send_notice(again(), actor=people.office),
        lambda: send_notice(again(), actor=people.office),
    )
    assert [type(error) for error in losers(noticed)] == [StateConflict]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert Invitation.objects.count() == 3


def test_in_the_sitting_and_after_two_at_once_never_do_it_twice(people):
    """One record, two keepers; resolutions numbered apart; closed and drafted once."""
    with tenant_scope(people.tenant.pk), transaction.atomic():
        meeting = made.sitting(people)
        item = meeting.items.get()
        made.called(people, meeting)

    def row() -> AgendaItem:
        return AgendaItem.objects.select_related("meeting__unit", "meeting__series").get(pk=item.pk)

    kept = both(
        people,
        lambda: keep_record(row(), actor=people.office, text="甲记", revision=0),
        lambda: keep_record(row(), actor=people.office, text="乙记", revision=0),
    )
    assert [type(error) for error in losers(kept)] == [StateConflict]
    values = {"text": "月底前落实。", "unit": people.hongqi, "due_on": today() + timedelta(days=9)}
    made_two = both(
        people,
        lambda: resolve(row(), actor=people.office, values={**values, "title": "一"}),
        lambda: resolve(row(), actor=people.office, values={**values, "title": "二"}),
    )
    assert losers(made_two) == []
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert sorted(Resolution.objects.values_list("number", flat=True)) == [1, 2]
        AgendaItem.objects.update(state="discussed")

    def again() -> Meeting:
        return Meeting.objects.select_related("series", "unit").get(pk=meeting.pk)

    for act in (close_meeting, draft_minutes):
        answers = both(
            people,
            lambda act=act: act(again(), actor=people.office),
            lambda act=act: act(again(), actor=people.office),
        )
        assert [type(error) for error in losers(answers)] == [StateConflict]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert OfficialDocument.objects.count() == 1
        assert TrailEntry.objects.filter(action="meetings.meeting.closed").count() == 1
