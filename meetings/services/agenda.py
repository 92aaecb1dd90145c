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
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from meetings.authority import CONVENE_MEETING
from meetings.enums import BEFORE_SITTING, ItemState, MeetingState
from meetings.models import AgendaItem, Meeting
from meetings.queries import may_edit, may_propose, previous_meeting
from meetings.services.convening import demand_convener, posts_of
from orgs.models import Unit
from orgs.services import demand_valid

#: An item that another leading group put before this one, and the answer on its way back.
REFERRED, ANSWERED = "meetings.agendaitem", "meetings.agendaitem.answer"
#: What of an item only the convener says.
CONVENER_ALONE = frozenset({"recurs", "is_internal"})


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
        values = {name: value for name, value in values.items() if name not in CONVENER_ALONE}
    return _place(AgendaItem(meeting=meeting, unit=unit, **values), actor=actor, label="申报议题")


@transaction.atomic
def edit_item(item: AgendaItem, *, actor: Actor, values: Mapping[str, Any]) -> AgendaItem:
    """The unit that proposed it until it is vetted; the convener until the sitting."""
    meeting = lock_before_sitting(item.meeting)
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    item.meeting = meeting
    if not may_edit(actor, item):
        raise NotPermitted("议题由申报单位在审定前修改，审定后由召集单位修改。")
    convenes = actor.may(CONVENE_MEETING, at=meeting.unit)
    for name, value in values.items():
        if convenes or name not in CONVENER_ALONE:
            setattr(item, name, value)
    demand_valid(item)
    item.save()
    record("meetings.item.edited", item, actor=actor, label="修改议题")
    return item


@transaction.atomic
def withdraw_item(item: AgendaItem, *, actor: Actor) -> AgendaItem:
    """撤回 by the unit that proposed it, while nobody has vetted it."""
    lock_before_sitting(item.meeting)
    if item.unit_id != actor.unit_id or item.source_id is not None:
        raise NotPermitted("议题由申报单位自己撤回；由系统带入的，由召集单位退回。")
    return advance(item, "withdraw", actor=actor, at=item.unit)


@transaction.atomic
def refer_item(item: AgendaItem, *, actor: Actor, to: Meeting) -> AgendaItem:
    """提请上级会议: the same matter before another leading group; both keep one thread.

    Whoever convenes this meeting speaks there for their unit, as a member of that meeting.
    """
    demand_convener(actor, item.meeting.unit)
    if item.meeting.series_id == to.series_id:
        raise DomainError("请选择上级的会议；留到本会下次再议的，请在记录中“结转下次”。")
    meeting = lock_before_sitting(to)
    if meeting.state != MeetingState.CALLING or not may_propose(actor, meeting):
        raise NotPermitted("只能向本单位参加的、正在征集议题的会议提请。")
    if meeting.items_due_on is not None and meeting.items_due_on < today():
        raise StateConflict("该会议的议题申报已经截止，请与召集单位联系。")
    if meeting.items.filter(source_kind=REFERRED, source_id=item.pk).exists():
        raise StateConflict("这项议题已经提请该会议，不必重复提请。")
    unit = item.meeting.unit
    body = item.body
    if item.record and not item.is_internal:
        body = f"{body}\n{item.meeting}讨论情况：{item.record}".strip()
    referred = AgendaItem(
        meeting=meeting, unit=unit, title=item.title, body=body[:2000], opinion=item.opinion,
        source_kind=REFERRED, source_id=item.pk, source_label=f"{unit}提请"[:60],
        is_internal=item.is_internal,
    )  # fmt: skip
    placed = _place(referred, actor=actor, label="提请议题")
    record("meetings.item.referred", item, actor=actor, label=f"提请{meeting}"[:60])
    return placed


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
    placed += [_always(item, meeting, actor) for item in _recurring(meeting)]
    placed += [_answered(item, meeting, actor) for item in _answers(meeting, known)]
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


