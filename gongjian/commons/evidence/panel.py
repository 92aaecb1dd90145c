"""What the panel of evidence shows, for the tag on a page and for its renewal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gongjian.commons.evidence.enums import ACCEPTED_WORDS, ENDINGS, LARGEST
from gongjian.commons.evidence.models import EvidenceUse
from gongjian.commons.evidence.queries import Place, uses_of
from gongjian.foundation.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of the panel."""

    use: EvidenceUse
    may_remove: bool


def panel_context(
    place: Place,
    actor: Actor,
    *,
    compact: bool = False,
    uses: list[EvidenceUse] | None = None,
    readonly: bool = False,
) -> dict[str, Any]:
    """Context of ``evidence/_panel.html``; ``uses`` when the page has read them already."""
    uses = uses_of(place) if uses is None else uses
    may_add = not readonly and place.may_add(actor)
    query = urlencode({"kind": place.kind, "id": place.pk, "slot": place.slot})
    return {
        "pieces": [Piece(use, may_add and not place.holds(use)) for use in uses],
        "may_add": may_add,
        "compact": compact,
        "query": query,
        "panel_id": f"evidence-{place.kind.replace('.', '-')}-{place.pk}-{place.slot}".rstrip("-"),
        "accept": ",".join(sorted({f".{end}" for ends in ENDINGS.values() for end in ends})),
        "accepted_words": ACCEPTED_WORDS,
        "largest": LARGEST,
    }
