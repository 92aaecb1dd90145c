"""Shelf of open matters for the agenda. Meetings read mechanisms through here and import none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class AgendaMatter:
    """An open matter that a meeting should look at; ``kind`` and ``id`` name its record."""

    kind: str
    id: int
    title: str
    body: str = ""
    #: The unit that the matter concerns, or None for the whole region.
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class AgendaSource:
    """A mechanism's open matters below the path of the convening unit."""

    key: str
    label: str
    find: Callable[[str], Sequence[AgendaMatter]]
    order: int = 100


agenda_sources: Registry[AgendaSource] = Registry("agenda_sources")

#: What one source may put on one agenda; a meeting cannot speak of hundreds of things.
MOST_MATTERS = 12
