from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from orgs.models import Appointment
from orgs.queries import current_appointments
from responsibilities.comparison import compare
from responsibilities.models import Consolidation, QuarterlyReturn
from responsibilities.queries.review import (
    corrected_for,
    oddities_of,
    outsiders_of,
    phrases_for,
    reviewable,
    waiting_for,
)
from responsibilities.queries.thread import thread_of
from responsibilities.services.delegation import (
    add_phrase,
    delegate_review,
    end_delegation,
    remove_phrase,
)
from responsibilities.services.obligations import extend_obligation
from responsibilities.services.returns import save_cells, submit_return, withdraw_return
from responsibilities.services.review import (
    accept_return,
    mark_seen,
    send_back_consolidation,
    send_back_return,
    submit_consolidation,
)
from responsibilities.services.review_turns import (
    escalate_return,
    hand_down_return,
    post_message,
    take_over_return,
    unaccept_return,
)
from tests.factories.orgs import seat
from tests.factories.returns import fill, make_form, open_quarter, start, submitted
from tests.factories.review import make_delegation, make_message, make_phrase, stand_in


@pytest.fixture
def waiting(cast) -> QuarterlyReturn:
    period, _ = open_quarter(cast)
    return submitted(cast, cast.hongqi, period, cast.secretary)


def told(rule: str, post_id: int | None) -> int:
    return Notice.objects.filter(rule=f"responsibilities.{rule}", post_id=post_id).count()


def correct(cast, row: QuarterlyReturn, **values: str) -> QuarterlyReturn:
    save_cells(row, actor=cast.secretary, changes=values, base={})
    return submit_return(row, actor=cast.secretary)


# --- un-accepting ---------------------------------------------------------------------------


def test_an_acceptance_is_taken_back_with_a_reason_and_the_unit_is_told(cast, waiting):
    row = accept_return(waiting, actor=cast.township)

    row = unaccept_return(row, actor=cast.township, reason="漏看了一栏")

    assert row.state == "submitted"
    assert row.accepted_at is None
    assert told("return_unaccepted", cast.secretary.post_id) == 1
    # Reviewed once, the unit does not take it back any more.
    with pytest.raises(StateConflict, match="不能撤回"):
        withdraw_return(row, actor=cast.secretary)


def test_an_acceptance_is_not_taken_back_without_a_reason_or_by_others(cast, waiting):
    row = accept_return(waiting, actor=cast.township)

    with pytest.raises(DomainError, match="须填写理由"):
        unaccept_return(row, actor=cast.township, reason=" ")
    for other in (cast.county, cast.secretary, cast.other_county):
        with pytest.raises(NotPermitted):
            unaccept_return(row, actor=other, reason="不妥")


def test_what_went_up_in_totals_is_not_taken_back_until_they_come_back(cast, waiting):
    row = accept_return(waiting, actor=cast.township)
    held = submit_consolidation(
        cast.dongfeng, period=row.period, form=row.form, actor=cast.township
    )

    with pytest.raises(StateConflict, match="汇总已经上报"):
        unaccept_return(row, actor=cast.township, reason="有误")

    send_back_consolidation(held, actor=cast.county, reason="请核对")
    assert unaccept_return(row, actor=cast.township, reason="有误").state == "submitted"


def test_what_was_accepted_after_the_totals_went_up_is_taken_back(cast, waiting):
    accept_return(waiting, actor=cast.township)
    late = submitted(cast, cast.xinghuo, waiting.period, cast.neighbour)
    submit_consolidation(
        cast.dongfeng, period=waiting.period, form=waiting.form, actor=cast.township
    )
    late = accept_return(late, actor=cast.township)

    assert unaccept_return(late, actor=cast.township, reason="有误").state == "submitted"


def test_the_reviewer_sees_what_changed_since_the_last_acceptance(cast, waiting):
    row = accept_return(waiting, actor=cast.township)
    assert compare(_fresh(row), reviewing=True).changed_since_accepted == 0
    row = unaccept_return(row, actor=cast.township, reason="有误")
    row = send_back_return(row, actor=cast.township, reason="", remarks={"Z203": "请核对"})
    row = correct(cast, row, Z203="15")

    seen = compare(_fresh(row), reviewing=True)

    assert seen.changed_since_accepted == 1
    (line,) = seen.corrections
    assert (line.before, line.remark, line.now, line.is_changed) == (12, "请核对", 15, True)