def _recurring(meeting: Meeting) -> list[AgendaItem]:
    """每次必议: what stood so on the agenda of the last sitting that had one."""
    last = previous_meeting(meeting)
    if last is None:
        return []
    present = set(meeting.items.values_list("title", flat=True))
    standing = last.items.filter(recurs=True, state__in=[ItemState.DISCUSSED, ItemState.WRITTEN])
    return [item for item in standing.select_related("unit") if item.title not in present]


def _always(item: AgendaItem, meeting: Meeting, actor: Actor) -> AgendaItem:
    """A standing item begins anew each time: it is no problem that came back."""
    again = AgendaItem(
        meeting=meeting, unit=item.unit, title=item.title, body=item.body, recurs=True,
        presenter=item.presenter, minutes=item.minutes, is_internal=item.is_internal,
        source_label="每次必议",
    )  # fmt: skip
    return _place(again, actor=actor, label="列入每次必议的议题", anew=True)


def _answers(meeting: Meeting, known: set[tuple[str, int | None]]) -> list[AgendaItem]:
    """What a higher meeting said of the items that this series referred to it; once each."""
    own = AgendaItem.objects.filter(meeting__series_id=meeting.series_id).values("pk")
    told = AgendaItem.objects.filter(
        meeting__series_id=meeting.series_id, source_kind=ANSWERED
    ).values("source_id")
    found = (
        AgendaItem.objects.filter(
            source_kind=REFERRED, source_id__in=own,
            state__in=[ItemState.DISCUSSED, ItemState.WRITTEN],
            meeting__state__in=[MeetingState.HELD, MeetingState.MINUTED],
        )
        .exclude(pk__in=told)
        .select_related("meeting__series", "meeting__unit")
    )  # fmt: skip
    return [item for item in found if (ANSWERED, item.pk) not in known]


def _answered(item: AgendaItem, meeting: Meeting, actor: Actor) -> AgendaItem:
    asked = AgendaItem.objects.get(pk=item.source_id or 0)
    said = [f"{item.meeting}{item.get_state_display()}。", item.record.strip()]
    said += [
        f"议定：{row.title}（{row.unit}，{long_date(row.due_on)}前）。"
        for row in item.resolutions.select_related("unit")
    ]
    answer = AgendaItem(
        meeting=meeting, unit=meeting.unit, title=f"提请事项的答复：{item.title}"[:120],
        body="\n".join(line for line in said if line)[:2000],
        source_kind=ANSWERED, source_id=item.pk, source_label="上级会议答复",
        earlier=asked, appearance=asked.appearance,
    )  # fmt: skip
    return _place(answer, actor=actor, label="列入上级会议答复")


def _again(item: AgendaItem, meeting: Meeting, actor: Actor) -> AgendaItem:
    again = AgendaItem(
        meeting=meeting, unit=item.unit, title=item.title, body=item.body, opinion=item.opinion,
        presenter=item.presenter, minutes=item.minutes, is_internal=item.is_internal,
        recurs=item.recurs, earlier=item, appearance=item.appearance + 1,
        source_label="上次会议结转",
    )  # fmt: skip
    return _place(again, actor=actor, label="结转议题")


def _place(item: AgendaItem, *, actor: Actor, label: str, anew: bool = False) -> AgendaItem:
    last = item.meeting.items.aggregate(last=Max("position"))["last"] or 0
    item.position = last + 1
    if item.earlier is None and not anew:
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
def vet_the_rest(meeting: Meeting, *, actor: Actor) -> int:
    """Accept every item that still waits; returns how many."""
    meeting = lock_before_sitting(meeting)
    demand_convener(actor, meeting.unit)
    waiting = list(meeting.items.filter(state=ItemState.PROPOSED))
    if not waiting:
        raise StateConflict("没有待审定的议题了，请刷新后查看。")
    for item in waiting:
        vet_item(item, actor=actor, verdict="accept")
    return len(waiting)


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
