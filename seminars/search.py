"""Papers in the search. A judge never learns by a search who wrote what lies there to be judged."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from gongjian.commons.search.shelf import SearchSource, offer
from gongjian.foundation.kernel.actor import Actor
from seminars.models import Paper, ReviewAssignment
from seminars.queries import SHOWN, papers_for


def _words(paper: Paper) -> str:
    return "\n".join(part for part in (paper.title, paper.abstract, paper.plain) if part)


def _about(paper: Paper) -> str:
    return f"{paper.unit.name}　{paper.call}　{paper.get_state_display()}"


def _readable(actor: Actor) -> QuerySet[Paper]:
    judged = ReviewAssignment.objects.filter(
        paper=OuterRef("pk"), expert__post=actor.post_id or 0
    ).exclude(paper__call__state__in=SHOWN)
    rows = Paper.objects.filter(pk__in=papers_for(actor).values("pk"))
    return rows.exclude(Exists(judged)).select_related("unit", "call")


offer(
    SearchSource(
        key="seminars.paper",
        label="研讨论文",
        model=Paper,
        text=_words,
        readable=_readable,
        about=_about,
        fields=frozenset({"title", "abstract", "plain"}),
        order=40,
    )
)
