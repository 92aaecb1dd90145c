"""Evidence behind a matter: of what was done, and of a request for more time."""

from __future__ import annotations

from datetime import datetime

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.commons.follow_ups.authority import HANDLE_FOLLOW_UP
from gongjian.commons.follow_ups.enums import IN_UNITS_HANDS, ExtensionState, FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.places import may_handle_it
from gongjian.commons.follow_ups.queries import readable_by
from gongjian.foundation.kernel.actor import Actor

DONE, EXTENSION = "", "extension"


def _find(pk: int, lock: bool) -> FollowUp | None:  # noqa: FBT001 -- the shelf's signature
    found = FollowUp.objects.select_related("unit").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read(actor: Actor, follow_up: FollowUp, slot: str) -> bool:
    return readable_by(actor).filter(pk=follow_up.pk).exists()


def _may_add(actor: Actor, follow_up: FollowUp, slot: str) -> bool:
    in_hand = follow_up.state in IN_UNITS_HANDS and follow_up.state != FollowUpState.ISSUED
    if not in_hand:
        return False
    if may_handle_it(follow_up, actor):
        return True
    helps = follow_up.helpers.filter(unit_id=actor.unit_id or 0)
    return slot == DONE and actor.may(HANDLE_FOLLOW_UP) and helps.exists()


def _is_sealed(follow_up: FollowUp, slot: str, added_at: datetime) -> bool:
    if slot == EXTENSION:
        return (
            follow_up.extensions.filter(asked_at__gte=added_at)
            .exclude(state=ExtensionState.WITHDRAWN)
            .exists()
        )
    return follow_up.state not in IN_UNITS_HANDS


evidence_subjects.register(
    EvidenceSubject(
        key="follow_ups.followup",
        find=_find,
        unit_of=lambda follow_up: follow_up.unit,
        may_read=_may_read,
        may_add=_may_add,
        is_sealed=_is_sealed,
        has_slot=lambda follow_up, slot: slot in {DONE, EXTENSION},
        url_of=lambda follow_up, slot: follow_up.get_absolute_url(),
    )
)
