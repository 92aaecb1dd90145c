"""Shelf of visits to a unit, so that all mechanisms together keep within a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class UnitVisit:
    """One visit that a unit receives or received."""

    unit_id: int
    starts_on: date
    ends_on: date
    title: str
    kind: str
    url: str = ""
    #: Path of the unit that is not to know of it yet, nor anybody below.
    hidden_from: str = ""


@dataclass(frozen=True, slots=True)
class VisitSource:
    """Who visits units: ``visits`` between two days, ``is_counted`` towards the limit."""

    key: str
    label: str
    visits: Callable[[Sequence[int], date, date], Sequence[UnitVisit]]
    is_counted: bool = True


visit_sources: Registry[VisitSource] = Registry("visit_sources")


def visits_between(
    unit_ids: Sequence[int],
    first: date,
    last: date,
    *,
    counted_only: bool = False,
    seen_from: str = "",
) -> Mapping[int, list[UnitVisit]]:
    """Visits of all mechanisms by unit, in the order of their days.

    With ``seen_from``, the path of the reader's unit, those hidden from it are left out;
    without it they are all counted, as the limit of visits demands.
    """
    found: dict[int, list[UnitVisit]] = {unit_id: [] for unit_id in unit_ids}
    for source in visit_sources:
        if counted_only and not source.is_counted:
            continue
        for visit in source.visits(unit_ids, first, last):
            hidden = visit.hidden_from and seen_from.startswith(visit.hidden_from)
            if not hidden:
                found[visit.unit_id].append(visit)
    for visits in found.values():
        visits.sort(key=lambda visit: (visit.starts_on, visit.title))
    return found
