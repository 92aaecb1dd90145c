"""单位基数 as the ledger counts them, beside what the tree holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from gongjian.foundation.kernel.actor import PATH_STEP
from ledger.enums import ENTERPRISES, Operation
from ledger.models import Entry
from orgs.enums import Measure
from orgs.models import Unit

NAMES = tuple(measure.value for measure in Measure)

_SUMS = {
    Measure.WORKERS.value: "workers",
    Measure.MEMBERS.value: "members",
    Measure.PARTY_MEMBERS.value: "party_members",
    Measure.ENTERPRISES.value: "enterprises",
}


@dataclass(slots=True)
class Gap:
    """A unit whose figures in the tree differ from those of the ledger below it."""

    unit: Unit
    counted: dict[str, int]

    @property
    def differences(self) -> list[tuple[str, int, int]]:
        """(label, in the tree, in the ledger) of what differs."""
        return [
            (Measure(name).label, getattr(self.unit, name), self.counted[name])
            for name in NAMES
            if getattr(self.unit, name) != self.counted[name]
        ]


def counted_by_path() -> dict[str, dict[str, int]]:
    """Sums of the ledger for every unit that has entries at or below it.

    An enterprise that is a unit of the tree itself is counted there as well.
    """
    sums: dict[str, dict[str, int]] = {}
    for field, climbs in (("unit__path", True), ("subject__path", False)):
        rows: Any = (
            Entry.objects.filter(operation=Operation.OPEN, **{f"{field}__isnull": False})
            .order_by()
            .values(field)
            .annotate(
                workers=Sum("worker_count"),
                members=Sum("member_count"),
                party_members=Sum("party_member_count"),
                enterprises=Count("pk", filter=Q(kind__in=ENTERPRISES)),
            )
        )
        for row in rows:
            path = row[field]
            ends = range(PATH_STEP, len(path) + 1, PATH_STEP) if climbs else [len(path)]
            for end in ends:
                whole = sums.setdefault(path[:end], dict.fromkeys(NAMES, 0))
                for name, key in _SUMS.items():
                    whole[name] += row[key]
    return sums


def measure_gaps(unit_ids: list[int] | None = None) -> list[Gap]:
    """Units whose figures differ, in the order of the tree; those without entries are left out."""
    counted = counted_by_path()
    units = Unit.objects.filter(closed_on=None, path__in=list(counted)).order_by("path")
    if unit_ids is not None:
        units = units.filter(pk__in=unit_ids)
    return [gap for unit in units if (gap := Gap(unit, counted[unit.path])).differences]
