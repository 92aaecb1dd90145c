"""Finding: the index names candidates, the source says which of them may be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Func, QuerySet, TextField

from gongjian.commons.search.models import SearchEntry
from gongjian.commons.search.shelf import SearchSource, search_sources
from gongjian.commons.search.words import excerpt, marked, needles, question, words_of
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import require_tenant_id

#: Candidates of one source that are looked at first, the newest.
CANDIDATES = 400
#: Hits shown of one source on the page of all.
A_FEW = 5


@dataclass(frozen=True, slots=True)
class Hit:
    title: list[tuple[str, bool]]
    url: str
    about: str
    pieces: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of one source; ``more`` when there are others behind them."""

    source: SearchSource
    hits: list[Hit]
    more: bool


def find(actor: Actor, asked: str, *, keys: Sequence[str] = (), most: int = A_FEW) -> list[Found]:
    """What the actor may read and what holds every word that was typed, by source, newest first."""
    words = words_of(asked)
    if not words:
        return []
    sources = sorted(
        (source for source in search_sources if not keys or source.key in keys),
        key=lambda source: (source.order, source.key),
    )
    named = candidates([source.key for source in sources], words)
    found = []
    for source in sources:
        if pks := named.get(source.key):
            rows = readable_among(source, actor, words, pks, most + 1)
            if rows:
                hits = [_hit(source, row, words) for row in rows[:most]]
                found.append(Found(source, hits, len(rows) > most))
    return found


def candidates(kinds: Sequence[str], words: Sequence[str]) -> dict[str, list[int]]:
    """Numbers of the newest records that hold the words, of the tenant alone, rights not asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, record_id FROM search_candidates(%s, %s::tsquery, %s::text[], %s)",
            [list(kinds), question(words, require_tenant_id()), needles(words), CANDIDATES],
        )
        rows = cursor.fetchall()
    named: dict[str, list[int]] = {}
    for kind, pk in rows:
        named.setdefault(kind, []).append(pk)
    return named


def readable_among(
    source: SearchSource, actor: Actor, words: Sequence[str], pks: list[int], most: int
) -> list[Any]:
    """The newest that may be read.

    A frequent word has more candidates than are looked at. Whoever reads few
    records is then answered from those few, so that nothing is missed.
    """
    rows = _newest(source.readable(actor).filter(pk__in=pks), most)
    if len(rows) < most and len(pks) == CANDIDATES:
        within = SearchEntry.objects.filter(kind=source.key).annotate(
            folded=Func(F("text"), function="search_fold", output_field=TextField())
        )
        for word in words:
            within = within.filter(folded__contains=word)
        readable = source.readable(actor).filter(pk__in=within.values("record_id"))
        rows = _newest(readable, most)
    return rows


def _newest(rows: QuerySet[Any], most: int) -> list[Any]:
    return list(rows.order_by("-pk")[:most])


def _hit(source: SearchSource, row: Any, words: Sequence[str]) -> Hit:
    title, _, body = source.text(row).partition("\n")
    return Hit(
        title=marked(title or str(row), words),
        url=row.get_absolute_url(),
        about=source.about(row),
        pieces=excerpt(body or title, words),
    )
