"""The life of a meeting: from open matters to minutes and back at the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gongjian.commons.documents.services import issue_document, sign_off_document
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    receive_follow_up,
    report_follow_up,
)
from gongjian.commons.notices.models import Notice
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.services import Mark, call_roll
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from meetings.documents import build_minutes, pack_values
from meetings.enums import ItemState, MeetingState
from meetings.models import Meeting
from meetings.queries import previous_meeting, readable_by, results_to_report, search_records
from meetings.services.agenda import move_item, prefill_agenda, propose_item, vet_item
from meetings.services.convening import (
    answer_notice,
    call_for_items,
    plan_year,
    roll_of,
    send_notice,
)
from meetings.services.sitting import (
    close_meeting,
    distribute_minutes,
    draft_minutes,
    keep_record,
    receive_minutes,
    resolve,
    settle_item,
)
from tests.factories import follow_ups
from tests.factories import meetings as made


def closed(cast, meeting=None):
    meeting = made.sitting(cast, meeting)
    made.resolved(cast, meeting)
    made.called(cast, meeting)
    return close_meeting(meeting, actor=cast.office)


def issued(cast, meeting=None):
    meeting = closed(cast, meeting)
    document = draft_minutes(meeting, actor=cast.office)
    document = sign_off_document(document, actor=cast.leader)
    issue_document(document, actor=cast.office)
    return Meeting.objects.get(pk=meeting.pk)


def test_a_year_needs_as_many_meetings_as_the_series_asks_for(cast):
    series = made.series_of(cast)
    start = timezone.now() + timedelta(days=5)
    with pytest.raises(FieldErrors):
        plan_year(series, actor=cast.office, starts=[start])
    starts = [start + timedelta(days=3 * number) for number in range(4)]
    plan = plan_year(series, actor=cast.office, starts=starts)
    assert len(plan) == 4
    assert plan[0].place == "市委第三会议室"


def test_a_county_convenes_for_itself_and_not_for_the_city(cast):
    with pytest.raises(NotPermitted):
        call_for_items(made.planned(cast), actor=cast.county, due_on=today())


def test_members_propose_until_the_day_and_for_themselves(cast):
    meeting = made.calling(cast)
    values = {"title": "新就业群体入会难"}
    item = propose_item(meeting, actor=cast.secretary, unit=cast.hongqi, values=values)
    assert item.state == ItemState.PROPOSED
    with pytest.raises(NotPermitted):
        propose_item(meeting, actor=cast.secretary, unit=cast.qinghe, values=values)
    with pytest.raises(NotPermitted):
        propose_item(meeting, actor=cast.neighbour, unit=cast.xinghuo, values=values)
    Meeting.objects.filter(pk=meeting.pk).update(items_due_on=today() - timedelta(days=1))
    with pytest.raises(StateConflict, match="已经截止"):
        propose_item(meeting, actor=cast.secretary, unit=cast.hongqi, values=values)


def test_the_agenda_is_filled_from_open_matters_once(cast):
    late = follow_ups.in_hand(cast)
    FollowUp.objects.filter(pk=late.pk).update(due_on=today() - timedelta(days=3))
    going = follow_ups.in_hand(cast, kind="resolution", title="落实活动经费")
    follow_ups.in_hand(cast, kind="commission", title="不到期的一般事项")
    meeting = made.calling(cast)

    placed = prefill_agenda(meeting, actor=cast.office)

    assert [(item.source_id, item.unit_id) for item in placed] == [
        (late.pk, cast.hongqi.pk),
        (going.pk, cast.hongqi.pk),
    ]
    assert prefill_agenda(meeting, actor=cast.office) == []


def test_vetting_returns_with_a_reason_and_merges_within_the_meeting(cast):
    meeting = made.calling(cast)
    first, second = made.proposed(cast, meeting, "甲"), made.proposed(cast, meeting, "乙")
    with pytest.raises(DomainError, match="须填写理由"):
        vet_item(first, actor=cast.office, verdict="return")
    with pytest.raises(DomainError, match="本次会议"):
        vet_item(first, actor=cast.office, verdict="merge", into=first)
    merged = vet_item(first, actor=cast.office, verdict="merge", into=second)
    assert merged.state == ItemState.MERGED
    assert merged.merged_into_id == second.pk
    assert Notice.objects.filter(rule="meetings.vetted", subject_id=first.pk).exists()
    with pytest.raises(DomainError, match="不能并入"):
        vet_item(second, actor=cast.office, verdict="merge", into=merged)
    with pytest.raises(NotPermitted):
        vet_item(second, actor=cast.county, verdict="accept")


def test_items_move_on_the_agenda(cast):
    meeting = made.calling(cast)
    made.proposed(cast, meeting, "甲")
    second = made.proposed(cast, meeting, "乙")
    move_item(second, actor=cast.office, step=-1)
    assert [item.title for item in meeting.items.all()] == ["乙", "甲"]


def test_the_notice_waits_for_a_vetted_agenda(cast):
    meeting = made.calling(cast)
    with pytest.raises(DomainError, match="上会的议题"):
        send_notice(meeting, actor=cast.office)
    made.accepted(cast, meeting)
    made.proposed(cast, meeting, "还没有审定")
    with pytest.raises(DomainError, match="没有审定"):
        send_notice(meeting, actor=cast.office)


def test_replies_are_given_by_the_unit_with_a_substitute_or_a_reason(cast):
    meeting = made.noticed(cast)
    own = meeting.invitations.get(unit=cast.hongqi)
    with pytest.raises(FieldErrors):
        answer_notice(own, actor=cast.secretary, reply="leave")
    with pytest.raises(FieldErrors):
        answer_notice(own, actor=cast.secretary, reply="substitute")
    with pytest.raises(NotPermitted):
        answer_notice(own, actor=cast.county, reply="attend")
    answer = answer_notice(own, actor=cast.secretary, reply="substitute", substitute="赵敏")
    assert answer.substitute == "赵敏"


def test_of_two_keepers_the_second_is_shown_the_words_of_the_first(cast):
    item = made.sitting(cast).items.get()
    kept = keep_record(item, actor=cast.office, text="会议听取了汇报。", revision=0)
    assert kept.revision == 1
    with pytest.raises(StateConflict, match="没有覆盖"):
        keep_record(item, actor=cast.office, text="另一个版本", revision=0)
    kept.refresh_from_db()
    assert kept.record == "会议听取了汇报。"
    assert keep_record(item, actor=cast.office, text="两人合写", revision=1).revision == 2


def test_a_resolution_becomes_a_follow_up_that_points_back(cast):
    meeting = made.sitting(cast)
    made_one = made.resolved(cast, meeting)
    matter = made_one.follow_up
    assert matter.state == "issued"
    assert matter.kind == "resolution"
    assert (matter.source_kind, matter.source_id) == ("meetings.meeting", meeting.pk)
    assert [helper.unit for helper in matter.helpers.all()] == [cast.dongfeng]


def test_closing_demands_an_outcome_of_each_item_and_a_full_roll(cast):
    meeting = made.sitting(cast)
    with pytest.raises(DomainError, match="还没有结果"):
        close_meeting(meeting, actor=cast.office)
    settle_item(meeting.items.get(), actor=cast.office, outcome="discuss")
    with pytest.raises(StateConflict, match="没有登记"):
        close_meeting(meeting, actor=cast.office)
    made.called(cast, meeting)
    assert close_meeting(meeting, actor=cast.office).state == MeetingState.HELD


def test_the_minutes_hold_attendance_in_order_and_each_resolution(cast):
    meeting = made.sitting(cast)
    item = meeting.items.get()
    keep_record(item, actor=cast.office, text="会议听取了红旗村的汇报。", revision=0)
    made.resolved(cast, meeting)
    roll = roll_of(meeting)
    chair, county, village = roll.members.order_by("position")
    call_roll(
        roll.sessions.get(),
        actor=cast.office,
        marks={
            chair.pk: Mark(Attendance.PRESENT),
            county.pk: Mark(Attendance.PRESENT, "赵敏"),
            village.pk: Mark(Attendance.LEAVE, "", "外出学习"),
        },
    )
    close_meeting(meeting, actor=cast.office)

    body = build_minutes(Meeting.objects.get(pk=meeting.pk)).body

    assert "一、职工活动室长期关闭" in body
    assert "会议听取了红旗村的汇报。" in body
    assert "牵头单位：红旗村；配合单位：东风镇" in body
    assert body.index("主持：李明远") < body.index("出席：赵敏（代清河县周海燕）")
    assert "请假：王立（红旗村书记）。" in body


def test_minutes_are_distributed_only_when_issued_and_signed_for_once(cast):
    meeting = closed(cast)
    with pytest.raises(DomainError, match="还没有印发"):
        distribute_minutes(meeting, actor=cast.office)
    document = draft_minutes(meeting, actor=cast.office)
    issue_document(sign_off_document(document, actor=cast.leader), actor=cast.office)
    meeting = distribute_minutes(Meeting.objects.get(pk=meeting.pk), actor=cast.office)

    assert meeting.document.document_number.startswith("示党工组纪")
    copy = meeting.copies.get(unit=cast.hongqi)
    with pytest.raises(NotPermitted):
        receive_minutes(copy, actor=cast.county)
    receive_minutes(copy, actor=cast.secretary)
    with pytest.raises(StateConflict, match="已经签收"):
        receive_minutes(copy, actor=cast.union_chair)


def test_no_resolution_after_the_minutes_are_drafted(cast):
    meeting = closed(cast)
    draft_minutes(meeting, actor=cast.office)
    with pytest.raises(StateConflict, match="已经起草"):
        resolve(
            meeting.items.get(),
            actor=cast.office,
            values={"title": "x", "text": "y", "unit": cast.hongqi, "due_on": today()},
        )


def test_the_next_meeting_reports_the_last_and_takes_what_was_left_over(cast):
    meeting = made.calling(cast)
    made.accepted(cast, meeting)
    left = made.accepted(cast, meeting, "另一项")
    meeting = made.sitting(cast, meeting)
    made.resolved(cast, meeting, meeting.items.get(title="职工活动室长期关闭"))
    settle_item(left, actor=cast.office, outcome="carry")
    made.called(cast, meeting)
    close_meeting(meeting, actor=cast.office)
    coming = made.calling(cast, meeting.series, days=40)

    matter = FollowUp.objects.get(source_id=meeting.pk)
    matter = receive_follow_up(matter, actor=cast.secretary)
    matter = report_follow_up(matter, actor=cast.secretary, result="已整修开放。")
    clear_follow_up(matter, actor=cast.office)

    assert previous_meeting(coming) == meeting
    assert [row.follow_up.state for row in results_to_report(coming)] == ["cleared"]
    again = prefill_agenda(coming, actor=cast.office)
    assert [(item.title, item.appearance) for item in again] == [("另一项", 2)]
    assert pack_values(coming)["results"][0]["result"] == "已整修开放。"


def test_a_problem_that_comes_back_is_marked(cast):
    meeting = closed(cast)
    coming = made.calling(cast, meeting.series, days=40)
    again = made.proposed(cast, coming)
    assert again.appearance == 2
    assert again.earlier.meeting == meeting
    assert made.proposed(cast, coming, "别的事").appearance == 1


def test_search_finds_words_in_records_and_resolutions(cast):
    meeting = closed(cast)
    assert [row.meeting for row in search_records(cast.office, "活动室 开放")] == [meeting]
    assert list(search_records(cast.office, "活动室 没有这个词")) == []
    assert list(search_records(cast.neighbour, "活动室")) == []


def test_who_is_not_called_does_not_see_the_meeting(cast):
    meeting = made.noticed(cast)
    assert meeting in readable_by(cast.secretary)
    assert meeting not in readable_by(cast.neighbour)
