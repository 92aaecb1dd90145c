"""The agenda: proposals of members, matters from the system, vetting, carry-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from gongjian.commons.agendas.shelf import agenda_sources
from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from meetings.authority import CONVENE_MEETING
from meetings.enums import BEFORE_SITTING, ItemState, MeetingState
from meetings.models import AgendaItem, Meeting
from meetings.queries import may_propose
from meetings.services.convening import demand_convener, posts_of
from orgs.models import Unit
from orgs.services import demand_valid


@transaction.atomic
def propose_item(
    meeting: Meeting, *, actor: Actor, unit: Unit, values: Mapping[str, Any]
) -> AgendaItem:
    """申报议题. Members until the day of the call; the convener until the sitting."""
    meeting = lock_before_sitting(meeting)
    if not may_propose(actor, meeting):
        raise NotPermitted("现在不能申报议题：征集期间由会议成员单位申报，其他时间请联系召集单位。")
    convenes = actor.may(CONVENE_MEETING, at=meeting.unit)
    if not convenes:
        if unit.pk != actor.unit_id:
            raise NotPermitted("只能以本单位名义申报议题。")
        if meeting.items_due_on is not None and meeting.items_due_on < today():
            raise StateConflict("议题申报已经截止，急需上会的请直接联系召集单位。")
    return _place(AgendaItem(meeting=meeting, unit=unit, **values), actor=actor, label="申报议题")


@transaction.atomic
def prefill_agenda(meeting: Meeting, *, actor: Actor) -> list[AgendaItem]:
    """Put open matters of the system before the meeting, and what the last one left over.

    Each stands there as a proposal, so that the convener only strikes out.
    """
    meeting = lock_before_sitting(meeting)
    demand_convener(actor, meeting.unit)
    known = set(meeting.items.values_list("source_kind", "source_id"))
    units: dict[int, Unit] = {}
    placed = [_again(item, meeting, actor) for item in _left_over(meeting)]
    for source in sorted(agenda_sources, key=lambda source: source.order):
        for matter in source.find(meeting.unit.path):
            if (matter.kind, matter.id) in known:
                continue
            unit = meeting.unit
            if matter.unit_id is not None:
                unit = units.setdefault(matter.unit_id, Unit.objects.get(pk=matter.unit_id))
            item = AgendaItem(
                meeting=meeting, unit=unit, title=matter.title[:120], body=matter.body[:2000],
                source_kind=matter.kind, source_id=matter.id, source_label=source.label[:60],
            )  # fmt: skip
            placed.append(_place(item, actor=actor, label="由系统带入议题"))
    return placed


def _left_over(meeting: Meeting) -> list[AgendaItem]:
    taken = meeting.items.filter(earlier__isnull=False).values("earlier_id")
    carried = AgendaItem.objects.filter(
        meeting__series_id=meeting.series_id,
        meeting__starts_at__lt=meeting.starts_at,
        state=ItemState.CARRIED,
        later__isnull=True,
    )
    return list(carried.exclude(pk__in=taken).select_related("unit"))


def _again(item: AgendaItem, meeting: Meeting, actor: Actor) -> AgendaItem:
    again = AgendaItem(
        meeting=meeting, unit=item.unit, title=item.title, body=item.body, opinion=item.opinion,
        earlier=item, appearance=item.appearance + 1, source_label="上次会议结转",
    )  # fmt: skip
    return _place(again, actor=actor, label="结转议题")


def _place(item: AgendaItem, *, actor: Actor, label: str) -> AgendaItem:
    last = item.meeting.items.aggregate(last=Max("position"))["last"] or 0
    item.position = last + 1
    if item.earlier is None:
        _mark_recurrence(item)
    demand_valid(item)
    item.save()
    record("meetings.item.proposed", item, actor=actor, label=label)
    return item


def _mark_recurrence(item: AgendaItem) -> None:
    """第二次出现: the same record, or the same unit with the same words, came up before."""
    before = AgendaItem.objects.filter(
        meeting__series_id=item.meeting.series_id,
        meeting__starts_at__lt=item.meeting.starts_at,
        state__in=[ItemState.DISCUSSED, ItemState.WRITTEN],
    )
    if item.source_id is not None:
        before = before.filter(source_kind=item.source_kind, source_id=item.source_id)
    else:
        before = before.filter(unit=item.unit, title=item.title)
    earlier = before.order_by("-meeting__starts_at").first()
    if earlier is not None:
        item.earlier, item.appearance = earlier, earlier.appearance + 1


@transaction.atomic
def vet_item(
    item: AgendaItem, *, actor: Actor, verdict: str, reason: str = "",
    into: AgendaItem | None = None,
) -> AgendaItem:  # fmt: skip
    """审定: 上会, 退回, 并案 or 书面. The unit that proposed it is told."""
    meeting = lock_before_sitting(item.meeting)
    changes: dict[str, Any] = {"verdict_reason": reason.strip()}
    if verdict == "merge":
        if into is None or into.meeting_id != meeting.pk or into.pk == item.pk:
            raise DomainError("请选择本次会议的另一项议题并入。")
        if into.state not in {ItemState.PROPOSED, ItemState.ACCEPTED}:
            raise DomainError(f"“{into}”已{into.get_state_display()}，不能并入，请另选。")
        changes["merged_into"] = into
    item = advance(item, verdict, actor=actor, at=meeting.unit, reason=reason, changes=changes)
    if item.unit_id != meeting.unit_id:
        notify(
            rule="meetings.vetted", subject=item, stage=verdict, post_ids=posts_of([item.unit_id]),
            title=f"议题{item.get_state_display()}：{item.title}", body=reason,
            url=meeting.get_absolute_url(),
        )  # fmt: skip
    return item


@transaction.atomic
def move_item(item: AgendaItem, *, actor: Actor, step: int) -> None:
    """One place up (-1) or down (+1) on the agenda."""
    meeting = lock_before_sitting(item.meeting)
    demand_convener(actor, meeting.unit)
    items = list(meeting.items.order_by("position", "pk"))
    place = next(index for index, other in enumerate(items) if other.pk == item.pk)
    target = place + step
    if not 0 <= target < len(items):
        return
    items[place], items[target] = items[target], items[place]
    for position, other in enumerate(items, start=1):
        other.position = position
    AgendaItem.objects.bulk_update(items, ["position"])


def lock_before_sitting(meeting: Meeting) -> Meeting:
    locked = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("series", "unit")
        .get(pk=meeting.pk)
    )
    if locked.state not in BEFORE_SITTING:
        label = MeetingState(locked.state).label
        raise StateConflict(f"会议现在是“{label}”，议程不能再改。")
    return locked
