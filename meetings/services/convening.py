"""Series, the yearly plan, the call for items, the notice, the replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.commons.rolls.models import Roll
from gongjian.commons.rolls.services import (
    add_session,
    announce_substitute,
    expect_member,
    move_session,
    open_roll,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from meetings.authority import CONVENE_MEETING, TAKE_PART
from meetings.enums import BEFORE_SITTING, Capacity, ItemState, MeetingState, Reply
from meetings.models import Invitation, Meeting, Phrase, Series, SeriesMember
from orgs.enums import Role
from orgs.models import Post, Unit
from orgs.services import demand_valid

#: Text modules that one unit may keep; more are not found again at a glance.
MOST_PHRASES = 30
#: Posts that act for a unit in a meeting.
SPEAKERS = (Role.OFFICE, Role.SUPERIOR_OFFICE, Role.SECRETARY, Role.UNION_CHAIR, Role.LIAISON)


def demand_convener(actor: Actor, unit: Unit) -> None:
    if not actor.may(CONVENE_MEETING, at=unit):
        raise NotPermitted(f"会议由召集单位“{unit.name}”办理，请与该单位联系。")


@transaction.atomic
def open_series(unit: Unit, *, actor: Actor, values: Mapping[str, Any]) -> Series:
    demand_convener(actor, unit)
    series = Series(unit=unit, **values)
    demand_valid(series)
    series.save()
    record("meetings.series.opened", series, actor=actor, label="建立会议系列")
    return series


@transaction.atomic
def add_member(
    series: Series, *, actor: Actor, unit: Unit, name: str, duty: str = "",
    capacity: str = Capacity.MEMBER,
) -> SeriesMember:  # fmt: skip
    """A standing member, placed after those who are there."""
    demand_convener(actor, series.unit)
    last = series.members.aggregate(last=Max("position"))["last"] or 0
    member = SeriesMember(
        series=series, unit=unit, name=name.strip(), duty=duty, capacity=capacity,
        position=last + 1,
    )  # fmt: skip
    demand_valid(member)
    member.save()
    record("meetings.series.member_added", series, actor=actor, label=f"增加成员：{member.name}")
    return member


@transaction.atomic
def edit_series(series: Series, *, actor: Actor, values: Mapping[str, Any]) -> Series:
    """Name, number in a year, host, place; sittings that are planned keep theirs."""
    demand_convener(actor, series.unit)
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    for name, value in values.items():
        setattr(series, name, value)
    demand_valid(series)
    series.save()
    record("meetings.series.edited", series, actor=actor, label="修改会议系列")
    return series


@transaction.atomic
def edit_member(member: SeriesMember, *, actor: Actor, values: Mapping[str, Any]) -> SeriesMember:
    """Another person, duty or capacity; notices that have gone out keep what they said."""
    member = _member(member, actor)
    before = str(member)
    for name, value in values.items():
        setattr(member, name, value)
    demand_valid(member)
    member.save()
    said = before if before == member.name else f"{before}改为{member.name}"
    record(
        "meetings.series.member_edited", member.series, actor=actor, label=f"修改成员：{said}"[:60]
    )
    return member


@transaction.atomic
def remove_member(member: SeriesMember, *, actor: Actor) -> Series:
    """Take a person off the standing members; sittings to which they were called stand."""
    member = _member(member, actor)
    series, name = member.series, member.name
    member.delete()
    record("meetings.series.member_removed", series, actor=actor, label=f"移出成员：{name}"[:60])
    return series


@transaction.atomic
def move_member(member: SeriesMember, *, actor: Actor, step: int) -> Series:
    """One rank up (-1) or down (+1); notice, roll and minutes follow this order."""
    member = _member(member, actor)
    members = list(member.series.members.all())
    place = next(index for index, other in enumerate(members) if other.pk == member.pk)
    target = place + step
    if 0 <= target < len(members):
        members[place], members[target] = members[target], members[place]
        for position, other in enumerate(members, start=1):
            other.position = position
        SeriesMember.objects.bulk_update(members, ["position"])
        record(
            "meetings.series.member_moved", member.series, actor=actor,
            label=f"调整顺序：{member.name}"[:60],
        )  # fmt: skip
    return member.series


def _member(member: SeriesMember, actor: Actor) -> SeriesMember:
    """The member, with the series locked so that two clerks write one after the other."""
    series = (
        Series.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=member.series_id)
    )
    demand_convener(actor, series.unit)
    found = SeriesMember.objects.filter(pk=member.pk).select_related("unit").first()
    if found is None:
        raise StateConflict("这位成员刚才已被移出，请刷新后查看。")
    found.series = series
    return found


@transaction.atomic
def set_phrases(unit: Unit, *, actor: Actor, lines: Sequence[str]) -> int:
    """The unit's own text modules for records, as they are to stand; returns how many."""
    demand_convener(actor, unit)
    wanted = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(wanted) > MOST_PHRASES:
        raise FieldErrors({"lines": f"常用语最多{MOST_PHRASES}条，请删减后保存。"})
    before = list(Phrase.objects.filter(unit=unit).values_list("text", flat=True))
    if before == wanted:
        return len(wanted)
    # In their order: the page offers them as they stand here.
    Phrase.objects.filter(unit=unit).delete()
    for text in wanted:
        phrase = Phrase(unit=unit, text=text)
        demand_valid(phrase)
        phrase.save()
    record(
        "meetings.phrases.set", unit, actor=actor, label="修改记录常用语",
        before={"phrases": before}, after={"phrases": wanted},
    )  # fmt: skip
    return len(wanted)