def _fresh(row: QuarterlyReturn) -> QuarterlyReturn:
    return QuarterlyReturn.objects.get(pk=row.pk)


def test_a_pinned_cell_that_was_left_alone_is_named_as_unchanged(cast, waiting):
    row = send_back_return(
        waiting, actor=cast.township, reason="", remarks={"Z203": "请核对", "Z201": "与花名册不符"}
    )
    row = correct(cast, row, Z203="15")

    lines = {
        line.label: line.is_changed for line in compare(_fresh(row), reviewing=True).corrections
    }

    assert sorted(lines.values()) == [False, True]


# --- escalating -----------------------------------------------------------------------------


def test_an_escalated_return_is_decided_by_the_next_superior_alone(cast, waiting):
    row = escalate_return(waiting, actor=cast.township, reason="口径有争议")

    assert told("return_escalated", cast.county.post_id) == 1
    assert not waiting_for(cast.township).filter(pk=row.pk).exists()
    assert waiting_for(cast.county).filter(pk=row.pk).exists()
    with pytest.raises(NotPermitted):
        accept_return(row, actor=cast.township)
    # A window opened before the escalation knows nothing of it and is refused as well.
    with pytest.raises(NotPermitted):
        accept_return(waiting, actor=cast.township)
    assert accept_return(row, actor=cast.county).state == "accepted"


def test_a_correction_goes_straight_back_to_the_level_that_returned_it(cast, waiting):
    row = escalate_return(waiting, actor=cast.township, reason="口径有争议")
    row = send_back_return(row, actor=cast.county, reason="", remarks={"Z203": "请核对"})
    row = correct(cast, row, Z203="15")

    assert corrected_for(cast.county).filter(pk=row.pk).exists()
    assert told("return_resubmitted", cast.county.post_id) == 1
    assert told("return_resubmitted", cast.township.post_id) == 0


def test_the_superior_gives_it_back_and_only_what_was_escalated(cast, waiting):
    with pytest.raises(StateConflict, match="没有提请"):
        hand_down_return(waiting, actor=cast.township, reason="请按口径审核")
    row = escalate_return(waiting, actor=cast.township, reason="口径有争议")

    row = hand_down_return(row, actor=cast.county, reason="按花名册")

    assert accept_return(row, actor=cast.township).state == "accepted"


def test_who_has_no_superior_decides_himself(cast):
    row = QuarterlyReturn(unit=cast.qinghe)
    assert row.review_unit == cast.qinghe
    period, _ = open_quarter(cast)
    waiting = submitted(cast, cast.hongqi, period, cast.secretary)
    waiting = escalate_return(waiting, actor=cast.township, reason="争议")
    waiting = escalate_return(waiting, actor=cast.county, reason="争议")

    with pytest.raises(DomainError, match="已是最高一级"):
        escalate_return(waiting, actor=cast.office, reason="争议")
    assert accept_return(waiting, actor=cast.office).state == "accepted"


# --- who has it in hand -----------------------------------------------------------------------


def test_the_first_to_look_has_it_and_a_colleague_takes_over(cast, waiting):
    colleague = _colleague(cast)
    mark_seen(waiting, actor=cast.township)
    mark_seen(waiting, actor=colleague)
    assert _fresh(waiting).reviewer_post_id == cast.township.post_id
    seen = TrailEntry.objects.filter(action="responsibilities.return.seen", subject_id=waiting.pk)
    assert seen.count() == 1

    take_over_return(waiting, actor=colleague)
    row = send_back_return(waiting, actor=colleague, reason="", remarks={"Z203": "请核对"})
    correct(cast, row, Z203="15")

    assert told("return_resubmitted", colleague.post_id) == 1
    assert told("return_resubmitted", cast.township.post_id) == 0
    assert waiting_for(cast.township).filter(pk=row.pk).exists()
    with pytest.raises(StateConflict, match="已由您审核"):
        take_over_return(row, actor=colleague)
    with pytest.raises(NotPermitted):
        take_over_return(row, actor=cast.county)


def _colleague(cast):
    from orgs.queries import actor_of

    return actor_of(
        seat(cast.tenant, cast.dongfeng, "superior_office", "工会副主席", "林晓"), cast.tenant
    )


def test_when_the_returner_left_the_others_are_told(cast, waiting):
    colleague = _colleague(cast)
    row = send_back_return(waiting, actor=colleague, reason="", remarks={"Z203": "请核对"})
    gone = Appointment.objects.get(pk=colleague.appointment_id)
    gone.starts_on, gone.ends_on = today() - timedelta(days=9), today() - timedelta(days=1)
    gone.save()

    correct(cast, row, Z203="15")

    assert told("return_resubmitted", cast.township.post_id) == 1


