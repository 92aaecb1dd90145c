"""Reading joint meetings: what may be seen, what became of the last one, where words stand."""

from __future__ import annotations

from django.db.models import Q

from gongjian.commons.follow_ups.enums import OPEN_STATES
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from meetings.authority import CONVENE_MEETING, TAKE_PART, VIEW_MEETING
from meetings.enums import ItemState, MeetingState, Reply
from meetings.models import AgendaItem, Copy, Invitation, Meeting, Resolution, SeriesMember

#: From here on those who were called know of the meeting.
_KNOWN = (
    MeetingState.CALLING,
    MeetingState.NOTICED,
    MeetingState.SITTING,
    MeetingState.HELD,
    MeetingState.MINUTED,
    MeetingState.CANCELLED,
)


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
    found: TenantQuerySet[AgendaItem] = AgendaItem.objects.filter(  # type: ignore[assignment]
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
