"""Two characters in 200,000 dispatches, under row-level security."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator

import psycopg2
from django.db import connection, transaction

from bench.filling import copy_into
from bench.measure import Result
from bulletins.models import Dispatch
from gongjian.commons.search.models import SearchEntry
from gongjian.commons.search.queries import CANDIDATES, candidates, find
from gongjian.commons.search.services import note_records
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant
from orgs.queries import system_actor
from orgs.services import create_tenant

PIECES = 200_000
KIND = "bulletins.dispatch"
_BATCH = 2_000
#: A text is made of these, drawn with a tail as words are: few stand everywhere, most are rare.
_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
_COMMON = ("工会", "职工", "党建", "服务", "驿站", "劳动", "企业", "活动", "建设", "组织")


def _text(draw: random.Random, words: list[str]) -> str:
    """About 130 characters."""
    rare = draw.choices(words, cum_weights=_weights(len(words)), k=48)
    usual = draw.choices(_COMMON, k=8)
    both = [*rare, *usual]
    draw.shuffle(both)
    return "".join(word + ("，" if at % 7 == 6 else "") for at, word in enumerate(both))


_CACHE: dict[int, list[float]] = {}


def _weights(count: int) -> list[float]:
    if count not in _CACHE:
        total, sums = 0.0, []
        for place in range(1, count + 1):
            total += 1 / place
            sums.append(total)
        _CACHE[count] = sums
    return _CACHE[count]


def library() -> tuple[Tenant, list[str]]:
    """A tenant with its dispatches, made once; the words are the same in every run."""
    draw = random.Random(20261123)
    words = ["".join(draw.choices(_HAN, k=draw.choice((2, 2, 3)))) for _ in range(30_000)]
    found = Tenant.objects.filter(code="bench-words").first()
    if found is not None:
        return found, words
    # Built at once afterwards: filled row by row it would take many times as long.
    index = _as_owner("SELECT pg_get_indexdef('search_words'::regclass)")
    _as_owner("DROP INDEX search_words")
    try:
        with transaction.atomic():
            tenant = create_tenant(
                name="bench-words", code="bench-words", leading_group="测速", document_mark="测"
            )
            with tenant_scope(tenant.pk):
                _fill(tenant, draw, words)
    finally:
        _as_owner(index)
    _as_owner("ANALYZE search_searchentry; ANALYZE bulletins_dispatch")
    return tenant, words


def _as_owner(statement: str) -> str:
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def _fill(tenant: Tenant, draw: random.Random, words: list[str]) -> None:
    columns = {
        "tenant_id": "u.tenant_id",
        "unit_id": "u.id",
        "title": "'来稿' || g",
        "state": "'sent'",
        "number": "'2025-' || to_char(g, 'FM000000')",
        "sent_at": "now()",
    }
    source = "FROM orgs_unit u, generate_series(1, %s) g WHERE u.tenant_id = %s AND u.depth = 1"
    copy_into(Dispatch, columns, source, [PIECES, tenant.pk])
    keys = list(Dispatch.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        texts = {pk: f"来稿\n{_text(draw, words)}" for pk in keys[start : start + _BATCH]}
        note_records(KIND, texts)


def _rare(words: list[str]) -> list[str]:
    """Two-character words in the texts of few."""
    return [word for word in words[2_000:20_000] if len(word) == 2][:4000:100]


def _like(word: str) -> list[int]:
    """The floor's truth: every text read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id FROM search_searchentry WHERE tenant_id = "
            "current_setting('gongjian.tenant_id')::bigint AND kind = %s AND text LIKE %s "
            "ORDER BY record_id DESC LIMIT %s",
            [KIND, f"%{word}%", CANDIDATES],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _median(action: Callable[[str], object], words: list[str]) -> float:
    taken = []
    for word in words:
        start = time.perf_counter()
        action(word)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def measure() -> Iterator[Result]:
    tenant, words = library()
    rare = _rare(words)
    with tenant_scope(tenant.pk), transaction.atomic():
        actor = system_actor(tenant)
        if SearchEntry.objects.count() < PIECES:
            raise SystemExit("the library is not whole; drop the tenant bench-words")
        ours = _median(lambda word: candidates([KIND], [word]), rare)
        few = rare[::8]
        floor = _median(_like, few)
        missed = sum(candidates([KIND], [word]).get(KIND, []) != _like(word) for word in few)
        frequent = _median(lambda word: candidates([KIND], [word]), list(_COMMON))
        page = _median(lambda word: _page(actor, word), rare)
        common_page = _median(lambda word: _page(actor, word), list(_COMMON))
    yield Result("two characters in 200,000 texts / LIKE", ours, "ms", floor, 10)
    yield Result("words for which LIKE finds something else", missed, "words", None, 0)
    yield Result("a frequent word in 200,000 texts / LIKE", frequent, "ms", floor, 50)
    yield Result("the hits of the search page, with rights", page, "ms", floor, 25)
    yield Result("the hits of a frequent word, with rights", common_page, "ms", floor, 100)


def _page(actor: Actor, word: str) -> None:
    find(actor, word)
