"""Writes of handovers: opened by a change of holder, signed by both (工作交接)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import HandoverState
from orgs.handover_queries import (
    HANDED_ROLES,
    has_gone,
    may_receive,
    predecessor_of,
    running_handover,
)
from orgs.handover_shelf import handover_watchers, matters_of
from orgs.models import Appointment, Handover, HandoverItem


def _tell(handover: Handover, event: str) -> None:
    for watcher in handover_watchers:
        watcher.tell(handover, event)


@transaction.atomic
def open_for_leaving(term: Appointment, *, actor: Actor) -> Handover | None:
    """Open the handover of a term that ends; a successor who is there already is named."""
    if term.post.role not in HANDED_ROLES or Handover.objects.filter(outgoing=term).exists():
        return None
    successor = (
        Appointment.objects.filter(post_id=term.post_id, starts_on__gte=term.starts_on)
        .exclude(user_id=term.user_id)
        .exclude(ends_on__lt=today())
        .order_by("-starts_on", "-pk")
        .first()
    )
    return _open(term, successor, actor=actor)


@transaction.atomic
def join_as_successor(term: Appointment, *, actor: Actor) -> Handover | None:
    """Name the new holder in the handover of the post, or open one with the last holder."""
    if term.post.role not in HANDED_ROLES:
        return None
    handover = running_handover(term.post_id)
    if handover is not None and handover.outgoing.user_id == term.user_id:
        # The same person again: nothing changes hands.
        return None
    if handover is None:
        last = predecessor_of(term)
        if last is None or Handover.objects.filter(outgoing=last).exists():
            return None
        return _open(last, term, actor=actor)
    handover = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
    before = None if handover.incoming is None else str(handover.incoming.user)
    handover.incoming = term
    handover.save(update_fields=["incoming"])
    record(
        "orgs.handover.successor_named",
        handover,
        actor=actor,
        label="确定接收人",
        before={"incoming": before},
        after={"incoming": str(term.user)},
    )
    _tell(handover, "joined")
    return handover


def _open(outgoing: Appointment, incoming: Appointment | None, *, actor: Actor) -> Handover:
    handover = Handover.objects.create(
        post=outgoing.post,
        unit_id=outgoing.post.unit_id,
        outgoing=outgoing,
        incoming=incoming,
        opened_on=today(),
    )
    record("orgs.handover.opened", handover, actor=actor, label="发起交接")
    _tell(handover, "opened")
    return handover


def _write_list(handover: Handover) -> int:
    """Write down what the post leaves behind, as it stands now."""
    lines = [(source, thing) for source, things in matters_of(handover.post) for thing in things]
    HandoverItem.objects.bulk_create(
        HandoverItem(
            handover=handover,
            source=source.key,
            heading=source.label,
            text=thing.text[:300],
            url=thing.url[:200],
            deadline=thing.deadline,
            order=order,
        )
        for order, (source, thing) in enumerate(lines, start=1)
    )
    return len(lines)


@transaction.atomic
def hand_over(handover: Handover, *, actor: Actor, note: str) -> Handover:
    """The old holder signs the list, with a word for the new one."""
    if handover.outgoing.user_id != actor.user_id:
        raise NotPermitted(f"这份交接由{handover.outgoing.user}本人确认移交，请通知本人办理。")
    if not note.strip():
        raise FieldErrors({"note": "请写明需要接任者注意的事项；没有请写“无”。"})
    handover = advance(
        handover,
        "hand_over",
        actor=actor,
        # By name, not by place: the old holder may act in another post by now.
        at=None,
        changes={
            "outgoing_note": note.strip(),
            "handed_at": timezone.now(),
            "handed_by": actor.label,
        },
    )
    _write_list(handover)
    _tell(handover, "handed")
    return handover


@transaction.atomic
def hand_over_for(handover: Handover, *, actor: Actor, reason: str) -> Handover:
    """The superior signs for a holder who has gone, and says why."""
    if handover.outgoing.user_id == actor.user_id:
        raise DomainError("您就是移交人，请直接确认移交。")
    if not has_gone(handover):
        raise DomainError(f"{handover.outgoing.user}仍在任，须由本人确认移交，不能代签。")
    handover = advance(
        handover,
        "hand_over_for",
        actor=actor,
        at=handover.unit,
        reason=reason,
        changes={
            "stand_in_reason": reason.strip()[:300],
            "handed_at": timezone.now(),
            "handed_by": actor.label,
        },
    )
    _write_list(handover)
    _tell(handover, "handed")
    return handover


@transaction.atomic
def tick_items(
    handover: Handover, *, actor: Actor, ticks: Mapping[int, bool], remarks: Mapping[int, str]
) -> Handover:
    """Keep how far the new holder has come with the list; may be done in several goes."""
    handover = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
    if not may_receive(handover, actor):
        raise NotPermitted("只有接收人本人可以逐项接收，请切换到接任的职务。")
    for item in handover.items.all():
        item.seen_at = (item.seen_at or timezone.now()) if ticks.get(item.pk) else None
        item.remark = remarks.get(item.pk, item.remark).strip()[:200]
        item.save(update_fields=["seen_at", "remark"])
    return handover


@transaction.atomic
def receive(handover: Handover, *, actor: Actor, note: str) -> Handover:
    """The new holder signs; the list is frozen as it stands at this moment."""
    if handover.incoming is None or handover.incoming.user_id != actor.user_id:
        raise NotPermitted("这份交接由接收人本人签收，请通知本人办理。")
    left = handover.items.filter(seen_at__isnull=True).count()
    if handover.state == HandoverState.HANDED and left:
        raise DomainError(f"还有 {left} 项没有接收，请逐项核对并勾选后再签收。")
    handover = advance(
        handover,
        "receive",
        actor=actor,
        at=handover.unit,
        changes={
            "incoming_note": note.strip(),
            "received_at": timezone.now(),
            "received_by": actor.label,
        },
    )
    # Beside the step, since the trail need not hold the whole list once more.
    handover.snapshot = [_frozen(item) for item in handover.items.all()]
    handover.save(update_fields=["snapshot"])
    _tell(handover, "received")
    return handover


def _frozen(item: HandoverItem) -> dict[str, Any]:
    return {
        "heading": item.heading,
        "text": item.text,
        "url": item.url,
        "deadline": None if item.deadline is None else item.deadline.isoformat(),
        "remark": item.remark,
        "seen_at": None if item.seen_at is None else item.seen_at.isoformat(),
    }
