"""Records that were there before the index, or that came past it."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.search.models import SearchEntry
from gongjian.commons.search.services import note_records
from gongjian.commons.search.shelf import search_sources
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task

_BATCH = 500


@tenant_task("search.index_missing")
def index_missing() -> int:
    """Index what has no entry; run twice, it writes nothing anew."""
    written = 0
    for source in search_sources:
        last = 0
        while True:
            with transaction.atomic():
                held = SearchEntry.objects.filter(kind=source.key).values("record_id")
                rows = list(
                    source.model._default_manager.filter(pk__gt=last)
                    .exclude(pk__in=held)
                    .order_by("pk")[:_BATCH]
                )
                if not rows:
                    break
                note_records(source.key, {row.pk: source.text(row) for row in rows})
            last, written = rows[-1].pk, written + len(rows)
    return written


@system_task("search.tick_index")
def tick_index() -> None:
    fan_out("search.index_missing")