# --- asking ---------------------------------------------------------------------------------


def test_a_question_moves_no_state_and_both_sides_are_told(cast, waiting):
    make_message(waiting, cast.township, "发展会员数含劳务派遣吗？")
    make_message(waiting, cast.secretary, "不含。")

    assert _fresh(waiting).state == "submitted"
    assert told("return_message", cast.secretary.post_id) == 1
    assert told("return_message", cast.township.post_id) == 1
    labels = [event.label for event in thread_of(waiting)]
    assert labels[-2:] == ["审核人问询", "单位答复"]


def test_outsiders_and_empty_words_are_refused(cast, waiting):
    for other in (cast.neighbour, cast.other_county, cast.leader):
        with pytest.raises(NotPermitted):
            post_message(waiting, actor=other, text="你好")
    with pytest.raises(FieldErrors):
        post_message(waiting, actor=cast.township, text=" ")
    with pytest.raises(FieldErrors):
        post_message(waiting, actor=cast.township, text="长" * 501)


# --- delegation -----------------------------------------------------------------------------


def test_a_delegate_reviews_and_both_names_stand_on_the_decision(cast, waiting):
    delegation = make_delegation(cast.township, cast.county)
    acting = stand_in(delegation)

    row = accept_return(waiting, actor=acting)

    assert cast.township.person_name in row.reviewed_by
    assert cast.county.person_name in row.reviewed_by
    assert told("review_delegated", cast.county.post_id) == 1


def test_a_delegate_may_review_and_nothing_else(cast, waiting):
    acting = stand_in(make_delegation(cast.township, cast.county))
    other = fill(start(cast, cast.xinghuo, waiting.period, cast.neighbour), cast.neighbour)

    assert waiting_for(acting).filter(pk=waiting.pk).exists()
    with pytest.raises(NotPermitted):
        delegate_review(
            actor=acting,
            receiver=Appointment.objects.get(pk=cast.other_county.appointment_id),
            starts_on=today(),
            ends_on=today(),
            reason="再委托",
        )
    with pytest.raises(NotPermitted):
        submit_consolidation(cast.dongfeng, period=waiting.period, form=waiting.form, actor=acting)
    with pytest.raises(NotPermitted):
        submit_return(other, actor=acting)


def test_a_delegation_runs_from_its_first_to_its_last_day(cast):
    delegation = make_delegation(cast.township, cast.county, days=3, start_in=2)

    def runs(day: date) -> bool:
        terms = current_appointments(cast.county.user_id, day=day)
        return terms.filter(pk=delegation.appointment_id).exists()

    days = [today() + timedelta(days=ahead) for ahead in (1, 2, 5, 6)]
    assert [runs(day) for day in days] == [False, True, True, False]
    assert [delegation.standing(day) for day in days] == ["planned", "running", "running", "closed"]


def test_a_delegation_that_is_ended_is_gone_on_the_next_request(cast, sign_in, waiting):
    delegation = make_delegation(cast.township, cast.county)
    acting = stand_in(delegation)
    client = sign_in(acting)
    assert "红旗村" in client.get("/responsibilities/review/").content.decode()

    end_delegation(delegation, actor=cast.township)

    # What is left is the receiver's own post, one level up.
    assert "红旗村" not in client.get("/responsibilities/review/").content.decode()
    with pytest.raises(StateConflict):
        end_delegation(delegation, actor=cast.township)


@pytest.mark.parametrize("who", ["secretary", "neighbour", "township"])
def test_nobody_below_and_not_oneself_stands_in(cast, who):
    with pytest.raises(FieldErrors) as caught:
        make_delegation(cast.township, getattr(cast, who))
    assert "receiver" in caught.value.errors


def test_a_delegation_needs_days_in_order_a_reason_and_a_right(cast):
    receiver = Appointment.objects.get(pk=cast.county.appointment_id)
    yesterday = today() - timedelta(days=1)
    with pytest.raises(FieldErrors) as caught:
        delegate_review(
            actor=cast.township,
            receiver=receiver,
            starts_on=yesterday,
            ends_on=yesterday,
            reason="",
        )
    assert set(caught.value.errors) == {"starts_on", "reason"}
    with pytest.raises(FieldErrors, match=r"."):
        make_delegation(cast.township, cast.county, days=92)
    make_delegation(cast.township, cast.county)
    with pytest.raises(FieldErrors):
        make_delegation(cast.township, cast.county, start_in=2)
    with pytest.raises(NotPermitted):
        make_delegation(cast.secretary, cast.county)
    with pytest.raises(NotPermitted):
        end_delegation(make_delegation(cast.other_county, cast.office), actor=cast.township)


