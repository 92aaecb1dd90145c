"""Reads of single entries: what covers them, what they lack, how they were on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import LookUp, first_of
from ledger.enums import Operation
from ledger.models import Body, Coverage, Entry, EntryVersion, LedgerSettings, Term
from ledger.models.entries import EntryFacts
from orgs.enums import Line


@once_a_page
def rules() -> LedgerSettings:
    """The region's rules, or the usual ones."""
    return LedgerSettings.objects.first() or LedgerSettings()


def rules_ahead() -> LookUp:
    return LookUp(
        rules, (), LedgerSettings.objects.all(), lambda rows: first_of(rows) or LedgerSettings()
    )


def running_on(day: date) -> Q:
    """Holds on the day: begun, and not over."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def covered(line: str, day: date) -> Exists:
    """Whether the entry is covered on the day."""
    return Exists(Coverage.objects.filter(running_on(day), entry_id=OuterRef("pk"), line=line))


def with_standing(entries: TenantQuerySet[Entry], day: date) -> TenantQuerySet[Entry]:
    """Entries with ``has_party`` and ``has_union`` of the day."""
    return entries.annotate(has_party=covered(Line.PARTY, day), has_union=covered(Line.UNION, day))


def lines_owed(facts: EntryFacts, settings: LedgerSettings) -> list[Line]:
    """Organizations that such an entry must have of its own (应建)."""
    if facts.operation != Operation.OPEN:
        return []
    owed = []
    if facts.party_member_count >= settings.party_from:
        owed.append(Line.PARTY)
    if facts.worker_count >= settings.union_from:
        owed.append(Line.UNION)
    return owed


def version_on(entry: Entry, day: date) -> EntryVersion | None:
    """The facts as they were on a day; None when it was not in the ledger yet."""
    return (
        EntryVersion.objects.filter(running_on(day), entry=entry)
        .select_related("unit")
        .order_by("-pk")
        .first()
    )


def coverages_on(entry: Entry, day: date) -> dict[str, Coverage]:
    """What covers the entry on a day, by line."""
    found = Coverage.objects.filter(running_on(day), entry=entry).select_related("body")
    return {row.line: row for row in found}


def sitting_terms(body_ids: Iterable[int]) -> dict[int, Term]:
    """The committee that sits, by body."""
    return {
        term.body_id: term
        for term in Term.objects.filter(body__in=list(body_ids), ended_on__isnull=True)
    }


def bodies_near(unit: Any, line: str) -> TenantQuerySet[Body]:
    """Bodies that may cover an entry of the unit: of its own place, above it or below."""
    paths = [unit.path[:end] for end in range(4, len(unit.path), 4)]
    return Body.objects.filter(  # type: ignore[return-value]
        Q(unit__path__under=unit.path) | Q(unit__path__in=paths),
        line=line,
        dissolved_on__isnull=True,
    ).order_by("-unit__path", "name")
