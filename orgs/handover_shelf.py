"""Shelves of the handover: what a post leaves behind, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from gongjian.foundation.kernel.registry import Registry
from orgs.models import Handover, Post


@dataclass(frozen=True, slots=True)
class HandoverThing:
    """One matter that the new holder takes over."""

    text: str
    url: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class HandoverSource:
    """Where matters of a post come from; each app puts its own on the shelf."""

    key: str
    label: str
    collect: Callable[[Post], Sequence[HandoverThing]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class HandoverWatcher:
    """Told of each turn of a handover: opened, joined, handed, received; in its transaction."""

    key: str
    tell: Callable[[Handover, str], None]


handover_sources: Registry[HandoverSource] = Registry("handover_sources")
handover_watchers: Registry[HandoverWatcher] = Registry("handover_watchers")


def matters_of(post: Post) -> list[tuple[HandoverSource, list[HandoverThing]]]:
    """All that a post leaves behind, by source; sources with nothing are left out."""
    sources = sorted(handover_sources, key=lambda source: (source.order, source.key))
    found = [(source, list(source.collect(post))) for source in sources]
    return [(source, things) for source, things in found if things]
