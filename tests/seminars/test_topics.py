from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from seminars.enums import MilestoneKind, TopicState
from seminars.reminders import topic_due
from seminars.services.topics import (
    answer_extension,
    apply_topic,
    approve_topic,
    ask_extension,
    finish_topic,
    pass_topic,
    report_topic,
    send_back_topic,
    withdraw_topic,
    write_topic,
)
from tests.factories.seminars import approved_topic, topic_of

WORDS = "分三步进行：先摸底，再试行，最后比较。课题组共四人，分工已经明确，时间安排到月。"


def report(topic, actor, kind):
    return report_topic(topic, actor=actor, kind=kind, text=WORDS)


def test_the_whole_chain(cast):
    topic = approved_topic(cast)
    assert topic.number == f"{today().year}-001"
    with pytest.raises(DomainError, match="还没有提交开题报告"):
        pass_topic(topic, "open", actor=cast.office)
    report(topic, cast.secretary, MilestoneKind.OPENING)
    topic = pass_topic(topic, "open", actor=cast.office)
    report(topic, cast.secretary, MilestoneKind.MIDTERM)
    topic = pass_topic(topic, "midterm", actor=cast.office)
    with pytest.raises(DomainError, match="结题报告"):
        finish_topic(topic, actor=cast.secretary)
    report(topic, cast.secretary, MilestoneKind.FINAL)
    topic = finish_topic(topic, actor=cast.secretary)
    topic = send_back_topic(topic, actor=cast.office, reason="请补充应用情况。")
    topic = finish_topic(topic, actor=cast.secretary)
    topic = pass_topic(topic, "conclude", actor=cast.office)
    assert topic.state == TopicState.CONCLUDED
    assert Notice.objects.filter(post=cast.secretary.post_id, title__contains="同意结题").exists()


def test_a_leader_has_one_topic_at_a_time(cast):
    approved_topic(cast)
    second = topic_of(cast, title="另一个")
    with pytest.raises(DomainError, match="还没有结题"):
        apply_topic(second, actor=cast.secretary)
    apply_topic(topic_of(cast, leader="孙国强", title="别人的"), actor=cast.secretary)


def test_who_gave_up_may_not_apply_the_year_after(cast):
    topic = withdraw_topic(approved_topic(cast), actor=cast.office, reason="人员变动，无法继续。")
    assert topic.state == TopicState.WITHDRAWN
    with pytest.raises(DomainError, match=f"{today().year + 2}年起"):
        apply_topic(topic_of(cast, title="再来"), actor=cast.secretary)


def test_numbers_are_counted_in_the_year(cast):
    first = approved_topic(cast)
    second = approved_topic(cast, leader="孙国强", title="第二个")
    assert (first.number[-3:], second.number[-3:]) == ("001", "002")


def test_an_extension_is_asked_before_the_day_and_decided_by_the_office(cast):
    topic = approved_topic(cast)
    day = topic.due_on + timedelta(days=30)
    with pytest.raises(FieldErrors):
        ask_extension(topic, actor=cast.secretary, until=topic.due_on, reason="早了")
    topic = ask_extension(topic, actor=cast.secretary, until=day, reason="外出调研推迟。")
    with pytest.raises(NotPermitted):
        answer_extension(topic, actor=cast.secretary, granted=True)
    topic = answer_extension(topic, actor=cast.office, granted=True)
    assert topic.due_on == day
    with pytest.raises(StateConflict):
        answer_extension(topic, actor=cast.office, granted=False)
    topic.due_on = today() - timedelta(days=1)
    topic.save(update_fields=["due_on"])
    with pytest.raises(DomainError, match="到期前申请"):
        ask_extension(topic, actor=cast.secretary, until=today(), reason="晚了")


def test_a_report_has_its_time_and_its_length(cast):
    topic = approved_topic(cast)
    with pytest.raises(StateConflict):
        report(topic, cast.secretary, MilestoneKind.FINAL)
    with pytest.raises(FieldErrors):
        report_topic(topic, actor=cast.secretary, kind=MilestoneKind.OPENING, text="短")
    with pytest.raises(NotPermitted):
        report(topic, cast.neighbour, MilestoneKind.OPENING)


def test_only_the_unit_writes_and_only_before_applying(cast):
    topic = topic_of(cast)
    with pytest.raises(NotPermitted):
        write_topic(topic, actor=cast.neighbour, unit=cast.hongqi, values={"title": "改"})
    topic = apply_topic(topic, actor=cast.secretary)
    with pytest.raises(StateConflict):
        write_topic(topic, actor=cast.secretary, unit=cast.hongqi, values={"title": "改"})
    with pytest.raises(NotPermitted):
        approve_topic(topic, actor=cast.secretary, level="key", due_on=today() + timedelta(days=9))
    with pytest.raises(FieldErrors):
        approve_topic(topic, actor=cast.office, level="key", due_on=today())


def test_the_unit_is_reminded_before_and_after_the_day(cast):
    topic = approved_topic(cast)
    assert list(topic_due(today())) == []
    [before] = topic_due(topic.due_on)
    assert "临近" in before.title
    [after] = topic_due(topic.due_on + timedelta(days=7))
    assert "已过" in after.title
    assert after.post_ids != []
