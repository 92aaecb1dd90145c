"""Study topics: applied for, approved with a number, reported on, concluded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.turns import take_turns
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from seminars.authority import APPLY_TOPIC, DECIDE_TOPIC
from seminars.enums import RUNNING, MilestoneKind, TopicState
from seminars.models import StudyTopic, TopicMilestone
from seminars.services.telling import office_posts, posts_of, tell

#: The report that must lie there before the office can pass a topic on.
_REPORT = {
    "open": MilestoneKind.OPENING,
    "midterm": MilestoneKind.MIDTERM,
    "conclude": MilestoneKind.FINAL,
}
_SHORTEST_REPORT = 30


@transaction.atomic
def write_topic(
    topic: StudyTopic | None, *, actor: Actor, unit: Unit, values: Mapping[str, Any]
) -> StudyTopic:
    """Begin an application, or change it before the office has it."""
    if not actor.may(APPLY_TOPIC, at=unit):
        raise NotPermitted("课题由承担单位申报。")
    if topic is None:
        topic = StudyTopic(unit=unit, year=today().year)
    else:
        topic = _locked(topic)
        if topic.state not in {TopicState.DRAFT, TopicState.DECLINED}:
            raise StateConflict("课题已经申报，内容不能再改。")
    for name, value in values.items():
        setattr(topic, name, value)
    demand_valid(topic)
    topic.save()
    record("seminars.topic.written", topic, actor=actor, label="填写课题申报")
    return topic


@transaction.atomic
def apply_topic(topic: StudyTopic, *, actor: Actor, reason: str = "") -> StudyTopic:
    """Apply. A leader with an unfinished topic, or one given up last year, is refused."""
    take_turns("seminars.topic", topic.unit_id)
    others = StudyTopic.objects.filter(unit=topic.unit, leader=topic.leader).exclude(pk=topic.pk)
    if running := others.filter(state__in=RUNNING).first():
        raise DomainError(f"{topic.leader}负责的“{running}”还没有结题，结题后才能再申报。")
    if dropped := others.filter(state=TopicState.WITHDRAWN, year__gte=topic.year - 1).first():
        raise DomainError(
            f"{topic.leader}负责的“{dropped}”已撤项，{dropped.year + 2}年起才能再申报。"
        )
    topic = advance(topic, "apply", actor=actor, at=topic.unit, reason=reason)
    tell(
        topic,
        office_posts(),
        stage=f"applied-{today():%m%d}",
        title=f"课题申报：{topic.title}",
        url=topic.get_absolute_url(),
    )
    return topic


@transaction.atomic
def approve_topic(
    topic: StudyTopic, *, actor: Actor, level: str, due_on: date, reason: str = ""
) -> StudyTopic:
    """立项: the number is taken now, counted in the year."""
    if due_on <= today():
        raise FieldErrors({"due_on": "结题时限须在今天以后。"})
    take_turns("seminars.topic_number", topic.year)
    taken = StudyTopic.objects.filter(year=topic.year).exclude(number="").count()
    topic = advance(
        topic,
        "approve",
        actor=actor,
        at=topic.unit,
        reason=reason,
        changes={"level": level, "due_on": due_on, "number": f"{topic.year}-{taken + 1:03d}"},
    )
    _tell_unit(topic, stage="approved", title=f"课题已立项：{topic.title}", body=reason)
    return topic


@transaction.atomic
def decline_topic(topic: StudyTopic, *, actor: Actor, reason: str) -> StudyTopic:
    topic = advance(topic, "decline", actor=actor, at=topic.unit, reason=reason)
    _tell_unit(
        topic, stage=f"declined-{today():%m%d}", title=f"课题未立项：{topic.title}", body=reason
    )
    return topic


@transaction.atomic
def report_topic(topic: StudyTopic, *, actor: Actor, kind: str, text: str) -> TopicMilestone:
    """开题, 中期 or 结题 report of the unit. A later one of a kind stands beside the earlier."""
    if not actor.may(APPLY_TOPIC, at=topic.unit):
        raise NotPermitted("课题报告由承担单位填写。")
    topic = _locked(topic)
    expected = expected_report(topic)
    if expected is None or kind != expected:
        raise StateConflict(f"课题现在是“{topic.get_state_display()}”，不能填写这项报告。")
    if len(text.strip()) < _SHORTEST_REPORT:
        raise FieldErrors({"text": f"报告太短，请至少写{_SHORTEST_REPORT}个字。"})
    milestone = _note(topic, kind, text, actor)
    record(
        "seminars.topic.reported",
        topic,
        actor=actor,
        label=f"提交{milestone.get_kind_display()}",
    )
    tell(
        topic,
        office_posts(),
        stage=f"{kind[:7]}-{milestone.pk}",
        title=f"{milestone.get_kind_display()}：{topic.title}",
        url=topic.get_absolute_url(),
    )
    return milestone


def expected_report(topic: StudyTopic) -> MilestoneKind | None:
    """The report that the topic waits for, by its state."""
    return {
        TopicState.APPROVED: MilestoneKind.OPENING,
        TopicState.OPENED: MilestoneKind.MIDTERM,
        TopicState.MIDTERM: MilestoneKind.FINAL,
    }.get(TopicState(topic.state))


@transaction.atomic
def pass_topic(topic: StudyTopic, step: str, *, actor: Actor, reason: str = "") -> StudyTopic:
    """开题, 中期 or 结题 is passed by the office; without the unit's report it is not."""
    topic = _locked(topic)
    kind = _REPORT[step]
    if not topic.milestones.filter(kind=kind).exists():
        raise DomainError(f"承担单位还没有提交{kind.label}，请先请其填写。")
    topic = advance(topic, step, actor=actor, at=topic.unit, reason=reason)
    label = topic.lifecycle[step].label
    _tell_unit(topic, stage=step, title=f"{label}：{topic.title}", body=reason)
    return topic


