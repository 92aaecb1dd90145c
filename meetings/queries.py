"""Reading joint meetings: what may be seen, what became of the last one, where words stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum
from django.utils.timezone import localtime

from gongjian.commons.follow_ups.enums import OPEN_STATES
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from meetings.authority import CONVENE_MEETING, TAKE_PART, VIEW_MEETING
from meetings.enums import BEFORE_SITTING, Capacity, ItemState, MeetingState, Reply
from meetings.models import (
    AgendaItem,
    Copy,
    Invitation,
    Meeting,
    Phrase,
    Resolution,
    SeriesMember,
)
from orgs.models import Unit

#: From here on those who were called know of the meeting.
_KNOWN = (
    MeetingState.CALLING,
    MeetingState.NOTICED,
    MeetingState.SITTING,
    MeetingState.HELD,
    MeetingState.MINUTED,
    MeetingState.CANCELLED,
)


#: Of these nobody but the convener and the unit that proposed them knows.
_UNVETTED = (ItemState.PROPOSED, ItemState.RETURNED, ItemState.MERGED, ItemState.WITHDRAWN)


def readable_by(actor: Actor) -> TenantQuerySet[Meeting]:
    """Meetings in the post's reach, and those its unit is a member of or is called to."""
    seen = Meeting.objects.within(actor.scope(VIEW_MEETING))
    own = actor.unit_id or 0
    asked = Meeting.objects.filter(state__in=_KNOWN).filter(
        Q(series_id__in=SeriesMember.objects.filter(unit_id=own).values("series_id"))
        | Q(pk__in=Invitation.objects.filter(unit_id=own).values("meeting_id"))
        | Q(pk__in=Copy.objects.filter(unit_id=own).values("meeting_id"))
    )
    found: TenantQuerySet[Meeting] = Meeting.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen.values("pk")) | Q(pk__in=asked.values("pk"))
    )
    return found.select_related("series", "unit", "document")


def may_propose(actor: Actor, meeting: Meeting) -> bool:
    """While items are collected, every member unit speaks; the convener always does."""
    if actor.may(CONVENE_MEETING, at=meeting.unit):
        return True
    is_member = meeting.series.members.filter(unit_id=actor.unit_id or 0).exists()
    return is_member and actor.may(TAKE_PART) and meeting.state == MeetingState.CALLING


def may_edit(actor: Actor, item: AgendaItem) -> bool:
    """Before the sitting: the convener always, the proposing unit until it is vetted."""
    if item.meeting.state not in BEFORE_SITTING:
        return False
    if actor.may(CONVENE_MEETING, at=item.meeting.unit):
        return item.state in {ItemState.PROPOSED, ItemState.ACCEPTED, ItemState.WRITTEN}
    return (
        item.state == ItemState.PROPOSED
        and item.source_id is None
        and item.unit_id == actor.unit_id
        and actor.may(TAKE_PART)
    )


def items_for(actor: Actor, meeting: Meeting) -> TenantQuerySet[AgendaItem]:
    """The agenda as a reader may see it.

    Conveners see all. Others see what goes before the meeting, unless it is
    internal (内部议题), and whatever their own unit proposed.
    """
    items: TenantQuerySet[AgendaItem] = meeting.items.all()  # type: ignore[assignment]
    if not actor.may(CONVENE_MEETING, at=meeting.unit):
        items = items.filter(_open_to(actor))
    ordered: TenantQuerySet[AgendaItem] = items.order_by("position", "pk")
    return ordered


def _open_to(actor: Actor) -> Q:
    own = Q(unit_id=actor.unit_id or 0)
    return own | Q(is_internal=False) & ~Q(state__in=_UNVETTED)


