"""Keeping rolls: opening, expecting people, marking, closing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Model
from django.utils import timezone

from gongjian.commons.rolls.authority import KEEP_ROLL
from gongjian.commons.rolls.enums import THERE, Attendance
from gongjian.commons.rolls.models import Roll, RollMark, RollMember, RollSession
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.models import Unit
from orgs.services import demand_valid


@dataclass(frozen=True, slots=True)
class Mark:
    """What the organizer writes against one name."""

    attendance: Attendance
    substitute: str = ""
    remark: str = ""


@transaction.atomic
def open_roll(subject: Model, *, actor: Actor, organizer: Unit, title: str) -> Roll:
    """Open the roll of a meeting, seminar or class; each has one."""
    _demand_keeper(actor, organizer)
    roll = Roll(
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        title=title,
        organizer=organizer,
    )
    demand_valid(roll)
    roll.save()
    record("rolls.roll.opened", roll, actor=actor, label="建立名册")
    return roll


@transaction.atomic
def add_session(
    roll: Roll, *, actor: Actor, label: str, starts_at: datetime, ends_at: datetime
) -> RollSession:
    """Add a sitting that is called by itself."""
    roll = _open_for(actor, roll)
    session = RollSession(roll=roll, label=label, starts_at=starts_at, ends_at=ends_at)
    demand_valid(session)
    session.save()
    record("rolls.roll.session_added", roll, actor=actor, label=f"增加场次：{label}")
    return session


@transaction.atomic
def expect_member(
    roll: Roll, *, actor: Actor, unit: Unit, name: str, duty: str = "", capacity: str = ""
) -> RollMember:
    """Put a person on the list of those expected, after those who are on it."""
    roll = _open_for(actor, roll)
    last = roll.members.aggregate(last=Max("position"))["last"] or 0
    member = RollMember(
        roll=roll, unit=unit, name=name.strip(), duty=duty, capacity=capacity, position=last + 1
    )
    demand_valid(member)
    member.save()
    record("rolls.roll.member_added", roll, actor=actor, label=f"列入名册：{member.name}")
    return member


@transaction.atomic
def call_roll(session: RollSession, *, actor: Actor, marks: Mapping[int, Mark]) -> int:
    """Write down who attended a sitting; ``marks`` by member id. Returns how many changed.

    Marks of people who are not named here stay, so that a sheet can be
    filled in several goes. Leave alone is known before the sitting begins.
    """
    roll = _open_for(actor, session.roll)
    early = any(mark.attendance != Attendance.LEAVE for mark in marks.values())
    if early and session.starts_at > timezone.now():
        raise StateConflict("本场尚未开始，现在只能登记请假，其他情况请在开始后登记。")
    members = {member.pk: member for member in roll.members.filter(pk__in=marks)}
    if set(marks) - set(members):
        raise FieldErrors({"marks": "有人员不在本名册中，请刷新页面后重新登记。"})
    known = {mark.member_id: mark for mark in session.marks.filter(member_id__in=marks)}
    changed = [
        written
        for pk, mark in marks.items()
        if (written := _write(known.get(pk), session, members[pk], mark)) is not None
    ]
    if changed:
        record(
            "rolls.roll.called",
            roll,
            actor=actor,
            label=f"登记到会：{session.label}，{len(changed)} 人",
            reason=_list(changed),
        )
    return len(changed)


@transaction.atomic
def close_roll(roll: Roll, *, actor: Actor) -> Roll:
    """Seal the roll. Every sitting must have been called in full first."""
    roll = _open_for(actor, roll)
    expected = roll.members.count() * roll.sessions.count()
    missing = expected - RollMark.objects.filter(session__roll=roll).count()
    if missing or not expected:
        raise StateConflict(
            f"名册还有 {missing} 处没有登记，请登记完整后再封存。"
            if expected
            else "名册没有人员或场次，请先补充再封存。"
        )
    roll.closed_at = timezone.now()
    roll.save(update_fields=["closed_at"])
    record("rolls.roll.closed", roll, actor=actor, label="封存名册")
    return roll


def _demand_keeper(actor: Actor, organizer: Unit) -> None:
    if not actor.may(KEEP_ROLL, at=organizer):
        raise NotPermitted(f"名册由组织单位“{organizer.name}”登记，请与该单位联系。")


def _open_for(actor: Actor, roll: Roll) -> Roll:
    """The roll, locked: two clerks at one sheet write one after the other."""
    _demand_keeper(actor, roll.organizer)
    locked = Roll.objects.select_for_update(of=("self",)).get(pk=roll.pk)
    if locked.closed_at is not None:
        raise StateConflict("名册已经封存，不能再修改；确需更正的，请在说明材料中注明。")
    return locked


def _write(
    known: RollMark | None, session: RollSession, member: RollMember, mark: Mark
) -> RollMark | None:
    """The mark as written, or None when the sheet says it already."""
    written = known or RollMark(session=session, member=member)
    said = (written.attendance, written.substitute, written.remark)
    if known is not None and said == (mark.attendance, mark.substitute, mark.remark):
        return None
    if mark.substitute and mark.attendance not in THERE:
        raise FieldErrors({"marks": f"“{member.name}”有人代会，到会情况请选“出席”或“迟到”。"})
    written.attendance = mark.attendance
    written.substitute, written.remark = mark.substitute, mark.remark
    demand_valid(written)
    written.save()
    return written


def _list(marks: Iterable[RollMark]) -> str:
    return "、".join(f"{mark.member.name}（{mark.get_attendance_display()}）" for mark in marks)
