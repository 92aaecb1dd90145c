"""Two people at once: committed rows, two connections, one winner."""

from __future__ import annotations

import pytest
from django.db import transaction

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import DomainError, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import Consolidation, Obligation, QuarterlyReturn
from responsibilities.services.duties import grant_extension, refuse_extension
from responsibilities.services.returns import save_cells, start_return, submit_return
from responsibilities.services.review import (
    accept_many,
    accept_return,
    send_back_return,
    submit_consolidation,
)
from responsibilities.services.review_turns import escalate_return, unaccept_return
from tests.factories.cast import build_cast
from tests.factories.joint import make_rule
from tests.factories.returns import ask_more_time, fill, open_quarter, start, submitted
from tests.together import both


@pytest.fixture
def people(transactional_db):
    with transaction.atomic():
        return build_cast()


def waiting_return(cast) -> QuarterlyReturn:
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        period, _ = open_quarter(cast)
        return submitted(cast, cast.hongqi, period, cast.secretary)


def loser_of(answers: list[object]) -> StateConflict:
    lost = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(lost) == 1
    assert isinstance(lost[0], StateConflict)
    return lost[0]


def test_of_two_reviewers_one_wins_and_the_other_is_told(people):
    row = waiting_return(people)
    answers = both(
        people,
        lambda: accept_return(row, actor=people.township),
        lambda: send_back_return(row, actor=people.township, reason="请核对"),
    )
    lost = loser_of(answers)
    with tenant_scope(people.tenant.pk), transaction.atomic():
        row = QuarterlyReturn.objects.get(pk=row.pk)
        decisions = TrailEntry.objects.filter(
            subject_id=row.pk,
            subject_kind="responsibilities.quarterlyreturn",
            action__in=["responsibilities.return.accepted", "responsibilities.return.sent_back"],
        )
        assert decisions.count() == 1
    assert row.state in {"accepted", "sent_back"}
    assert f"“{row.get_state_display()}”" in lost.message
    assert "红旗村" in lost.message
    assert people.township.person_name in lost.message


def test_two_batches_that_overlap_accept_each_return_once(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        period, _ = open_quarter(people)
        ids = [
            submitted(people, people.hongqi, period, people.secretary).pk,
            submitted(people, people.xinghuo, period, people.neighbour).pk,
        ]
    answers = both(
        people,
        lambda: accept_many(ids, actor=people.township),
        lambda: accept_many(ids[::-1], actor=people.township),
    )
    assert sorted(done for done, _ in answers) == [0, 2]


def test_a_double_click_submits_once(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        period, _ = open_quarter(people)
        row = fill(start(people, people.hongqi, period, people.secretary), people.secretary)
    answers = both(
        people,
        lambda: submit_return(row, actor=people.secretary),
        lambda: submit_return(row, actor=people.secretary),
    )
    loser_of(answers)
    with tenant_scope(people.tenant.pk), transaction.atomic():
        entries = TrailEntry.objects.filter(action="responsibilities.return.submitted")
        assert entries.count() == 1


def test_two_people_who_begin_at_once_share_one_return(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        open_quarter(people)
        owed = Obligation.objects.select_related("unit", "form", "period").get(unit=people.hongqi)
    answers = both(
        people,
        lambda: start_return(owed, actor=people.secretary).pk,
        lambda: start_return(owed, actor=people.union_chair).pk,
    )
    assert answers[0] == answers[1]


def test_two_windows_on_one_cell_never_lose_a_value_unknowingly(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        period, _ = open_quarter(people)
        row = start(people, people.hongqi, period, people.secretary)

    def write(actor, value):
        return save_cells(row, actor=actor, changes={"Z203": value}, base={"Z203": ""})

    answers = both(
        people, lambda: write(people.secretary, "10"), lambda: write(people.union_chair, "11")
    )
    kept = [answer for answer in answers if answer.saved]
    told = [answer for answer in answers if answer.conflicts]
    assert (len(kept), len(told)) == (1, 1)
    assert told[0].conflicts["Z203"]["theirs"] == kept[0].saved["Z203"]["value"]


def test_escalating_and_accepting_at_once_leaves_one_decision(people):
    row = waiting_return(people)
    answers = both(
        people,
        lambda: accept_return(row, actor=people.township),
        lambda: escalate_return(row, actor=people.township, reason="口径有争议"),
    )
    lost = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(lost) == 1
    assert lost[0].message
    with tenant_scope(people.tenant.pk), transaction.atomic():
        row = QuarterlyReturn.objects.get(pk=row.pk)
    assert (row.state, row.review_place_id) in {
        ("accepted", None),
        ("submitted", people.dongfeng.pk),
    }


def test_totals_and_taking_back_at_once_never_hand_up_what_is_open_again(people):
    row = waiting_return(people)
    with tenant_scope(people.tenant.pk), transaction.atomic():
        row = accept_return(row, actor=people.township)
    both(
        people,
        lambda: unaccept_return(row, actor=people.township, reason="有误"),
        lambda: submit_consolidation(
            people.dongfeng, period=row.period, form=row.form, actor=people.township
        ),
    )
    with tenant_scope(people.tenant.pk), transaction.atomic():
        state = QuarterlyReturn.objects.get(pk=row.pk).state
        handed_up = Consolidation.objects.filter(accepted_count=1).exists()
    assert handed_up == (state == "accepted")


def test_of_two_answers_to_a_request_one_wins_and_the_deadline_follows_it(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        period, _ = open_quarter(people)
        owed = Obligation.objects.select_related("unit", "period").get(
            unit=people.hongqi, period=period
        )
        asked = ask_more_time(owed, people.secretary)
    answers = both(
        people,
        lambda: grant_extension(asked, actor=people.township),
        lambda: refuse_extension(asked, actor=people.office, reason="时间充足"),
    )
    loser_of(answers)
    with tenant_scope(people.tenant.pk), transaction.atomic():
        asked.refresh_from_db()
        owed.refresh_from_db()
        assert (owed.extended_to is not None) == (asked.state == "granted")


def joint_return(cast):
    row = waiting_return(cast)
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        return row, make_rule(cast)


def test_of_two_signers_at_once_the_second_accepts(people):
    cast = people
    row, union = joint_return(cast)
    answers = both(
        cast,
        lambda: accept_return(row, actor=cast.township),
        lambda: accept_return(row, actor=union),
    )
    assert not [one for one in answers if isinstance(one, DomainError)]
    assert sorted(one.state for one in answers) == ["accepted", "submitted"]
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        assert row.signatures.filter(voided_at=None).count() == 2


def test_two_people_of_one_party_sign_once(people):
    cast = people
    row, union = joint_return(cast)
    answers = both(
        cast,
        lambda: accept_return(row, actor=union),
        lambda: accept_return(row, actor=union),
    )
    assert "不必重复" in loser_of(answers).message


def test_one_party_returns_while_the_other_signs(people):
    cast = people
    row, union = joint_return(cast)
    answers = both(
        cast,
        lambda: send_back_return(row, actor=cast.township, reason="请核对"),
        lambda: accept_return(row, actor=union, reason="属实"),
    )
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        held = QuarterlyReturn.objects.get(pk=row.pk)
        assert held.state == "sent_back"
        assert not held.signatures.filter(voided_at=None).exists()
    # Either the signature came first and is void, or it was refused.
    assert sum(isinstance(one, StateConflict) for one in answers) <= 1