@transaction.atomic
def plan_year(series: Series, *, actor: Actor, starts: Sequence[datetime]) -> list[Meeting]:
    """年度计划: as many sittings as the series asks for, each two hours long."""
    demand_convener(actor, series.unit)
    if len(starts) < series.per_year:
        raise FieldErrors(
            {"starts": f"{series.name}每年不少于{series.per_year}次，请补足开会时间。"}
        )
    return [plan_meeting(series, actor=actor, starts_at=start) for start in sorted(starts)]


@transaction.atomic
def plan_meeting(
    series: Series, *, actor: Actor, starts_at: datetime, values: Mapping[str, Any] | None = None
) -> Meeting:
    """One sitting; what is not given comes from the series."""
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    demand_convener(actor, series.unit)
    year = timezone.localtime(starts_at).year
    last = series.meetings.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    given = {"place": series.place, "host": series.host, "ends_at": starts_at + timedelta(hours=2)}
    meeting = Meeting(
        series=series, unit=series.unit, year=year, number=last + 1, starts_at=starts_at,
        **{**given, **(values or {})},
    )  # fmt: skip
    demand_valid(meeting)
    meeting.save()
    record("meetings.meeting.planned", meeting, actor=actor, label="列入计划")
    return meeting


@transaction.atomic
def edit_meeting(meeting: Meeting, *, actor: Actor, values: Mapping[str, Any]) -> Meeting:
    """Change time or place; those who were called are told of it."""
    demand_convener(actor, meeting.unit)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.state not in BEFORE_SITTING:
        raise StateConflict("会议已经开始或取消，不能再改时间和地点。")
    before = (meeting.starts_at, meeting.place)
    for name, value in values.items():
        setattr(meeting, name, value)
    demand_valid(meeting)
    meeting.save()
    roll = roll_of(meeting)
    if roll is not None:
        move_session(
            roll.sessions.get(), actor=actor, starts_at=meeting.starts_at, ends_at=meeting.ends_at
        )
    record("meetings.meeting.edited", meeting, actor=actor, label="修改会议安排")
    if meeting.state == MeetingState.NOTICED and before != (meeting.starts_at, meeting.place):
        tell(meeting, "moved", f"会议改期或改地点：{meeting}", _when(meeting),
             stage=f"{meeting.starts_at:%Y%m%d%H%M}")  # fmt: skip
    return meeting


