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
from gongjian.commons.rolls.queries import expected_at, member_of, places_to_mark, turnout
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
    roll: Roll,
    *,
    actor: Actor,
    unit: Unit,
    name: str,
    duty: str = "",
    capacity: str = "",
    joins_at: datetime | None = None,
) -> RollMember:
    """Put a person on the list of those expected, after those who are on it.

    Who comes later (``joins_at``) is not absent from what was before.
    """
    roll = _open_for(actor, roll)
    struck = roll.members.filter(unit=unit, name=name.strip(), struck_at__isnull=False).first()
    if struck is not None:
        struck.struck_at, struck.struck_reason, struck.joins_at = None, "", timezone.now()
        struck.save(update_fields=["struck_at", "struck_reason", "joins_at"])
        record("rolls.roll.member_back", roll, actor=actor, label=f"恢复列入：{struck.name}")
        return struck
    last = roll.members.aggregate(last=Max("position"))["last"] or 0
    member = RollMember(
        roll=roll,
        unit=unit,
        name=name.strip(),
        duty=duty,
        capacity=capacity,
        position=last + 1,
        joins_at=joins_at,
    )
    demand_valid(member)
    member.save()
    record("rolls.roll.member_added", roll, actor=actor, label=f"列入名册：{member.name}")
    return member


@transaction.atomic
def announce_substitute(
    roll: Roll, *, actor: Actor, unit: Unit, name: str, substitute: str
) -> RollMember | None:
    """Who will come instead, as the unit announced it before the sitting; empty takes it back.

    The mechanism has asked whether this actor may speak for the unit: the unit
    itself keeps no roll. None when nobody of that name is expected any more.
    """
    locked = Roll.objects.select_for_update(of=("self",)).get(pk=roll.pk)
    if locked.closed_at is not None:
        raise StateConflict("名册已经封存，不能再改代会人。")
    member = locked.members.filter(unit=unit, name=name, struck_at__isnull=True).first()
    if member is None or member.substitute == substitute:
        return member
    member.substitute = substitute
    demand_valid(member)
    member.save(update_fields=["substitute"])
    said = f"代会人：{substitute}" if substitute else "本人参加"
    record("rolls.roll.announced", locked, actor=actor, label=f"{name}{said}"[:60])
    return member


@transaction.atomic
def move_session(
    session: RollSession, *, actor: Actor, starts_at: datetime, ends_at: datetime
) -> RollSession:
    """Another time for a sitting; refused once somebody was written down as there."""
    roll = _open_for(actor, session.roll)
    session = RollSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if (session.starts_at, session.ends_at) == (starts_at, ends_at):
        return session
    if session.marks.exclude(attendance=Attendance.LEAVE).exists():
        raise StateConflict("本场已经登记到会，不能再改时间。")
    session.starts_at, session.ends_at = starts_at, ends_at
    demand_valid(session)
    session.save(update_fields=["starts_at", "ends_at"])
    record("rolls.roll.session_moved", roll, actor=actor, label=f"调整时间：{session.label}")
    return session


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
    members = {member.pk: member for member in expected_at(session).filter(pk__in=marks)}
    if set(marks) - set(members):
        raise FieldErrors({"marks": "有人员不在本场名册中，请刷新页面后重新登记。"})
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
def strike_member(member: RollMember, *, actor: Actor, reason: str) -> RollMember:
    """Take a person off the sittings to come; what was written before stays."""
    _open_for(actor, member.roll)
    member = RollMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.struck_at is not None:
        raise StateConflict(f"“{member.name}”已经除名，请刷新后查看。")
    if not reason.strip():
        raise FieldErrors({"reason": "除名须写明原因。"})
    member.struck_at, member.struck_reason = timezone.now(), reason.strip()[:200]
    member.save(update_fields=["struck_at", "struck_reason"])
    record(
        "rolls.roll.member_struck",
        member.roll,
        actor=actor,
        label=f"除名：{member.name}",
        reason=reason,
    )
    return member


@transaction.atomic
def scan_member(session: RollSession, *, actor: Actor, code: str) -> RollMember:
    """出席 for the person whose code on the signed sheet the organizer has scanned."""
    _open_for(actor, session.roll)
    member = member_of(code, session.roll)
    if member is None:
        raise FieldErrors({"code": "这个码不在本名册中，请核对签到表是否拿错，或改为手工登记。"})
    mark = Mark(Attendance.PRESENT, member.substitute)
    call_roll(session, actor=actor, marks={member.pk: mark})
    return member


@transaction.atomic
def call_the_rest(session: RollSession, *, actor: Actor) -> int:
    """“其余全部出席”: who has no mark yet was there, or the announced substitute was."""
    _open_for(actor, session.roll)
    marked = session.marks.values("member_id")
    rest = expected_at(session).exclude(pk__in=marked)
    return call_roll(
        session,
        actor=actor,
        marks={member.pk: Mark(Attendance.PRESENT, member.substitute) for member in rest},
    )


@transaction.atomic
def close_roll(roll: Roll, *, actor: Actor) -> Roll:
    """Seal the roll. Every sitting must have been called in full first."""
    roll = _open_for(actor, roll)
    expected = places_to_mark(roll)
    missing = sum(turnout(session).unmarked for session in roll.sessions.all())
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
        raise FieldErrors({"marks": f"“{member.name}”有人代会，到会情况请选“出席”“迟到”或“早退”。"})
    written.attendance = mark.attendance
    written.substitute, written.remark = mark.substitute, mark.remark
    demand_valid(written)
    written.save()
    return written


def _list(marks: Iterable[RollMark]) -> str:
    return "、".join(f"{mark.member.name}（{mark.get_attendance_display()}）" for mark in marks)
