"""Reads of evidence: what stands behind a record, and what a unit has already handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, Sum

from gongjian.commons.evidence.models import Evidence, EvidenceFile, EvidenceUse
from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.models import Unit

_LONGEST_LIST = 30


@dataclass(frozen=True, slots=True)
class Place:
    """A record, or a part of one, that evidence stands behind."""

    source: EvidenceSubject
    subject: Any
    slot: str

    @property
    def kind(self) -> str:
        return self.source.key

    @property
    def pk(self) -> int:
        return int(self.subject.pk)

    @property
    def unit(self) -> Unit:
        return self.source.unit_of(self.subject)

    def may_read(self, actor: Actor) -> bool:
        return self.source.may_read(actor, self.subject, self.slot)

    def may_add(self, actor: Actor) -> bool:
        return self.may_read(actor) and self.source.may_add(actor, self.subject, self.slot)

    def holds(self, use: EvidenceUse) -> bool:
        """Whether this use may no longer be taken away."""
        return self.source.is_sealed(self.subject, self.slot, use.added_at)


def find_place(kind: str, pk: int, slot: str = "", *, lock: bool = False) -> Place | None:
    """The record of this kind and key, or None; whether it may be seen is asked afterwards."""
    source = evidence_subjects.get(kind)
    subject = source.find(pk, lock) if source is not None else None
    if source is None or subject is None or not source.has_slot(subject, slot):
        return None
    return Place(source, subject, slot)


def place_of(record: Model, slot: str = "") -> Place:
    """The same for a record that is in hand, on its own page."""
    return Place(evidence_subjects[record._meta.label_lower], record, slot)


def place_of_use(use: EvidenceUse, *, lock: bool = False) -> Place | None:
    return find_place(use.subject_kind, use.subject_id, use.slot, lock=lock)


def uses_behind(kind: str, pks: Iterable[int]) -> TenantQuerySet[EvidenceUse]:
    """All live uses behind these records, in the order they were added."""
    found: TenantQuerySet[EvidenceUse] = EvidenceUse.objects.filter(  # type: ignore[assignment]
        subject_kind=kind, subject_id__in=list(pks), removed_at=None
    )
    return found.select_related("evidence__file")


def uses_of(place: Place) -> list[EvidenceUse]:
    return list(uses_behind(place.kind, [place.pk]).filter(slot=place.slot))


def uses_by_slot(record: Model) -> dict[str, list[EvidenceUse]]:
    """Every part of a record with its evidence, in one statement."""
    found: dict[str, list[EvidenceUse]] = {}
    for use in uses_behind(record._meta.label_lower, [record.pk]):
        found.setdefault(use.slot, []).append(use)
    return found


def citable(place: Place, words: str = "") -> TenantQuerySet[Evidence]:
    """What the record's unit has already handed in anywhere, newest first."""
    taken = EvidenceUse.objects.filter(
        subject_kind=place.kind, subject_id=place.pk, slot=place.slot, removed_at=None
    )
    found = (
        Evidence.objects.filter(unit=place.unit)
        .filter(Q(file=None) | Q(file__purged_at=None))
        .exclude(pk__in=taken.values("evidence_id"))
        .select_related("file")
    )
    for word in words.split()[:5]:
        found = found.filter(Q(title__icontains=word) | Q(number__icontains=word))
    listed: TenantQuerySet[Evidence] = found.order_by("-pk")[:_LONGEST_LIST]  # type: ignore[assignment]
    return listed


def bytes_kept() -> int:
    """All that the tenant keeps; the same file counts once."""
    total = EvidenceFile.objects.filter(purged_at=None).aggregate(total=Sum("size"))["total"]
    return int(total or 0)