def readable_items(actor: Actor) -> TenantQuerySet[AgendaItem]:
    """Items of all readable meetings, by the same rule as on the page of each."""
    convened = Meeting.objects.within(actor.scope(CONVENE_MEETING)).values("pk")
    found: TenantQuerySet[AgendaItem] = AgendaItem.objects.filter(  # type: ignore[assignment]
        _open_to(actor) | Q(meeting__in=convened), meeting__in=readable_by(actor).values("pk")
    )
    return found.select_related("meeting__series", "meeting__unit", "unit", "earlier")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check before the notice; ``note`` says what is missing."""

    label: str
    is_met: bool
    note: str = ""


def checks_before(meeting: Meeting) -> list[Check]:
    """会前检查: what makes a joint meeting count, before the notice and before the sitting.

    Rules of practice: the main leader presides, each quarter has its meeting,
    the agenda is vetted, more than half of the members come.
    """
    members = [row for row in meeting.series.members.all() if row.capacity != Capacity.INFORMED]
    chairs = [row.name for row in members if row.capacity == Capacity.CHAIR]
    begins = localtime(meeting.starts_at).date()
    quarter = (begins.month + 2) // 3
    states = list(meeting.items.values_list("state", flat=True))
    waiting = states.count(ItemState.PROPOSED)
    accepted = states.count(ItemState.ACCEPTED)
    planned = meeting.items.filter(state=ItemState.ACCEPTED).aggregate(sum=Sum("minutes"))["sum"]
    length = int((meeting.ends_at - meeting.starts_at).total_seconds() // 60)
    checks = [
        Check("由召集人主持", bool(chairs), "成员中还没有指定主持" if not chairs else chairs[0]),
        Check(
            f"属于第{quarter}季度例会",
            not Meeting.objects.filter(
                series_id=meeting.series_id,
                starts_at__date__gte=date(begins.year, 3 * quarter - 2, 1),
                starts_at__lt=meeting.starts_at,
                state__in=[MeetingState.HELD, MeetingState.MINUTED],
            ).exists(),
            "本季度已经开过会，本次为增开",
        ),
        Check(
            "议题全部审定", not waiting and bool(accepted), f"上会{accepted}项，待审定{waiting}项"
        ),
    ]
    if planned:
        checks.append(
            Check(
                "议题用时不超过会议时间",
                planned <= length,
                f"议题合计{planned}分钟，会议{length}分钟",
            )
        )
    if meeting.state == MeetingState.NOTICED:
        counted = (Capacity.CHAIR, Capacity.MEMBER)
        replies = [row.reply for row in meeting.invitations.all() if row.capacity in counted]
        coming = sum(reply in {Reply.ATTEND, Reply.SUBSTITUTE} for reply in replies)
        pending = replies.count(Reply.PENDING)
        checks.append(
            Check(
                "过半数成员参加",
                coming * 2 > len(replies),
                f"应到{len(replies)}人，参加{coming}人，未回复{pending}人",
            )
        )
    return checks


def appearances_of(item: AgendaItem) -> list[AgendaItem]:
    """The same problem at earlier meetings, the latest first, with what was settled then."""
    found: list[AgendaItem] = []
    earlier = item.earlier_id
    while earlier is not None and len(found) < item.appearance:
        row = (
            AgendaItem.objects.select_related("meeting__series")
            .prefetch_related("resolutions__follow_up", "resolutions__unit")
            .get(pk=earlier)
        )
        found.append(row)
        earlier = row.earlier_id
    return found


def referrals_of(meeting: Meeting) -> dict[int, AgendaItem]:
    """Items of this meeting that another one was asked to take up, by the item here."""
    found = AgendaItem.objects.filter(
        source_kind="meetings.agendaitem", source_id__in=meeting.items.values("pk")
    ).select_related("meeting__series")
    return {item.source_id: item for item in found if item.source_id is not None}


def previous_meeting(meeting: Meeting) -> Meeting | None:
    return (
        Meeting.objects.filter(series_id=meeting.series_id, starts_at__lt=meeting.starts_at)
        .exclude(state__in=[MeetingState.CANCELLED, MeetingState.PLANNED])
        .order_by("-starts_at")
        .first()
    )


def results_to_report(meeting: Meeting) -> list[Resolution]:
    """上次议定事项落实情况: those of the meeting before, and older ones that are still open."""
    last = previous_meeting(meeting)
    if last is None:
        return []
    found = Resolution.objects.filter(
        meeting__series_id=meeting.series_id, meeting__starts_at__lt=meeting.starts_at
    ).filter(Q(meeting=last) | Q(follow_up__state__in=OPEN_STATES))
    return list(
        found.select_related("unit", "follow_up", "meeting__series").order_by(
            "meeting__starts_at", "number"
        )
    )


def recorded_items(actor: Actor) -> TenantQuerySet[AgendaItem]:
    """Items of meetings that were held, as far as their meetings may be read."""
    convened = actor.scope(CONVENE_MEETING)
    found: TenantQuerySet[AgendaItem] = AgendaItem.objects.filter(  # type: ignore[assignment]
        Q(is_internal=False)
        | Q(unit_id=actor.unit_id or 0)
        | Q(meeting__in=Meeting.objects.within(convened).values("pk")),
        meeting__in=readable_by(actor).filter(state__in=[MeetingState.HELD, MeetingState.MINUTED]),
        state__in=[ItemState.DISCUSSED, ItemState.WRITTEN, ItemState.CARRIED],
    )
    return found


def search_records(actor: Actor, words: str) -> TenantQuerySet[AgendaItem]:
    """Every word must stand in the title, the record or a resolution of an item."""
    found = recorded_items(actor)
    for word in words.split()[:6]:
        found = found.filter(
            Q(title__icontains=word)
            | Q(record__icontains=word)
            | Q(
                pk__in=Resolution.objects.filter(
                    Q(title__icontains=word) | Q(text__icontains=word)
                ).values("item_id")
            )
        )
    ordered: TenantQuerySet[AgendaItem] = found.select_related("meeting__series", "unit").order_by(
        "-meeting__starts_at", "position"
    )
    return ordered


def replies_owed(actor: Actor) -> TenantQuerySet[Invitation]:
    return Invitation.objects.filter(  # type: ignore[return-value]
        unit_id=actor.unit_id or 0, reply=Reply.PENDING, meeting__state=MeetingState.NOTICED
    ).select_related("meeting__series")


def receipts_owed(actor: Actor) -> TenantQuerySet[Copy]:
    return Copy.objects.filter(  # type: ignore[return-value]
        unit_id=actor.unit_id or 0, received_at__isnull=True
    ).select_related("meeting__series")


def phrases_of(unit: Unit) -> list[str]:
    """The unit's own text modules, in their order."""
    return list(Phrase.objects.filter(unit=unit).values_list("text", flat=True))
