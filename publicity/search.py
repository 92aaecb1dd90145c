"""Placements in the search."""

from __future__ import annotations

from gongjian.commons.search.shelf import SearchSource, offer
from publicity.models import Placement
from publicity.queries import readable_by


def _words(placement: Placement) -> str:
    parts = (placement.title, placement.excerpt, placement.reporter, placement.theme)
    return "\n".join(part for part in parts if part)


def _about(placement: Placement) -> str:
    return f"{placement.outlet.name}　{placement.published_on:%Y-%m-%d}　{placement.unit.name}"


offer(
    SearchSource(
        key="publicity.placement",
        label="宣传刊播",
        model=Placement,
        text=_words,
        readable=readable_by,
        about=_about,
        fields=frozenset({"title", "excerpt", "reporter", "theme"}),
        order=50,
    )
)
