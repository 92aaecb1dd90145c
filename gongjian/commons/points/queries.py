"""Reading points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet

from gongjian.commons.points.enums import RulesState
from gongjian.commons.points.models import (
    PointAccount,
    PointEntry,
    PointFact,
    PointRules,
    PointShare,
)
from gongjian.commons.points.reckoning import Fact, Share
from orgs.models import Unit

#: Keys of entries made by hand; settling leaves them alone.
MANUAL = "manual:"


def rules_for(mechanism: str, year: int) -> PointRules | None:
    """The version in force in a year: the newest of that year or of one before."""
    return (
        PointRules.objects.filter(mechanism=mechanism, year__lte=year, state=RulesState.IN_FORCE)
        .order_by("-year")
        .first()
    )


def facts_of(mechanism: str, year: int, unit_ids: Iterable[int]) -> Mapping[int, Sequence[Fact]]:
    """Facts in which each unit has a share, with all shares; two statements."""
    wanted = set(unit_ids)
    rows = PointFact.objects.filter(
        mechanism=mechanism,
        happened_on__year=year,
        withdrawn_at=None,
        pk__in=PointShare.objects.filter(unit__in=wanted).values("fact"),
    )
    found: dict[int, PointFact] = {row.pk: row for row in rows}
    shares: dict[int, list[Share]] = defaultdict(list)
    for share in PointShare.objects.filter(fact__in=found).order_by("fact", "position"):
        shares[share.fact_id].append(Share(share.unit_id, share.person, share.weight))
    facts: dict[int, list[Fact]] = defaultdict(list)
    for pk, row in found.items():
        fact = _fact(row, tuple(shares[pk]))
        for unit_id in {share.unit_id for share in fact.shares} & wanted:
            facts[unit_id].append(fact)
    return facts


def _fact(row: PointFact, shares: tuple[Share, ...]) -> Fact:
    return Fact(
        pk=row.pk,
        kind=row.kind,
        family=row.family,
        happened_on=row.happened_on,
        reported_on=row.reported_on,
        shares=shares,
        level=row.level,
        outlet=row.outlet,
        outlet_class=row.outlet_class,
        traits=frozenset(row.traits),
        title=row.title,
    )


def standing(account: PointAccount) -> QuerySet[PointEntry]:
    """Entries made by the rules that are not reversed, without the reversals themselves."""
    return PointEntry.objects.filter(account=account, reverses=None, reversals=None).exclude(
        key__startswith=MANUAL
    )


def valid_entries(account: PointAccount) -> QuerySet[PointEntry]:
    """What the unit reads: entries that hold, by rule and by hand, oldest first."""
    return (
        PointEntry.objects.filter(account=account, reverses=None, reversals=None)
        .select_related("fact", "rules")
        .order_by("day", "id")
    )


def authors_of_year(mechanism: str, year: int) -> QuerySet[Unit]:
    """Units with a share in a fact of the year, withdrawn or not, or with an account."""
    shared = PointShare.objects.filter(
        fact__mechanism=mechanism, fact__happened_on__year=year
    ).values("unit")
    accounts = PointAccount.objects.filter(mechanism=mechanism, year=year).values("unit")
    return (
        Unit.objects.filter(pk__in=shared)
        .union(Unit.objects.filter(pk__in=accounts))
        .order_by("path")
    )
