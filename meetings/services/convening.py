"""Series, the yearly plan, the call for items, the notice, the replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongjian.commons.notices.services import notify
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
from meetings.models import Invitation, Meeting, Series, SeriesMember
from orgs.enums import Role
from orgs.models import Post, Unit
from orgs.services import demand_valid

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
    members = list(meeting.series.members.select_related("unit"))
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
    tell(meeting, "notice", f"会议通知：{meeting}", _when(meeting))
    return meeting


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


def tell(meeting: Meeting, act: str, title: str, body: str, *, stage: str = "") -> None:
    units = list(meeting.invitations.values_list("unit_id", flat=True))
    notify(
        rule=f"meetings.{act}", subject=meeting, stage=stage or act, post_ids=posts_of(units),
        title=title[:200], body=body, url=meeting.get_absolute_url(),
    )  # fmt: skip


def _when(meeting: Meeting) -> str:
    start = timezone.localtime(meeting.starts_at)
    return f"{long_date(start.date())}{start:%H:%M}，{meeting.place}。请回复是否参加。"
