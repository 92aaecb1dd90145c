"""Shelf of the records that evidence may be attached to; each app says who may do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.registry import Registry
from orgs.models import Unit


@dataclass(frozen=True, slots=True)
class EvidenceSubject:
    """A kind of record with evidence; ``slot`` names a part of it, such as a cell.

    The callbacks get the record itself. ``find`` answers None for a key that is
    not there, and evidence of it is then 404 like any other.
    """

    #: ``app.model`` as the trail writes it
    key: str
    #: By its key; True locks the row, so that no step runs between the question and the act.
    find: Callable[[int, bool], Any | None]
    unit_of: Callable[[Any], Unit]
    may_read: Callable[[Actor, Any, str], bool]
    may_add: Callable[[Actor, Any, str], bool]
    #: Whether what was added at this moment is held fast (submitted, accepted, cleared).
    is_sealed: Callable[[Any, str, datetime], bool]
    #: Whether the record has this part at all.
    has_slot: Callable[[Any, str], bool]
    url_of: Callable[[Any, str], str]


evidence_subjects: Registry[EvidenceSubject] = Registry("evidence_subjects")