# --- phrases --------------------------------------------------------------------------------


def test_phrases_of_the_office_stand_behind_what_one_wrote_last(cast, waiting):
    assert "请补充说明变化原因。" in phrases_for(cast.township)
    phrase = make_phrase(cast)
    send_back_return(waiting, actor=cast.township, reason="", remarks={"Z203": "少了两人。"})

    assert phrases_for(cast.township) == ["少了两人。", "请附会议记录。"]
    assert phrases_for(cast.county) == ["请附会议记录。"]
    remove_phrase(phrase, actor=cast.office)
    assert "请附会议记录。" not in phrases_for(cast.county)


def test_phrases_are_kept_by_the_office_and_not_twice(cast):
    phrase = make_phrase(cast)
    with pytest.raises(FieldErrors):
        add_phrase(actor=cast.office, text=phrase.text)
    with pytest.raises(NotPermitted):
        add_phrase(actor=cast.township, text="别的")
    with pytest.raises(NotPermitted):
        remove_phrase(phrase, actor=cast.township)
    remove_phrase(phrase, actor=cast.office)
    assert make_phrase(cast).is_active


# --- what a reviewer reads --------------------------------------------------------------------


def test_odd_figures_are_kept_with_the_submission(cast):
    form = make_form(cast)
    for ordinal, recruited in ((1, "12"), (2, "90")):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        row = submitted(cast, cast.hongqi, period, cast.secretary, Z203=recruited)
        assert set(row.findings) == ({"Z203"} if recruited == "90" else set())
    assert set(oddities_of(row)) == {"Z203"}


def test_a_return_stands_beside_last_quarter_and_last_year(cast):
    form = make_form(cast)
    for year, ordinal, recruited in ((2025, 3, "7"), (2026, 2, "9"), (2026, 3, "12")):
        period, _ = open_quarter(cast, form=form, year=year, ordinal=ordinal)
        row = submitted(cast, cast.hongqi, period, cast.secretary, Z203=recruited)

    lines = {
        line.code: line for block in compare(row, reviewing=True).blocks for line in block.lines
    }

    assert (lines["Z203"].last, lines["Z203"].last_year) == (9, 7)
    assert lines["Z203"].median is None


def test_the_story_is_told_in_order(cast, waiting):
    mark_seen(waiting, actor=cast.township)
    extend_obligation(
        waiting.obligation,
        actor=cast.township,
        until=waiting.obligation.deadline + timedelta(days=3),
        reason="停电",
    )
    row = send_back_return(waiting, actor=cast.township, reason="", remarks={"Z203": "请核对"})
    row = correct(cast, row, Z203="15")
    row = accept_return(row, actor=cast.township)
    submit_consolidation(cast.dongfeng, period=row.period, form=row.form, actor=cast.township)

    story = thread_of(_fresh(row))

    assert [event.label for event in story] == [
        "开始填报",
        "保存填报",
        "报送",
        "查看",
        "批准延期",
        "退回补正",
        "保存填报",
        "补正后报送",
        "审核通过",
        "计入东风镇汇总",
    ]
    assert story[5].remarks[0][1] == "请核对（当时为 12）"


def test_totals_name_who_is_outside_and_whom_to_call(cast, waiting):
    accept_return(waiting, actor=cast.township)
    held = submit_consolidation(
        cast.dongfeng, period=waiting.period, form=waiting.form, actor=cast.township
    )
    (outside,) = outsiders_of(Consolidation.objects.get(pk=held.pk))
    assert outside.unit == cast.xinghuo
    assert outside.standing == "未报"
    assert cast.neighbour.person_name in outside.contacts[0]

    late = submitted(cast, cast.xinghuo, waiting.period, cast.neighbour)
    accept_return(late, actor=cast.township)
    (outside,) = outsiders_of(held)
    assert outside.standing == "上报后通过"


def test_a_stranger_reviews_nothing(cast, waiting):
    assert not reviewable(cast.secretary).exists()
    assert not reviewable(cast.other_county).exists()
    assert not reviewable(cast.office).filter(pk=waiting.pk).exists()
