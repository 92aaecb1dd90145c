"""Photos and files of a visit and of its findings, held fast once the unit has confirmed.

They hang on the visit, with the key that the phone gave the finding as the
part: the phone knows the place before the server has heard of the finding.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor
from inspections.enums import VisitState
from inspections.models import Visit
from inspections.queries.visits import may_fill, visible_visits

#: The signature of the head closes what is written; a photo may still be on its way.
_OPEN = frozenset({VisitState.UNDER_WAY, VisitState.SIGNED})


def _find(pk: int, lock: bool) -> Visit | None:  # noqa: FBT001 -- the shelf's signature
    found = Visit.objects.select_related("unit").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read(actor: Actor, visit: Visit, slot: str) -> bool:
    if visit.signed_at is None and not may_fill(visit, actor):
        return False
    return bool(visible_visits(actor).filter(pk=visit.pk).exists())


def _may_add(actor: Actor, visit: Visit, slot: str) -> bool:
    return visit.state in _OPEN and may_fill(visit, actor)


def _is_sealed(visit: Visit, slot: str, added_at: datetime) -> bool:
    # What lay before the unit when the head signed is not taken away behind its back.
    return visit.signed_at is not None and added_at <= visit.signed_at


def _has_slot(visit: Visit, slot: str) -> bool:
    try:
        return slot == "" or str(uuid.UUID(slot)) == slot
    except ValueError:
        return False


def _url_of(visit: Visit, slot: str) -> str:
    finding = visit.findings.filter(client_key=slot).first() if slot and visit.signed_at else None
    return (finding or visit).get_absolute_url()


evidence_subjects.register(
    EvidenceSubject(
        key="inspections.visit",
        find=_find,
        unit_of=lambda visit: visit.unit,
        may_read=_may_read,
        may_add=_may_add,
        is_sealed=_is_sealed,
        has_slot=_has_slot,
        url_of=_url_of,
    )
)
