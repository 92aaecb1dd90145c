"""Evidence behind a return: of the whole sheet, of a cell, of the signed paper, of an extension.

It hangs on the obligation and not on the return, for there may be evidence
before the first figure is typed, and a request for more time without a return.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor
from responsibilities.authority import (
    FILE_ON_BEHALF,
    FILL_RETURN,
    REQUEST_EXTENSION,
    REVIEW_RETURN,
    VIEW_RETURN,
)
from responsibilities.models import ExtensionRequest, Obligation, QuarterlyReturn

WHOLE, PAPER, EXTENSION = "", "paper", "extension"


def _find(pk: int, lock: bool) -> Obligation | None:  # noqa: FBT001 -- the shelf's signature
    found = Obligation.objects.select_related("unit", "period", "form").filter(pk=pk).first()
    if found is not None and lock:
        # The row that submitting locks as well: evidence comes before the step or after it.
        Obligation.objects.select_for_update(of=("self",)).get(pk=pk)
        QuarterlyReturn.objects.select_for_update(of=("self",)).filter(obligation_id=pk).first()
    return found


def _return_of(obligation: Obligation) -> QuarterlyReturn | None:
    """The return, asked for once however many cells the sheet has."""
    if "evidence_return" not in obligation.__dict__:
        obligation.__dict__["evidence_return"] = obligation.returns.select_related(
            "unit", "review_place"
        ).first()
    found: QuarterlyReturn | None = obligation.__dict__["evidence_return"]
    return found


def _may_read(actor: Actor, obligation: Obligation, slot: str) -> bool:
    at = obligation.unit
    if actor.may(VIEW_RETURN, at=at) or actor.may(FILL_RETURN, at=at):
        return True
    if actor.may(FILE_ON_BEHALF, at=at):
        return True
    if not actor.may(REVIEW_RETURN):
        return False
    # A return that was escalated is decided further up.
    row = _return_of(obligation)
    return row is not None and actor.may(REVIEW_RETURN, at=row.review_unit)


def _may_add(actor: Actor, obligation: Obligation, slot: str) -> bool:
    at = obligation.unit
    if slot == EXTENSION:
        return actor.may(REQUEST_EXTENSION, at=at)
    if slot == PAPER and not actor.may(FILE_ON_BEHALF, at=at):
        return False
    if not (actor.may(FILL_RETURN, at=at) or actor.may(FILE_ON_BEHALF, at=at)):
        return False
    row = _return_of(obligation)
    return not obligation.is_exempt and (row is None or row.is_editable)


def _is_sealed(obligation: Obligation, slot: str, added_at: datetime) -> bool:
    if slot == EXTENSION:
        # The request that came after it was decided by it.
        return ExtensionRequest.objects.filter(
            obligation=obligation, created_at__gte=added_at
        ).exists()
    row = _return_of(obligation)
    return row is not None and not row.is_editable


def _has_slot(obligation: Obligation, slot: str) -> bool:
    if slot in {WHOLE, PAPER, EXTENSION}:
        return True
    return any(cell.code == slot for cell in obligation.form.whole_layout())


def _url_of(obligation: Obligation, slot: str) -> str:
    page = "extension_ask" if slot == EXTENSION else "return_fill"
    address = reverse(f"responsibilities:{page}", args=[obligation.pk])
    return f"{address}#row-{slot}" if slot not in {WHOLE, PAPER, EXTENSION} else address


evidence_subjects.register(
    EvidenceSubject(
        key="responsibilities.obligation",
        find=_find,
        unit_of=lambda obligation: obligation.unit,
        may_read=_may_read,
        may_add=_may_add,
        is_sealed=_is_sealed,
        has_slot=_has_slot,
        url_of=_url_of,
    )
)
