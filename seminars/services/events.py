"""The seminar: programme, notice and replies, roll, record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongjian.commons.rolls.models import Roll
from gongjian.commons.rolls.services import add_session, close_roll, expect_member, open_roll
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from seminars.authority import ANSWER_SEMINAR, MANAGE_SEMINAR
from seminars.enums import CallState, ReplyKind, SeminarState
from seminars.models import Award, Invitation, Paper, ProgrammeItem, Seminar
from seminars.services.telling import posts_of, tell


@transaction.atomic
def save_seminar(
    seminar: Seminar | None, *, actor: Actor, organizer: Unit, values: Mapping[str, Any]
) -> Seminar:
    _demand_organizer(actor)
    seminar = _open(seminar) if seminar else Seminar(organizer=organizer)
    for name, value in values.items():
        setattr(seminar, name, value)
    demand_valid(seminar)
    seminar.save()
    record("seminars.seminar.saved", seminar, actor=actor, label="保存研讨会")
    return seminar


@transaction.atomic
def add_item(seminar: Seminar, *, actor: Actor, values: Mapping[str, Any]) -> ProgrammeItem:
    """One line at the end of the programme."""
    _demand_organizer(actor)
    seminar = _open(seminar)
    last = seminar.items.aggregate(last=Max("position"))["last"] or 0
    item = ProgrammeItem(seminar=seminar, position=last + 1, **values)
    demand_valid(item)
    item.save()
    record("seminars.seminar.item_added", seminar, actor=actor, label=f"议程：{item.title}"[:60])
    return item


@transaction.atomic
def add_prize_papers(seminar: Seminar, *, actor: Actor) -> int:
    """Put the prize papers of the call onto the programme, best first; none twice."""
    _demand_organizer(actor)
    seminar = _open(seminar)
    if seminar.call is None or seminar.call.state != CallState.AWARDED:
        raise DomainError("对应的征文还没有公布结果，不能带入获奖论文。")
    there = set(seminar.items.exclude(paper=None).values_list("paper", flat=True))
    awards = (
        Award.objects.filter(call=seminar.call, tier__isnull=False)
        .exclude(paper__in=there)
        .select_related("paper__unit", "tier")
        .prefetch_related("paper__authors")
        .order_by("tier__position", "rank", "pk")
    )
    for award in awards:
        first = next(iter(award.paper.authors.all()), None)
        speaker = f"{award.paper.unit.name}{first.name if first else ''}"
        add_item(
            seminar,
            actor=actor,
            values={
                "title": f"交流发言：{award.paper.title}"[:120],
                "speaker": speaker[:80],
                "paper": award.paper,
            },
        )
    return len(awards)


@transaction.atomic
def move_item(item: ProgrammeItem, *, actor: Actor, up: bool) -> None:
    _demand_organizer(actor)
    seminar = _open(item.seminar)
    items = list(seminar.items.all())
    place = next(number for number, one in enumerate(items) if one.pk == item.pk)
    other = place + (-1 if up else 1)
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
        for position, one in enumerate(items, start=1):
            if one.position != position:
                one.position = position
                one.save(update_fields=["position"])
    record("seminars.seminar.item_moved", seminar, actor=actor, label="调整议程")


@transaction.atomic
def remove_item(item: ProgrammeItem, *, actor: Actor) -> Seminar:
    _demand_organizer(actor)
    seminar = _open(item.seminar)
    record(
        "seminars.seminar.item_removed", seminar, actor=actor, label=f"删去议程：{item.title}"[:60]
    )
    item.delete()
    return seminar


@transaction.atomic
def invite(seminar: Seminar, *, actor: Actor, units: Iterable[Unit], reason: str = "") -> Seminar:
    """发出通知: the invited units are told and answer."""
    chosen = sorted({unit.pk for unit in units})
    if not chosen:
        raise FieldErrors({"units": "请选择参会单位。"})
    if not seminar.items.exists():
        raise DomainError("还没有议程，请先安排议程再发通知。")
    seminar = advance(seminar, "invite", actor=actor, at=None, reason=reason)
    Invitation.objects.bulk_create(Invitation(seminar=seminar, unit_id=pk) for pk in chosen)
    at = timezone.localtime(seminar.starts_at, SHANGHAI)
    tell(
        seminar,
        posts_of(chosen),
        stage="invited",
        title=f"研讨会通知：{seminar.title}",
        body=f"{at.month}月{at.day}日{at:%H:%M}，{seminar.place}。请回复参会人员。",
        url=seminar.get_absolute_url(),
    )
    return seminar


@transaction.atomic
def answer_invitation(
    invitation: Invitation, *, actor: Actor, reply: str, values: Mapping[str, str]
) -> Invitation:
    if not actor.may(ANSWER_SEMINAR, at=invitation.unit):
        raise NotPermitted("由被邀请的单位回复。")
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("seminar", "unit")
        .get(pk=invitation.pk)
    )
    if invitation.seminar.state != SeminarState.INVITED:
        raise StateConflict("研讨会已经召开或取消，不用再回复。")
    if reply == ReplyKind.COMING and not values.get("name", "").strip():
        raise FieldErrors({"name": "请填写参会人姓名。"})
    if reply == ReplyKind.ABSENT and not values.get("remark", "").strip():
        raise FieldErrors({"remark": "不参加的，请说明原因。"})
    invitation.reply = reply
    for name in ("name", "duty", "remark"):
        setattr(invitation, name, values.get(name, "").strip())
    demand_valid(invitation)
    invitation.save()
    record(
        "seminars.seminar.answered",
        invitation.seminar,
        actor=actor,
        label=f"{invitation.unit.name}{invitation.get_reply_display()}"[:60],
    )
    return invitation


@transaction.atomic
def begin_roll(seminar: Seminar, *, actor: Actor) -> Roll:
    """The roll of those who said they would come; asked for twice it is the same roll."""
    _demand_organizer(actor)
    if roll := roll_of(seminar):
        return roll
    if seminar.state not in {SeminarState.INVITED, SeminarState.HELD}:
        raise StateConflict("发出通知以后才能建立名册。")
    coming = list(seminar.invitations.filter(reply=ReplyKind.COMING).select_related("unit"))
    if not coming:
        raise DomainError("还没有单位回复参加，不能建立名册。")
    roll = open_roll(seminar, actor=actor, organizer=seminar.organizer, title=seminar.title)
    add_session(
        roll, actor=actor, label="全场", starts_at=seminar.starts_at, ends_at=seminar.ends_at
    )
    for row in coming:
        expect_member(
            roll, actor=actor, unit=row.unit, name=row.name, duty=row.duty, capacity="参会"
        )
    return roll


def roll_of(seminar: Seminar) -> Roll | None:
    return Roll.objects.filter(
        subject_kind=seminar._meta.label_lower, subject_id=seminar.pk
    ).first()


@transaction.atomic
def save_record(seminar: Seminar, *, actor: Actor, text: str) -> Seminar:
    """What was said: the part of a seminar that is read afterwards."""
    _demand_organizer(actor)
    locked = Seminar.objects.select_for_update(of=("self",)).get(pk=seminar.pk)
    if locked.state == SeminarState.CANCELLED:
        raise StateConflict("研讨会已取消。")
    locked.record = text.strip()
    demand_valid(locked)
    locked.save(update_fields=["record"])
    record("seminars.seminar.recorded", locked, actor=actor, label="保存讨论记录")
    return locked


@transaction.atomic
def hold_seminar(seminar: Seminar, *, actor: Actor, reason: str = "") -> Seminar:
    """登记召开: after it was held, with its roll called and sealed."""
    if seminar.starts_at > timezone.now():
        raise DomainError("研讨会还没有开始，召开后再登记。")
    roll = roll_of(seminar)
    if roll is None:
        raise DomainError("还没有签到名册，请先建立名册并登记到会。")
    if roll.closed_at is None:
        close_roll(roll, actor=actor)
    return advance(seminar, "hold", actor=actor, at=None, reason=reason)


@transaction.atomic
def cancel_seminar(seminar: Seminar, *, actor: Actor, reason: str) -> Seminar:
    seminar = advance(seminar, "cancel", actor=actor, at=None, reason=reason)
    tell(
        seminar,
        posts_of(seminar.invitations.values_list("unit", flat=True)),
        stage="cancelled",
        title=f"研讨会取消：{seminar.title}",
        body=reason,
        url=seminar.get_absolute_url(),
    )
    return seminar


def papers_for(seminar: Seminar) -> Any:
    """Papers that can be put onto the programme: those of its call that won a prize."""
    if seminar.call is None or seminar.call.state != CallState.AWARDED:
        return Paper.objects.none()
    return Paper.objects.filter(awards__call=seminar.call, awards__tier__isnull=False)


def _demand_organizer(actor: Actor) -> None:
    if not actor.may(MANAGE_SEMINAR):
        raise NotPermitted("研讨会由办公室组织。")


def _open(seminar: Seminar) -> Seminar:
    locked = (
        Seminar.objects.select_for_update(of=("self",))
        .select_related("organizer")
        .get(pk=seminar.pk)
    )
    if locked.state not in {SeminarState.PLANNED, SeminarState.INVITED}:
        raise StateConflict(f"研讨会{locked.get_state_display()}，不能再改。")
    return locked