@transaction.atomic
def call_for_items(meeting: Meeting, *, actor: Actor, due_on: date) -> Meeting:
    """征集议题: every member unit is asked, with the day by which it must answer."""
    if due_on < today() or due_on > timezone.localtime(meeting.starts_at).date():
        raise FieldErrors({"due_on": "截止日期须在今天之后、会议召开之前，请改正。"})
    if not meeting.series.members.exists():
        raise DomainError("会议系列还没有成员，请先添加成员再征集议题。")
    meeting = advance(
        meeting, "call", actor=actor, at=meeting.unit, changes={"items_due_on": due_on}
    )
    units = list(meeting.series.members.values_list("unit_id", flat=True))
    notify(
        rule="meetings.call",
        subject=meeting,
        stage="call",
        post_ids=posts_of(units),
        title=f"征集议题：{meeting}",
        body=f"请于{long_date(due_on)}前申报议题。没有议题的不必申报。",
        url=meeting.get_absolute_url(),
        deadline=due_on,
    )
    return meeting


@transaction.atomic
def send_notice(meeting: Meeting, *, actor: Actor, reason: str = "") -> Meeting:
    """发出会议通知: the standing members are called, and the agenda is what was accepted."""
    if meeting.starts_at <= timezone.now():
        raise DomainError("会议时间已经过去，请先修改会议时间再发通知。")
    members = list(
        meeting.series.members.exclude(capacity=Capacity.INFORMED).select_related("unit")
    )
    if not any(member.capacity == Capacity.CHAIR for member in members):
        raise DomainError("会议系列没有主持人，请先在成员中指定主持再发通知。")
    if not meeting.items.filter(state=ItemState.ACCEPTED).exists():
        raise DomainError("还没有确定上会的议题，请先审定议题再发通知。")
    waiting = meeting.items.filter(state=ItemState.PROPOSED).count()
    if waiting:
        raise DomainError(f"还有{waiting}项议题没有审定，请先审定（上会、退回、并案或书面）。")
    meeting = advance(
        meeting, "notice", actor=actor, at=meeting.unit, reason=reason,
        changes={"noticed_at": timezone.now()},
    )  # fmt: skip
    Invitation.objects.bulk_create(
        Invitation(
            meeting=meeting, unit=member.unit, name=member.name, duty=member.duty,
            capacity=member.capacity, position=member.position,
        )
        for member in members
    )  # fmt: skip
    prepare_roll(meeting, actor)
    tell(meeting, "notice", f"会议通知：{meeting}", _when(meeting))
    return meeting


def prepare_roll(meeting: Meeting, actor: Actor) -> None:
    """The roll stands with the notice, so that the sign-in sheet is printed the day before."""
    roll = open_roll(meeting, actor=actor, organizer=meeting.unit, title=str(meeting))
    add_session(
        roll, actor=actor, label="会议", starts_at=meeting.starts_at, ends_at=meeting.ends_at
    )
    for called in meeting.invitations.select_related("unit"):
        _expect(roll, called, actor)


def _expect(roll: Roll, called: Invitation, actor: Actor) -> None:
    expect_member(
        roll, actor=actor, unit=called.unit, name=called.name, duty=called.duty,
        capacity=called.get_capacity_display(),
    )  # fmt: skip


def roll_of(meeting: Meeting) -> Roll | None:
    return Roll.objects.filter(
        subject_kind=meeting._meta.label_lower, subject_id=meeting.pk
    ).first()


