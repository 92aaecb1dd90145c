"""Attachments of a dispatch: the unit's while it writes, held fast once it is sent."""

from __future__ import annotations

from datetime import datetime

from bulletins.authority import WRITE_DISPATCH
from bulletins.enums import WITH_UNIT
from bulletins.models import Dispatch
from bulletins.queries import readable_dispatches
from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor


def _find(pk: int, lock: bool) -> Dispatch | None:  # noqa: FBT001 -- the shelf's signature
    found = Dispatch.objects.select_related("unit").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read(actor: Actor, dispatch: Dispatch, slot: str) -> bool:
    return bool(readable_dispatches(actor).filter(pk=dispatch.pk).exists())


def _may_add(actor: Actor, dispatch: Dispatch, slot: str) -> bool:
    return dispatch.state in WITH_UNIT and actor.may(WRITE_DISPATCH, at=dispatch.unit)


def _is_sealed(dispatch: Dispatch, slot: str, added_at: datetime) -> bool:
    # What the desk once had stays with the piece, also after a return for correction.
    return dispatch.sent_at is not None and added_at <= dispatch.sent_at


evidence_subjects.register(
    EvidenceSubject(
        key="bulletins.dispatch",
        find=_find,
        unit_of=lambda dispatch: dispatch.unit,
        may_read=_may_read,
        may_add=_may_add,
        is_sealed=_is_sealed,
        has_slot=lambda dispatch, slot: slot == "",
        url_of=lambda dispatch, slot: dispatch.get_absolute_url(),
    )
)
