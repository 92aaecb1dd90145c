"""The clipping behind a report; sealed once it is with the office."""

from __future__ import annotations

from datetime import datetime

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor
from publicity.authority import WRITE_PLACEMENT
from publicity.enums import WRITABLE
from publicity.models import Placement
from publicity.queries import KIND, readable_by


def _find(pk: int, lock: bool) -> Placement | None:  # noqa: FBT001 -- the shelf's signature
    found = Placement.objects.select_related("unit", "outlet").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read(actor: Actor, placement: Placement, slot: str) -> bool:
    return readable_by(actor).filter(pk=placement.pk).exists()


def _may_add(actor: Actor, placement: Placement, slot: str) -> bool:
    return placement.state in WRITABLE and actor.may(WRITE_PLACEMENT, at=placement.unit)


def _is_sealed(placement: Placement, slot: str, added_at: datetime) -> bool:
    return placement.state not in WRITABLE


evidence_subjects.register(
    EvidenceSubject(
        key=KIND,
        find=_find,
        unit_of=lambda placement: placement.unit,
        may_read=_may_read,
        may_add=_may_add,
        is_sealed=_is_sealed,
        has_slot=lambda placement, slot: slot == "",
        url_of=lambda placement, slot: placement.get_absolute_url(),
    )
)
