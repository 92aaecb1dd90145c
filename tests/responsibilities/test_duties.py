"""Extensions, exemptions and the list of what is owed, by the services."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.web.shelves import todos_of
from responsibilities.models import ExtensionRequest, Obligation
from responsibilities.queries.duties import calls, duties_of, standing_counts, timeline, told_of
from responsibilities.services.duties import (
    ask_extension,
    decide_many,
    exempt_many,
    extend_many,
    grant_extension,
    refuse_extension,
    unexempt_obligation,
    withdraw_extension,
)
from responsibilities.services.obligations import exempt_obligation
from responsibilities.services.review import urge_missing
from tests.factories.returns import ask_more_time, make_due, open_quarter, submitted


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.get(unit=cast.hongqi, period=period)


def test_the_superior_is_told_of_a_request_and_the_unit_of_the_answer(cast, owed):
    asked = ask_more_time(owed, cast.secretary)
    assert Notice.objects.filter(
        rule="responsibilities.extension_asked", post_id=cast.township.post_id
    ).exists()
    assert any("延期申请" in todo.title for todo in todos_of(cast.township))

    asked = grant_extension(asked, actor=cast.township, reason="同意")

    owed.refresh_from_db()
    assert asked.state == "granted"
    assert owed.extended_to == asked.asked_until
    assert Notice.objects.filter(
        rule="responsibilities.extension_decided", post_id=cast.secretary.post_id
    ).exists()
    assert not any("延期申请" in todo.title for todo in todos_of(cast.township))


def test_the_superior_may_give_another_day(cast, owed):
    asked = ask_more_time(owed, cast.secretary, days=20)
    day = owed.due_on + timedelta(days=3)
    asked = grant_extension(asked, actor=cast.township, until=day)
    owed.refresh_from_db()
    assert (asked.asked_until, owed.extended_to) == (owed.due_on + timedelta(days=20), day)


@pytest.mark.parametrize("who", ["county", "other_county", "secretary", "neighbour", "leader"])
def test_only_the_level_right_above_or_the_office_answers(cast, owed, who):
    asked = ask_more_time(owed, cast.secretary)
    with pytest.raises(NotPermitted):
        grant_extension(asked, actor=getattr(cast, who))


def test_a_unit_does_not_ask_for_another(cast, owed):
    with pytest.raises(NotPermitted):
        ask_more_time(owed, cast.neighbour)


def test_the_day_lies_after_the_deadline_and_a_reason_is_given(cast, owed):
    with pytest.raises(FieldErrors) as refused:
        ask_extension(owed, actor=cast.secretary, until=owed.due_on, reason=" ")
    assert set(refused.value.errors) == {"until", "reason"}


def test_a_second_request_waits_for_the_first(cast, owed):
    asked = ask_more_time(owed, cast.secretary)
    with pytest.raises(StateConflict):
        ask_more_time(owed, cast.union_chair)
    withdraw_extension(asked, actor=cast.secretary)
    assert ask_more_time(owed, cast.union_chair).state == "asked"


def test_a_late_request_is_marked(cast, owed):
    make_due(owed.period, today() - timedelta(days=2))
    owed.refresh_from_db()
    assert ask_more_time(owed, cast.secretary).is_late


def test_who_has_filed_gets_no_more_time(cast, owed):
    asked = ask_more_time(owed, cast.secretary)
    submitted(cast, cast.hongqi, owed.period, cast.secretary)
    with pytest.raises(DomainError, match="已经报送"):
        grant_extension(asked, actor=cast.township)
    with pytest.raises(StateConflict):
        ask_more_time(owed, cast.secretary)


def test_a_refusal_needs_a_reason_and_keeps_the_deadline(cast, owed):
    asked = ask_more_time(owed, cast.secretary)
    with pytest.raises(DomainError):
        refuse_extension(asked, actor=cast.township, reason="")
    refuse_extension(asked, actor=cast.township, reason="时间充足")
    owed.refresh_from_db()
    assert owed.extended_to is None


def test_of_two_answers_the_first_counts(cast, owed):
    asked = ask_more_time(owed, cast.secretary)
    seen_by_both = ExtensionRequest.objects.get(pk=asked.pk)
    grant_extension(asked, actor=cast.township)
    with pytest.raises(StateConflict):
        refuse_extension(seen_by_both, actor=cast.office, reason="不同意")


def test_many_are_answered_and_those_left_out_are_named(cast, owed):
    second = Obligation.objects.get(unit=cast.xinghuo, period=owed.period)
    ids = [
        ask_more_time(owed, cast.secretary).pk,
        ask_more_time(second, cast.neighbour).pk,
    ]
    withdraw_extension(ExtensionRequest.objects.get(pk=ids[1]), actor=cast.neighbour)
    outcome = decide_many(ids, actor=cast.township, grant=True, reason="")
    assert outcome.done == 1
    assert "星火机械公司" in outcome.refused[0]


def test_a_freed_unit_can_be_bound_again(cast, owed):
    with pytest.raises(NotPermitted):
        exempt_obligation(owed, actor=cast.township, reason="停产")
    assert exempt_many([owed.pk], actor=cast.office, reason="停产").done == 1
    assert exempt_many([owed.pk], actor=cast.office, reason="停产").refused
    with pytest.raises(FieldErrors):
        unexempt_obligation(owed, actor=cast.office, reason="")
    owed = unexempt_obligation(owed, actor=cast.office, reason="已复产")
    assert (owed.is_exempt, owed.exemption_reason) == (False, "")
    with pytest.raises(StateConflict):
        unexempt_obligation(owed, actor=cast.office, reason="已复产")


def test_the_window_opens_again_for_some_units(cast, owed):
    make_due(owed.period, today() - timedelta(days=9))
    until = today() + timedelta(days=7)
    outcome = extend_many([owed.pk], actor=cast.office, until=until, reason="系统故障")
    owed.refresh_from_db()
    assert (outcome.done, owed.extended_to, owed.extension_reason) == (1, until, "系统故障")
    refused = extend_many([owed.pk], actor=cast.county, until=until, reason="系统故障")
    assert refused.done == 0


def test_each_unit_stands_somewhere_and_only_once(cast, owed):
    period = owed.period
    submitted(cast, cast.xinghuo, period, cast.neighbour)
    others = Obligation.objects.filter(period=period).exclude(unit__in=[cast.hongqi, cast.xinghuo])
    first, second = others.order_by("pk")
    exempt_many([first.pk], actor=cast.office, reason="停产")
    extend_many(
        [second.pk], actor=cast.office, until=second.due_on + timedelta(days=5), reason="换届"
    )
    counts = standing_counts(duties_of(period, cast.city.path))
    assert {name: count for name, count in counts.items() if count} == {
        "extended": 1,
        "owed": 1,
        "waiting": 1,
        "exempt": 1,
    }
    make_due(period, today() - timedelta(days=1))
    assert standing_counts(duties_of(period, cast.dongfeng.path))["overdue"] == 1


def test_the_phone_list_names_who_is_missing_with_the_last_reminder(cast, owed):
    submitted(cast, cast.xinghuo, owed.period, cast.neighbour)
    before = calls(owed.period, cast.dongfeng.path)
    assert [call.obligation.unit for call in before] == [cast.hongqi]
    assert (before[0].secretary, before[0].chair) == ("赵春梅", "孙国强")
    assert before[0].reminded_at is None

    urge_missing(cast.dongfeng, period=owed.period, actor=cast.township)

    assert calls(owed.period, cast.dongfeng.path)[0].reminded_at is not None
    told = told_of(owed)
    assert len(told) == 2
    assert {line.rule for line in told} == {"人工催办"}


def test_the_timeline_shows_the_last_extension(cast, owed):
    until = owed.due_on + timedelta(days=6)
    extend_many([owed.pk], actor=cast.office, until=until, reason="换届")
    labels = [moment.label for moment in timeline(owed.period)]
    assert labels[-2:] == ["截止", "最晚延期"]
    assert [moment.when for moment in timeline(owed.period, until + timedelta(days=1))] == [
        "past"
    ] * len(labels)
