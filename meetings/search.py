"""Minutes in the search: what was said and settled under each item."""

from __future__ import annotations

from gongjian.commons.search.shelf import SearchSource, offer
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from meetings.models import AgendaItem, Resolution
from meetings.queries import recorded_items


def _words(item: AgendaItem) -> str:
    parts = [item.title, item.record]
    for resolution in item.resolutions.all():
        parts += [resolution.title, resolution.text]
    return "\n".join(part for part in parts if part)


def _about(item: AgendaItem) -> str:
    return f"{item.meeting}　{item.meeting.starts_at:%Y-%m-%d}　{item.get_state_display()}"


def _readable(actor: Actor) -> TenantQuerySet[AgendaItem]:
    found: TenantQuerySet[AgendaItem] = (
        recorded_items(actor)
        .select_related("meeting__series", "meeting__unit")
        .prefetch_related("resolutions")
    )
    return found


offer(
    SearchSource(
        key="meetings.item",
        label="会议纪要",
        model=AgendaItem,
        text=_words,
        readable=_readable,
        about=_about,
        fields=frozenset({"title", "record"}),
        parts=((Resolution, "item_id"),),
        order=30,
    )
)
