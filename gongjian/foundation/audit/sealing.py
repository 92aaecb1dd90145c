"""The chain over the trail: each act sealed with the digest of all acts before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from gongjian.foundation.audit import anchors
from gongjian.foundation.audit.models import TrailEntry, TrailSeal
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.turns import take_turns

#: Acts sealed in one transaction.
BATCH = 1000
#: An act may be sealed this late, for the longest transaction and a job that was missed.
PATIENCE = timedelta(hours=1)
#: Keys of a transaction that is still open may be this far behind the last sealed one.
_BEHIND = 100_000
_SEALED = (
    "id",
    "tenant_id",
    "at",
    "action",
    "label",
    "subject_kind",
    "subject_id",
    "subject_label",
    "user_id",
    "post_id",
    "actor_label",
    "reason",
    "before",
    "after",
)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: how many acts are sealed, and the digest of them all."""

    position: int
    digest: str


def start() -> str:
    """Digest before the first act; no two tenants of any database have the same."""
    tenants = apps.get_model("orgs", "Tenant")._default_manager
    tenant = tenants.get(pk=require_tenant_id())
    born = tenant.created_at.astimezone(UTC).isoformat()
    return hashlib.sha256(f"gongjian trail {tenant.pk} {born}".encode()).hexdigest()


def digest_of(entry: TrailEntry, before: str) -> str:
    """SHA-256 of the link before and every column of the act, in one fixed spelling."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in _SEALED}
    values["at"] = entry.at.astimezone(UTC).isoformat()
    text = json.dumps(
        [before, values],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        cls=DjangoJSONEncoder,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def head() -> Head:
    """The chain's end in the tenant in scope."""
    last = TrailSeal.objects.order_by("-position").first()
    if last is None:
        return Head(0, start())
    return Head(last.position, last.digest)


def unsealed(*, after: int = 0) -> Any:
    """Acts that stand in no link, oldest first."""
    seals = TrailSeal.objects.filter(entry=OuterRef("pk"))
    return TrailEntry.objects.filter(~Exists(seals), pk__gt=after).order_by("pk")


@transaction.atomic
def seal_some() -> int:
    """Seal the next acts of the tenant in scope; one job at a time."""
    take_turns("audit.seal")
    last = head()
    newest = TrailSeal.objects.order_by("-position").values_list("entry_id", flat=True).first()
    links = []
    digest = last.digest
    entries = unsealed(after=max(0, (newest or 0) - _BEHIND))[:BATCH]
    for position, entry in enumerate(entries, last.position + 1):
        digest = digest_of(entry, digest)
        links.append(TrailSeal(position=position, entry_id=entry.pk, digest=digest))
    TrailSeal.objects.bulk_create(links)
    return len(links)


def seal_all() -> int:
    """Seal what waits, batch by batch, and leave the head where the database cannot reach."""
    sealed = 0
    while some := seal_some():
        sealed += some
    if sealed:
        with transaction.atomic():
            beginning, last = start(), head()
        anchors.drop(beginning, last.position, last.digest)
    return sealed


# --- verification -----------------------------------------------------------------------


def broken_links() -> Iterator[str]:
    """Name every act that was changed or taken away, in the words of the auditor."""
    before, expected = start(), 1
    known = anchors.read(before)
    for seal, entry in _chain():
        if seal.position != expected:
            yield f"缺第 {expected} 至第 {seal.position - 1} 条封存，记录可能被删除"
        elif entry is not None and digest_of(entry, before) != seal.digest:
            yield f"第 {seal.position} 条被改动：{_told(entry)}"
        if entry is None:
            yield f"第 {seal.position} 条的操作记录（编号 {seal.entry_id}）不见了"
        if known.pop(seal.position, seal.digest) != seal.digest:
            yield f"第 {seal.position} 条与库外留存的摘要不符，整条链可能被重写"
        before, expected = seal.digest, seal.position + 1
    for position in sorted(known):
        yield f"库外留存到第 {position} 条，库中只封存到第 {expected - 1} 条，末尾可能被删除"
    for entry in unsealed().filter(at__lt=timezone.now() - PATIENCE)[:20]:
        yield f"超过一小时没有封存：{_told(entry)}"


def _chain() -> Iterator[tuple[TrailSeal, TrailEntry | None]]:
    """Links in order with their acts, some thousands at a time."""
    position = 0
    while seals := list(
        TrailSeal.objects.filter(position__gt=position).order_by("position")[:2000]
    ):
        entries = TrailEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            yield seal, entries.get(seal.entry_id)
        position = seals[-1].position


def _told(entry: TrailEntry) -> str:
    at = timezone.localtime(entry.at)
    return f"编号 {entry.pk}，{at:%Y-%m-%d %H:%M:%S}，{entry.actor_label}，{entry.label}"