@transaction.atomic
def invite_also(
    meeting: Meeting, *, actor: Actor, unit: Unit, name: str, duty: str = "",
    capacity: str = Capacity.OBSERVER,
) -> Invitation:  # fmt: skip
    """Call somebody to this one sitting: who reports on an item, or a 扩大会."""
    demand_convener(actor, meeting.unit)
    meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("series", "unit")
        .get(pk=meeting.pk)
    )
    if meeting.state not in {MeetingState.NOTICED, MeetingState.SITTING}:
        raise StateConflict("发出会议通知以后、散会以前才能增加参会人员；成员请在会议系列中添加。")
    if capacity == Capacity.INFORMED:
        raise FieldErrors({"capacity": "抄送的单位不参加会议，请在会议系列的成员中添加。"})
    last = meeting.invitations.aggregate(last=Max("position"))["last"] or 0
    called = Invitation(
        meeting=meeting, unit=unit, name=name.strip(), duty=duty, capacity=capacity,
        position=last + 1,
    )  # fmt: skip
    demand_valid(called)
    called.save()
    roll = roll_of(meeting)
    if roll is not None:
        _expect(roll, called, actor)
    record(
        "meetings.meeting.invited", meeting, actor=actor, label=f"增加参会人员：{called.name}"[:60]
    )
    notify(
        rule="meetings.notice", subject=meeting, stage=f"notice-{called.pk}",
        post_ids=posts_of([unit.pk]), title=f"会议通知：{meeting}"[:200], body=_when(meeting),
        url=meeting.get_absolute_url(),
    )  # fmt: skip
    return called


@transaction.atomic
def answer_notice(
    invitation: Invitation, *, actor: Actor, reply: str, substitute: str = "", reason: str = ""
) -> Invitation:
    """Come, be excused or send somebody; the unit may change its mind until the sitting."""
    if not actor.may(TAKE_PART, at=invitation.unit):
        raise NotPermitted(f"会议通知由“{invitation.unit.name}”回复，请与该单位联系。")
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=invitation.meeting_id)
    if meeting.state != MeetingState.NOTICED:
        raise StateConflict("会议已经开始或取消，不能再回复；到会情况由召集单位登记。")
    if reply == Reply.LEAVE and not reason.strip():
        raise FieldErrors({"reason": "请假须写明事由。"})
    if reply == Reply.SUBSTITUTE and not substitute.strip():
        raise FieldErrors({"substitute": "委托代会的，请写明代会人姓名和职务。"})
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    invitation.reply, invitation.reason = reply, reason.strip()
    invitation.substitute = substitute.strip() if reply == Reply.SUBSTITUTE else ""
    invitation.replied_by = actor.label[:200]
    demand_valid(invitation)
    invitation.save()
    roll = roll_of(meeting)
    if roll is not None:
        announce_substitute(
            roll, actor=actor, unit=invitation.unit, name=invitation.name,
            substitute=invitation.substitute,
        )  # fmt: skip
    record(
        "meetings.meeting.answered", meeting, actor=actor,
        label=f"回复通知：{invitation.name}{invitation.get_reply_display()}"[:60], reason=reason,
    )  # fmt: skip
    return invitation


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, actor: Actor, reason: str) -> Meeting:
    meeting = advance(meeting, "cancel", actor=actor, at=meeting.unit, reason=reason)
    tell(meeting, "cancel", f"会议取消：{meeting}", reason)
    return meeting


def posts_of(unit_ids: Sequence[int]) -> list[int]:
    found = Post.objects.filter(unit_id__in=unit_ids, role__in=SPEAKERS).order_by("pk")
    return list(found.values_list("pk", flat=True))


def tell(
    meeting: Meeting, act: str, title: str, body: str, *, stage: str = "",
    units: Sequence[int] | None = None,
) -> None:  # fmt: skip
    """Tell the units that are called, or those named."""
    if units is None:
        units = list(meeting.invitations.values_list("unit_id", flat=True))
    notify(
        rule=f"meetings.{act}", subject=meeting, stage=stage or act, post_ids=posts_of(units),
        title=title[:200], body=body, url=meeting.get_absolute_url(),
    )  # fmt: skip


def _when(meeting: Meeting) -> str:
    start = timezone.localtime(meeting.starts_at)
    return f"{long_date(start.date())}{start:%H:%M}，{meeting.place}。请回复是否参加。"
