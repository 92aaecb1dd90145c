"""Matters in the search: what was asked, what became of it, and what was said on the way."""

from __future__ import annotations

from django.db.models import QuerySet

from gongjian.commons.follow_ups.authority import VIEW_FOLLOW_UP
from gongjian.commons.follow_ups.models import FollowUp, FollowUpNote
from gongjian.commons.follow_ups.queries import readable_by
from gongjian.commons.search.shelf import SearchSource, offer
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date


def _words(item: FollowUp) -> str:
    parts = [str(item), item.basis, item.source_label, item.requirement, item.result]
    parts += item.notes.values_list("text", flat=True)
    return "\n".join(part for part in parts if part)


def _about(item: FollowUp) -> str:
    return "　".join(
        (item.unit.name, item.get_state_display(), f"办理时限{long_date(item.due_on)}")
    )


def _readable(actor: Actor) -> QuerySet[FollowUp]:
    if not actor.may(VIEW_FOLLOW_UP):
        return FollowUp.objects.none()
    return readable_by(actor)


offer(
    SearchSource(
        key="follow_ups.followup",
        label="督办事项",
        model=FollowUp,
        text=_words,
        readable=_readable,
        about=_about,
        fields=frozenset({"title", "basis", "requirement", "result", "serial"}),
        parts=((FollowUpNote, "follow_up_id"),),
        order=30,
    )
)
