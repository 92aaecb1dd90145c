from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from bulletins.enums import CommissionState, DispatchState
from bulletins.models import CommissionTask, Dispatch, DispatchVersion, HigherAdoption
from bulletins.points import MECHANISM
from bulletins.queries import alike_to, readable_dispatches, tally
from bulletins.reminders import commission_near, desk_waits
from bulletins.services.desk import (
    accept_task,
    check_higher_adoption,
    close_task,
    decide_dispatch,
    drop_higher_adoption,
    edit_dispatch,
    note_instruction,
    reopen_dispatch,
    take_dispatch,
    tell_higher_adoption,
)
from bulletins.services.writing import (
    Author,
    change_dispatch,
    discard_dispatch,
    send_dispatch,
    withdraw_dispatch,
)
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.handling import receive_follow_up
from gongjian.commons.notices.models import Notice
from gongjian.commons.points.models import PointAccount
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from tests.factories.bulletins import TEXT, adoption_rules, commission_of, draft_of, sent

HIGHER = {"journal": "省工运信息", "level": "province", "issue": "第41期"}


def refused_fields(act) -> dict:
    with pytest.raises(FieldErrors) as error:
        act()
    return error.value.errors


def points_of(unit) -> int:
    account = PointAccount.objects.filter(unit=unit, mechanism=MECHANISM).first()
    return 0 if account is None else int(account.total)


def test_a_dispatch_goes_up_with_a_number_a_version_and_the_name_of_who_answers_for_it(cast):
    dispatch = sent(cast)
    assert dispatch.state == DispatchState.SENT
    assert dispatch.number == f"{today().year}-0001"
    assert sent(cast, title="又一篇").number == f"{today().year}-0002"
    assert dispatch.versions.get().plain.startswith("红旗村把支部主题党日")


def test_what_is_missing_is_told_beside_its_field_and_the_draft_stays(cast):
    draft = draft_of(cast, body="", signer=" ", happened_on=today() + timedelta(days=1))
    errors = refused_fields(lambda: send_dispatch(draft, actor=cast.secretary))
    assert set(errors) == {"body", "signer", "happened_on"}
    draft.refresh_from_db()
    assert draft.state == DispatchState.DRAFT


def test_nobody_but_the_unit_writes_and_nobody_but_the_unit_sees_a_draft(cast):
    draft = draft_of(cast)
    for actor in (cast.neighbour, cast.township, cast.office, cast.stranger):
        assert draft not in readable_dispatches(actor)
        with pytest.raises(NotPermitted):
            change_dispatch(draft, actor=actor, values={"title": "改"}, authors=[])
    assert draft in readable_dispatches(cast.union_chair)


def test_what_was_sent_is_seen_above_and_by_the_units_of_all_authors(cast):
    dispatch = draft_of(cast)
    dispatch.authors.all().delete()
    change_dispatch(
        dispatch,
        actor=cast.secretary,
        values={"title": dispatch.title, "body": TEXT},
        authors=[Author(cast.hongqi.pk, "赵春梅"), Author(cast.xinghuo.pk, "马志强")],
    )
    dispatch = send_dispatch(dispatch, actor=cast.secretary)
    for actor in (cast.township, cast.county, cast.office, cast.leader, cast.neighbour):
        assert dispatch in readable_dispatches(actor)
    assert dispatch not in readable_dispatches(cast.other_county)


def test_of_two_windows_the_later_is_told_and_nothing_is_overwritten(cast):
    draft = draft_of(cast)
    values = {"title": "甲", "body": "<p>甲</p>"}
    change_dispatch(draft, actor=cast.secretary, values=values, authors=[], revision=0)
    errors = refused_fields(
        lambda: change_dispatch(
            draft,
            actor=cast.union_chair,
            values={"title": "乙", "body": ""},
            authors=[],
            revision=0,
        )
    )
    assert "别处保存过" in errors["body"][0]
    draft.refresh_from_db()
    assert draft.title == "甲"


