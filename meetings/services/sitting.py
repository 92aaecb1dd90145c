"""The sitting: opening with its roll, the live record, resolutions, closing, minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.queries import PUBLISHED
from gongjian.commons.documents.services import draft_document
from gongjian.commons.follow_ups.enums import FollowUpKind
from gongjian.commons.follow_ups.models import FollowUpHelper
from gongjian.commons.follow_ups.services.assigning import (
    SourceReference,
    issue_follow_up,
    open_follow_up,
)
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.services import Mark, call_roll, close_roll, move_session
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from meetings.authority import TAKE_PART
from meetings.enums import RECORDING, Capacity, ItemState, MeetingState, Reply
from meetings.models import AgendaItem, Copy, Meeting, Resolution
from meetings.services.convening import demand_convener, prepare_roll, roll_of, tell
from orgs.models import Tenant, Unit
from orgs.services import demand_valid

MINUTES = "meetings.minutes"


@transaction.atomic
def open_meeting(meeting: Meeting, *, actor: Actor, reason: str = "") -> Meeting:
    """开会. Who was excused is written down as such; the roll may be called from now on."""
    now = timezone.now()
    if timezone.localtime(meeting.starts_at).date() > timezone.localtime(now).date():
        raise DomainError("还没有到开会的日子：会议提前的，请先修改会议时间，参会人员会收到通知。")
    meeting = advance(meeting, "open", actor=actor, at=meeting.unit, reason=reason)
    roll = roll_of(meeting)
    if roll is None:  # noticed before rolls were opened with the notice
        prepare_roll(meeting, actor)
        roll = roll_of(meeting)
    assert roll is not None  # noqa: S101 -- made in the line above
    session = move_session(
        roll.sessions.get(), actor=actor, starts_at=min(meeting.starts_at, now),
        ends_at=max(meeting.ends_at, now + timedelta(minutes=1)),
    )  # fmt: skip
    excused = {
        (called.unit_id, called.name): called.reason
        for called in meeting.invitations.filter(reply=Reply.LEAVE)
    }
    known = set(session.marks.values_list("member_id", flat=True))
    marks = {
        member.pk: Mark(Attendance.LEAVE, "", excused[member.unit_id, member.name])
        for member in roll.members.filter(struck_at__isnull=True)
        if (member.unit_id, member.name) in excused and member.pk not in known
    }
    if marks:
        call_roll(session, actor=actor, marks=marks)
    return meeting


@transaction.atomic
def keep_record(item: AgendaItem, *, actor: Actor, text: str, revision: int) -> AgendaItem:
    """Write the record of one item; ``revision`` is the one the keeper began from.

    Of two keepers the second is refused and shown the words of the first.
    """
    locked = (
        AgendaItem.objects.select_for_update(of=("self",))
        .select_related("meeting__unit")
        .get(pk=item.pk)
    )
    demand_convener(actor, locked.meeting.unit)
    if locked.meeting.state not in RECORDING:
        raise StateConflict("会议没有开始，或纪要已经印发，现在不能改记录。")
    if locked.revision != revision:
        raise StateConflict(
            f"{locked.recorded_by}刚才写过这一项的记录，没有覆盖。请对照最新内容后再保存。"
        )
    if locked.record == text:
        return locked
    before = locked.record
    locked.record, locked.revision = text, revision + 1
    locked.recorded_by = actor.label[:200]
    demand_valid(locked)
    locked.save(update_fields=["record", "revision", "recorded_by"])
    record(
        "meetings.item.recorded", locked, actor=actor, label="记录议题",
        before={"record": before}, after={"record": text},
    )  # fmt: skip
    return locked


@transaction.atomic
def settle_item(item: AgendaItem, *, actor: Actor, outcome: str) -> AgendaItem:
    """Say that an item was discussed (discuss) or goes to the next meeting (carry)."""
    meeting = _sitting(item.meeting)
    if outcome == "carry" and item.resolutions.exists():
        raise DomainError("这项议题已有议定事项，不能结转，请标为“已议”。")
    return advance(item, outcome, actor=actor, at=meeting.unit)


@transaction.atomic
def resolve(
    item: AgendaItem, *, actor: Actor, values: Mapping[str, Any], helpers: Iterable[Unit] = ()
) -> Resolution:
    """议定事项, given out at once as a follow-up that points back at this meeting."""
    meeting = _sitting(item.meeting)
    demand_convener(actor, meeting.unit)
    item = meeting.items.get(pk=item.pk)
    if item.state not in {ItemState.ACCEPTED, ItemState.DISCUSSED}:
        raise StateConflict(f"议题“{item}”{item.get_state_display()}，不能形成议定事项。")
    last = meeting.resolutions.aggregate(last=Max("number"))["last"] or 0
    unit, due_on = values["unit"], values["due_on"]
    matter = open_follow_up(
        unit,
        actor=actor,
        giver=meeting.unit,
        values={
            "kind": FollowUpKind.RESOLUTION,
            "title": values["title"],
            "requirement": values["text"],
            "basis": str(meeting)[:200],
            "due_on": due_on,
        },
        helpers=helpers,
        source=SourceReference.of(meeting),
    )
    matter = issue_follow_up(matter, actor=actor)
    resolution = Resolution(
        meeting=meeting, item=item, number=last + 1, title=values["title"], text=values["text"],
        unit=unit, due_on=due_on, follow_up=matter,
    )  # fmt: skip
    demand_valid(resolution)
    resolution.save()
    record("meetings.resolution.made", resolution, actor=actor, label="形成议定事项")
    return resolution


def _sitting(meeting: Meeting) -> Meeting:
    locked = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("series", "unit")
        .get(pk=meeting.pk)
    )
    if locked.state not in RECORDING or locked.document_id is not None:
        raise StateConflict("会议没有开始，或纪要已经起草，现在不能再改议定事项。")
    return locked


@transaction.atomic
def close_meeting(meeting: Meeting, *, actor: Actor, reason: str = "") -> Meeting:
    """散会: the roll must be complete and every item discussed or carried over."""
    open_items = meeting.items.filter(state=ItemState.ACCEPTED)
    if names := "、".join(f"“{item}”" for item in open_items[:3]):
        raise DomainError(f"议题{names}还没有结果，请标为“已议”或“结转下次”。")
    roll = roll_of(meeting)
    if roll is not None and roll.closed_at is None:
        close_roll(roll, actor=actor)
    return advance(meeting, "close", actor=actor, at=meeting.unit, reason=reason)


@transaction.atomic
def draft_minutes(meeting: Meeting, *, actor: Actor) -> OfficialDocument:
    """Compose the 纪要 from roll, records and resolutions; from now on these stand."""
    demand_convener(actor, meeting.unit)
    meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("series", "unit")
        .get(pk=meeting.pk)
    )
    if meeting.state != MeetingState.HELD:
        raise StateConflict("散会以后才能起草纪要。")
    if meeting.document_id is not None:
        raise StateConflict("纪要已经起草，请在公文中修改、签发、印发。")
    mark = Tenant.objects.get(pk=require_tenant_id()).document_mark
    document = draft_document(MINUTES, actor=actor, mark=f"{mark}纪", subject=meeting)
    meeting.document = document
    meeting.save(update_fields=["document"])
    record("meetings.meeting.minutes_drafted", meeting, actor=actor, label="起草纪要")
    return document


@transaction.atomic
def distribute_minutes(meeting: Meeting, *, actor: Actor, reason: str = "") -> Meeting:
    """分发纪要 to the units called, those that have something to do, and those to be informed."""
    document = meeting.document
    if document is None or document.state not in PUBLISHED:
        raise DomainError("纪要还没有印发：请先起草，经签发、印发取得编号后再分发。")
    meeting = advance(meeting, "issue_minutes", actor=actor, at=meeting.unit, reason=reason)
    matters = meeting.resolutions.values("follow_up_id")
    units = {
        *meeting.invitations.values_list("unit_id", flat=True),
        *meeting.resolutions.values_list("unit_id", flat=True),
        *FollowUpHelper.objects.filter(follow_up_id__in=matters).values_list("unit_id", flat=True),
        *meeting.series.members.filter(capacity=Capacity.INFORMED).values_list(
            "unit_id", flat=True
        ),
    }
    Copy.objects.bulk_create(Copy(meeting=meeting, unit_id=pk) for pk in sorted(units))
    tell(
        meeting, "minutes", f"请签收纪要：{meeting}", "请组织落实本单位牵头、配合的议定事项。",
        units=sorted(units),
    )  # fmt: skip
    return meeting


@transaction.atomic
def receive_minutes(copy: Copy, *, actor: Actor) -> Copy:
    """签收, once; by the unit itself."""
    if not actor.may(TAKE_PART, at=copy.unit):
        raise NotPermitted(f"纪要由“{copy.unit.name}”签收，请与该单位联系。")
    copy = Copy.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    if copy.received_at is not None:
        raise StateConflict(f"{copy.received_by}已经签收，不必重复签收。")
    copy.received_at, copy.received_by = timezone.now(), actor.label[:200]
    copy.save(update_fields=["received_at", "received_by"])
    record("meetings.minutes.received", copy, actor=actor, label="签收纪要")
    return copy
