"""Coverage by place, kind and industry on any day: each rate with what it is a part of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, Sum
from django.db.models.functions import Left

from gongjian.foundation.kernel.actor import PATH_STEP
from ledger.enums import NON_PUBLIC, SOCIETIES, EntryKind, Form, Industry, Operation
from ledger.models import EntryVersion
from ledger.queries.entries import rules, running_on
from orgs.enums import Line
from orgs.models import Unit
from orgs.queries import open_children


@dataclass(slots=True)
class Tally:
    """Counts of entries in business on a day. Every count is of units, not of organizations."""

    total: int = 0
    party: int = 0
    union: int = 0
    both: int = 0
    neither: int = 0
    #: 25 workers and more: a union of one's own is owed.
    union_owed: int = 0
    union_owed_own: int = 0
    hundred: int = 0
    hundred_own: int = 0
    small: int = 0
    small_union: int = 0
    non_public: int = 0
    non_public_party: int = 0
    non_public_worked: int = 0
    party_owed: int = 0
    party_owed_own: int = 0
    societies: int = 0
    societies_union: int = 0
    workers: int = 0
    members: int = 0

    def add(self, other: Tally) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def party_rate(self) -> Decimal | None:
        return share(self.party, self.total)

    @property
    def union_rate(self) -> Decimal | None:
        return share(self.union, self.total)

    @property
    def both_rate(self) -> Decimal | None:
        return share(self.both, self.total)

    @property
    def owed_rate(self) -> Decimal | None:
        return share(self.union_owed_own, self.union_owed)

    @property
    def member_rate(self) -> Decimal | None:
        return share(self.members, self.workers)

    @property
    def party_only(self) -> int:
        return self.party - self.both

    @property
    def union_only(self) -> int:
        return self.union - self.both


def share(part: int, whole: int) -> Decimal | None:
    """Percent, or None where there is nothing to be a part of (不适用)."""
    return Decimal(part) * 100 / Decimal(whole) if whole else None


def versions_on(day: date, *, path: str = "", is_open: bool = True) -> Any:
    """The ledger as it was on the day, at a place and below it."""
    found = EntryVersion.objects.filter(running_on(day))
    if is_open:
        found = found.filter(operation=Operation.OPEN)
    return found.filter(unit__path__under=path) if path else found


def _counts() -> dict[str, Any]:
    settings = rules()
    party, union = Q(party_cover__isnull=False), Q(union_cover__isnull=False)
    own_party, own_union = Q(party_cover__form=Form.OWN), Q(union_cover__form=Form.OWN)
    owed = Q(worker_count__gte=settings.union_from)
    party_owed = Q(party_member_count__gte=settings.party_from)
    non_public = Q(kind__in=NON_PUBLIC)
    society = Q(kind__in=SOCIETIES)
    asked = {
        "total": Q(),
        "party": party,
        "union": union,
        "both": party & union,
        "neither": Q(party_cover__isnull=True, union_cover__isnull=True),
        "union_owed": owed,
        "union_owed_own": owed & own_union,
        "hundred": Q(worker_count__gte=100),
        "hundred_own": Q(worker_count__gte=100) & own_union,
        "small": ~owed,
        "small_union": ~owed & union,
        "non_public": non_public,
        "non_public_party": non_public & party,
        "non_public_worked": non_public & (party | ~Q(party_instructor="")),
        "party_owed": party_owed,
        "party_owed_own": party_owed & own_party,
        "societies": society,
        "societies_union": society & union,
    }
    return {name: Count("pk", filter=condition) for name, condition in asked.items()} | {
        "workers": Sum("worker_count", default=0),
        "members": Sum("member_count", default=0),
    }


def _cover(line: Line, day: date) -> FilteredRelation:
    """What covers an entry on the day: one body a line at most, so joining adds no rows.

    A join and not a question for each entry: half a million are hashed once.
    """
    path = "entry__coverages"
    return FilteredRelation(
        path,
        condition=Q(**{f"{path}__line": line, f"{path}__starts_on__lte": day})
        & (Q(**{f"{path}__ends_on__isnull": True}) | Q(**{f"{path}__ends_on__gt": day})),
    )


def tallies(day: date, *, path: str, by: Any) -> dict[Any, Tally]:
    """One tally for each value of ``by``, in one statement."""
    rows = (
        versions_on(day, path=path)
        .annotate(
            group=by,
            party_cover=_cover(Line.PARTY, day),
            union_cover=_cover(Line.UNION, day),
        )
        .order_by()
        .values("group")
        .annotate(**_counts())
    )
    return {row.pop("group"): Tally(**row) for row in rows}


def tally_of(day: date, path: str) -> Tally:
    whole = Tally()
    for part in tallies(day, path=path, by=F("operation")).values():
        whole.add(part)
    return whole


def tallies_of_units(day: date, units: Sequence[Unit]) -> dict[int, Tally]:
    """Many units at once, each with all below it: every entry is counted up its own path."""
    by_path = {unit.path: Tally() for unit in units}
    root = _common(by_path)
    for path, tally in tallies(day, path=root, by=F("unit__path")).items():
        for end in range(PATH_STEP, len(path) + 1, PATH_STEP):
            if (whole := by_path.get(path[:end])) is not None:
                whole.add(tally)
    return {unit.pk: by_path[unit.path] for unit in units}


def _common(paths: Iterable[str]) -> str:
    """The path above all of these."""
    found = sorted(paths)
    if not found:
        return ""
    first, last = found[0], found[-1]
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[: same - same % PATH_STEP]


@dataclass(frozen=True, slots=True)
class Cut:
    """A line of the table of coverage."""

    label: str
    tally: Tally
    unit: Unit | None = None


#: Ways of cutting the figures, as the page offers them.
WAYS = {"unit": "单位", "kind": "单位类别", "industry": "行业"}


def lines_by(way: str, unit: Unit, day: date) -> list[Cut]:
    """The figures of a unit cut one way. The unit's own entries stand first where it has any."""
    if way == "unit":
        length = len(unit.path) + PATH_STEP
        found = tallies(day, path=unit.path, by=Left("unit__path", length))
        lines = [
            Cut(child.name, found.get(child.path, Tally()), child) for child in open_children(unit)
        ]
        own = found.get(unit.path)
        return [*([Cut(f"{unit.name}（本级）", own)] if own and lines else []), *lines]
    choices: Mapping[str, str] = dict(EntryKind.choices if way == "kind" else Industry.choices)
    found = tallies(day, path=unit.path, by=F(way))
    lines = [Cut(label, found[key]) for key, label in choices.items() if key in found]
    return [*lines, *([Cut("未填行业", found[""])] if "" in found else [])]