def test_the_desk_edits_and_the_unit_sees_both_texts(cast):
    dispatch = sent(cast)
    with pytest.raises(StateConflict, match="先受理"):
        edit_dispatch(dispatch, actor=cast.office, title="改", body=TEXT)
    take_dispatch(dispatch, actor=cast.office)
    edit_dispatch(dispatch, actor=cast.office, title="改后的标题", body=TEXT)
    edit_dispatch(dispatch, actor=cast.office, title="改后的标题", body=TEXT)
    versions = list(DispatchVersion.objects.filter(dispatch=dispatch).order_by("number"))
    assert [(row.number, row.is_desk) for row in versions] == [(1, False), (2, True)]
    with pytest.raises(NotPermitted):
        edit_dispatch(dispatch, actor=cast.township, title="x", body=TEXT)


@pytest.mark.parametrize(
    ("decision", "state"),
    [("return", "returned"), ("reserve", "reserved"), ("decline", "declined")],
)
def test_every_decision_reaches_the_author_with_its_reason(cast, decision, state):
    dispatch = sent(cast)
    decide_dispatch(
        dispatch, actor=cast.office, decision=decision, reason="routine", remark="请补充数据。"
    )
    dispatch.refresh_from_db()
    assert dispatch.state == state
    notice = Notice.objects.filter(post=cast.secretary.post_id).latest("pk")
    assert "请补充数据。" in notice.body
    assert ("缺少新意" in notice.body) is (decision == "decline")


def test_a_decision_without_a_reason_is_refused(cast):
    dispatch = sent(cast)

    def decide(**values):
        return refused_fields(
            lambda: decide_dispatch(
                dispatch,
                actor=cast.office,
                **{"decision": "decline", "reason": "routine", "remark": "x", **values},
            )
        )

    assert "reason" in decide(reason="")
    assert "remark" in decide(remark=" ")
    assert "remark" in decide(decision="return", remark="")
    assert "decision" in decide(decision="burn")


def test_a_returned_piece_comes_again_under_its_number_and_is_told_twice(cast):
    dispatch = sent(cast)
    for turn in range(2):
        decide_dispatch(
            dispatch, actor=cast.office, decision="return", reason="", remark=f"第{turn}次"
        )
        change_dispatch(
            dispatch, actor=cast.secretary,
            values={"title": dispatch.title, "body": f"{TEXT}<p>补充{turn}</p>"}, authors=[],
        )  # fmt: skip
        dispatch = send_dispatch(dispatch, actor=cast.secretary)
    assert dispatch.number.endswith("0001")
    assert dispatch.versions.count() == 3
    told = Notice.objects.filter(post=cast.secretary.post_id, title__startswith="稿件退回")
    assert told.count() == 2


def test_a_declined_piece_may_be_thought_of_again(cast):
    dispatch = sent(cast)
    decide_dispatch(dispatch, actor=cast.office, decision="decline", reason="space", remark="满")
    assert reopen_dispatch(dispatch, actor=cast.office).reason == ""
    assert tally(readable_dispatches(cast.office), today().year).waiting == 1


def test_a_piece_is_withdrawn_before_it_is_in_an_issue_and_a_sent_one_is_never_deleted(cast):
    draft = draft_of(cast)
    discard_dispatch(draft, actor=cast.secretary)
    assert not Dispatch.objects.exists()
    dispatch = sent(cast)
    with pytest.raises(StateConflict, match="不能删除"):
        discard_dispatch(dispatch, actor=cast.secretary)
    withdraw_dispatch(dispatch, actor=cast.secretary, reason="数据有误")
    assert tally(readable_dispatches(cast.office), today().year).sent == 0


def test_a_higher_journal_counts_once_the_office_has_seen_it(cast):
    adoption_rules(cast)
    dispatch = sent(cast)
    told = tell_higher_adoption(
        dispatch, actor=cast.secretary, values={**HIGHER, "printed_on": today()}
    )
    assert told.checked_at is None
    assert points_of(cast.hongqi) == 0
    with pytest.raises(NotPermitted):
        check_higher_adoption(told, actor=cast.secretary)
    check_higher_adoption(told, actor=cast.office)
    check_higher_adoption(told, actor=cast.office)
    assert points_of(cast.hongqi) == 10
    again = {**HIGHER, "printed_on": today()}
    assert "登记过" in str(
        refused_fields(lambda: tell_higher_adoption(dispatch, actor=cast.office, values=again))
    )
    drop_higher_adoption(told, actor=cast.office, reason="期号有误")
    assert points_of(cast.hongqi) == 0
    assert not HigherAdoption.objects.exists()


