"""Where units stood: obligations of open periods follow a move, those of the past stay."""

from __future__ import annotations

from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Substr

from gongjian.foundation.kernel.actor import PATH_STEP
from gongjian.foundation.kernel.dates import today
from orgs.places import PlaceMemory, place_memories
from responsibilities.models import Obligation, Relocation


def follow(old: str, new: str) -> None:
    """A unit moved: what it owes for periods that are still open goes along.

    A period is open up to its due day; then its totals stay where they were, and
    the relocation says how the node of today is found there.
    """
    Relocation.objects.create(old_path=old, new_path=new, moved_on=today())
    Obligation.objects.filter(
        unit__path__under=new, period__due_on__gte=today(), path_at__under=old
    ).update(
        path_at=Concat(
            Value(new), Substr(F("path_at"), len(old) + 1), output_field=TextField(db_collation="C")
        )
    )


def last_child(path: str) -> str:
    """The greatest path right below ``path`` that an obligation remembers."""
    held = Obligation.objects.filter(path_at__under=path).exclude(path_at=path)
    found = held.order_by("-path_at").values_list("path_at", flat=True).first() or ""
    return found[: len(path) + PATH_STEP]


place_memories.register(
    PlaceMemory(key="responsibilities.obligations", moved=follow, last_child=last_child)
)
