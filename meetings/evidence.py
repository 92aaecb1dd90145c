"""Files of a meeting (signed sheet, photographs) and the papers of its items."""

from __future__ import annotations

from datetime import datetime

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor
from meetings.authority import CONVENE_MEETING
from meetings.enums import SLOTS, MeetingState
from meetings.models import AgendaItem, Meeting
from meetings.queries import items_for, may_edit, readable_by


def _find_meeting(pk: int, lock: bool) -> Meeting | None:  # noqa: FBT001 -- the shelf's signature
    found = Meeting.objects.select_related("series", "unit").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _find_item(pk: int, lock: bool) -> AgendaItem | None:  # noqa: FBT001 -- the shelf's signature
    found = AgendaItem.objects.select_related("meeting__series", "meeting__unit", "unit")
    found = found.filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read_item(actor: Actor, item: AgendaItem, slot: str) -> bool:
    return (
        readable_by(actor).filter(pk=item.meeting_id).exists()
        and items_for(actor, item.meeting).filter(pk=item.pk).exists()
    )


def _may_add_item(actor: Actor, item: AgendaItem, slot: str) -> bool:
    convenes = actor.may(CONVENE_MEETING, at=item.meeting.unit)
    return may_edit(actor, item) or (convenes and item.meeting.state == MeetingState.SITTING)


def _item_sealed(item: AgendaItem, slot: str, added_at: datetime) -> bool:
    return item.meeting.state in {MeetingState.HELD, MeetingState.MINUTED}


evidence_subjects.register(
    EvidenceSubject(
        key="meetings.meeting",
        find=_find_meeting,
        unit_of=lambda meeting: meeting.unit,
        may_read=lambda actor, meeting, slot: actor.may(CONVENE_MEETING, at=meeting.unit),
        may_add=lambda actor, meeting, slot: (
            meeting.state in {MeetingState.NOTICED, MeetingState.SITTING, MeetingState.HELD}
            and actor.may(CONVENE_MEETING, at=meeting.unit)
        ),
        is_sealed=lambda meeting, slot, added_at: meeting.state == MeetingState.MINUTED,
        has_slot=lambda meeting, slot: slot in SLOTS,
        url_of=lambda meeting, slot: meeting.get_absolute_url(),
    )
)
evidence_subjects.register(
    EvidenceSubject(
        key="meetings.agendaitem",
        find=_find_item,
        unit_of=lambda item: item.unit,
        may_read=_may_read_item,
        may_add=_may_add_item,
        is_sealed=_item_sealed,
        has_slot=lambda item, slot: slot == "",
        url_of=lambda item, slot: item.get_absolute_url(),
    )
)