@transaction.atomic
def finish_topic(topic: StudyTopic, *, actor: Actor, reason: str = "") -> StudyTopic:
    """申请结题: with the final report and, as the rule has it, at least one paper."""
    topic = _locked(topic)
    if not topic.milestones.filter(kind=MilestoneKind.FINAL).exists():
        raise DomainError("请先提交结题报告，再申请结题。")
    topic = advance(topic, "finish", actor=actor, at=topic.unit, reason=reason)
    tell(
        topic,
        office_posts(),
        stage=f"finish-{today():%m%d}",
        title=f"申请结题：{topic.title}",
        url=topic.get_absolute_url(),
    )
    return topic


@transaction.atomic
def send_back_topic(topic: StudyTopic, *, actor: Actor, reason: str) -> StudyTopic:
    topic = advance(topic, "send_back", actor=actor, at=topic.unit, reason=reason)
    _tell_unit(topic, stage=f"back-{today():%m%d}", title=f"结题退回：{topic.title}", body=reason)
    return topic


@transaction.atomic
def withdraw_topic(topic: StudyTopic, *, actor: Actor, reason: str) -> StudyTopic:
    """撤项: the leader may not apply in the following year."""
    topic = advance(topic, "withdraw", actor=actor, at=topic.unit, reason=reason)
    _tell_unit(topic, stage="withdrawn", title=f"课题撤项：{topic.title}", body=reason)
    return topic


@transaction.atomic
def ask_extension(topic: StudyTopic, *, actor: Actor, until: date, reason: str) -> StudyTopic:
    """延期 is asked for before the day has passed; the office decides."""
    if not actor.may(APPLY_TOPIC, at=topic.unit):
        raise NotPermitted("延期由承担单位申请。")
    topic = _locked(topic)
    if topic.state not in RUNNING or topic.due_on is None:
        raise StateConflict("课题没有在研，不用申请延期。")
    if topic.due_on < today():
        raise DomainError(f"结题时限{long_date(topic.due_on)}已过，延期须在到期前申请。")
    if until <= topic.due_on:
        raise FieldErrors({"until": "延期日期须晚于现在的结题时限。"})
    topic.asked_until = until
    topic.save(update_fields=["asked_until"])
    record("seminars.topic.extension_asked", topic, actor=actor, label="申请延期", reason=reason)
    tell(
        topic,
        office_posts(),
        stage=f"extend-{until:%y%m%d}",
        title=f"课题申请延期：{topic.title}",
        url=topic.get_absolute_url(),
        body=reason,
    )
    return topic


@transaction.atomic
def answer_extension(
    topic: StudyTopic, *, actor: Actor, granted: bool, reason: str = ""
) -> StudyTopic:
    if not actor.may(DECIDE_TOPIC):
        raise NotPermitted("延期由办公室审批。")
    topic = _locked(topic)
    if topic.asked_until is None:
        raise StateConflict("没有待审批的延期申请，可能已有人办理。")
    until, before = topic.asked_until, topic.due_on
    topic.asked_until = None
    if granted:
        topic.due_on = until
    topic.save(update_fields=["asked_until", "due_on"])
    words = f"{'同意' if granted else '不同意'}延期至{long_date(until)}。{reason}".strip()
    _note(topic, MilestoneKind.EXTENSION, words, actor)
    record(
        "seminars.topic.extension_answered",
        topic,
        actor=actor,
        label="同意延期" if granted else "不同意延期",
        before={"due_on": before},
        after={"due_on": topic.due_on},
        reason=reason,
    )
    _tell_unit(
        topic, stage=f"extended-{until:%y%m%d}", title=f"延期答复：{topic.title}", body=words
    )
    return topic


def _note(topic: StudyTopic, kind: str, text: str, actor: Actor) -> TopicMilestone:
    milestone = TopicMilestone(topic=topic, kind=kind, text=text.strip(), by=actor.label[:200])
    demand_valid(milestone)
    milestone.save()
    return milestone


def _locked(topic: StudyTopic) -> StudyTopic:
    return (
        StudyTopic.objects.select_for_update(of=("self",)).select_related("unit").get(pk=topic.pk)
    )


def _tell_unit(topic: StudyTopic, *, stage: str, title: str, body: str = "") -> None:
    tell(
        topic,
        posts_of([topic.unit_id]),
        stage=stage,
        title=title,
        body=body,
        url=topic.get_absolute_url(),
    )