def test_a_day_to_come_is_no_day_of_printing(cast):
    dispatch = sent(cast)
    values = {**HIGHER, "printed_on": today() + timedelta(days=1)}
    assert "printed_on" in refused_fields(
        lambda: tell_higher_adoption(dispatch, actor=cast.office, values=values)
    )


def test_an_instruction_becomes_a_follow_up_and_shows_its_state(cast):
    dispatch = sent(cast)
    values = {"leader": "王志远", "level": "city", "text": "请研究具体办法。", "given_on": today()}
    note = note_instruction(
        dispatch,
        actor=cast.office,
        values=values,
        unit=cast.qinghe,
        due_on=today() + timedelta(days=20),
    )
    matter = FollowUp.objects.get()
    assert (matter.unit, matter.source_id) == (cast.qinghe, note.pk)
    note.refresh_from_db()
    assert note.outcome == "待签收"
    receive_follow_up(matter, actor=cast.county)
    note.refresh_from_db()
    assert note.outcome == "办理中"
    assert "due_on" in refused_fields(
        lambda: note_instruction(dispatch, actor=cast.office, values=values, unit=cast.qinghe)
    )


def test_a_commission_is_taken_written_and_delivered(cast):
    commission = commission_of(cast, [cast.hongqi, cast.xinghuo], due_on=today())
    task = commission.tasks.get(unit=cast.hongqi)
    assert accept_task(task, actor=cast.secretary).state == CommissionState.ACCEPTED
    with pytest.raises(NotPermitted):
        accept_task(commission.tasks.get(unit=cast.xinghuo), actor=cast.secretary)
    dispatch = sent(cast, task=task)
    task.refresh_from_db()
    assert task.state == CommissionState.DELIVERED
    assert dispatch.task == task
    with pytest.raises(StateConflict, match="已交稿"):
        close_task(task, actor=cast.office, is_failed=False, reason="x", is_office_fault=False)


def test_a_failed_commission_costs_points_unless_the_day_was_the_offices_fault(cast):
    adoption_rules(cast)
    commission = commission_of(cast, [cast.hongqi, cast.xinghuo])
    first, second = commission.tasks.order_by("unit__path")
    assert "还没有过" in str(
        refused_fields(
            lambda: close_task(
                first, actor=cast.office, is_failed=True, reason="未交", is_office_fault=False
            )
        )
    )
    with time_machine.travel(today() + timedelta(days=3)):
        close_task(first, actor=cast.office, is_failed=True, reason="未交", is_office_fault=False)
        close_task(second, actor=cast.office, is_failed=True, reason="未交", is_office_fault=True)
    assert points_of(first.unit) == -2
    assert points_of(second.unit) == 0


def test_reminders_come_near_the_day_and_for_the_desk_and_stop_by_themselves(cast):
    commission_of(cast)
    dispatch = sent(cast, cast.neighbour)
    assert [row.stage for row in commission_near(today())] == ["+0"]
    assert not list(desk_waits(today() + timedelta(days=3)))
    later = today() + timedelta(days=12)
    assert [row.title for row in desk_waits(later)] == [f"来稿待处理：{dispatch.title}"]
    take_dispatch(dispatch, actor=cast.office)
    assert not list(desk_waits(later))
    CommissionTask.objects.update(state=CommissionState.DELIVERED)
    assert not list(commission_near(today()))


def test_an_alike_piece_is_found_and_an_unlike_is_not(cast):
    first = sent(cast)
    second = sent(cast, cast.neighbour, title="换个标题", body=TEXT + "<p>略加补充。</p>")
    third = sent(
        cast, cast.neighbour, body="<p>星火机械公司攻克焊接变形难题，合格率提高，返工减少。</p>"
    )
    assert [(row.dispatch, row.percent >= 90) for row in alike_to(second)] == [(first, True)]
    assert alike_to(third) == []
