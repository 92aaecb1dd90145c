"""Writing the index."""

from __future__ import annotations

from gongjian.commons.search.models import SearchEntry
from gongjian.commons.search.words import lexemes
from gongjian.foundation.tenancy.scope import require_tenant_id


def note_record(kind: str, record_id: int, text: str) -> None:
    """Index a record in the transaction that saves it; saved again, the newer text counts."""
    note_records(kind, {record_id: text})


def note_records(kind: str, texts: dict[int, str]) -> None:
    tenant_id = require_tenant_id()
    SearchEntry.objects.bulk_create(
        [
            SearchEntry(kind=kind, record_id=pk, text=text, words=lexemes(text, tenant_id))
            for pk, text in sorted(texts.items())
        ],
        update_conflicts=True,
        unique_fields=["tenant", "kind", "record_id"],
        update_fields=["text", "words"],
    )


def forget_record(kind: str, record_id: int) -> None:
    SearchEntry.objects.filter(kind=kind, record_id=record_id).delete()
