"""Reads of the commendations: live counters, what stands against somebody, who is seen by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, prefetch_related_objects

from commendations.authority import MANAGE_PROGRAMME, VIEW_NOMINATION
from commendations.enums import COUNTED, OF_UNIT, Holder, NominationState, Verdict
from commendations.models import AwardCategory, Nomination, Opinion, Programme, Quota
from commendations.ratios import RatioStanding, standing_of
from gongjian.commons.documents.reporting.subjects import find_group
from gongjian.commons.honours.enums import HonourState
from gongjian.commons.honours.models import Honour
from gongjian.commons.indicators.eligibility import Obstacle, obstacles_of
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.together import fetch_all
from orgs.models import Unit
from orgs.queries import ancestor_paths, ancestors_of

#: States whose list the ratios are about.
_LISTED = (NominationState.CHOSEN, NominationState.AWARDED)


def nominations_for(actor: Actor) -> QuerySet[Nomination]:
    """Nominations in reach; a draft is its unit's alone, for the office as well."""
    scope = actor.scope(VIEW_NOMINATION)
    if scope is None:
        return Nomination.objects.none()
    rows = Nomination.objects.within(scope).select_related(
        "category__programme", "unit", "recommender"
    )
    return rows.filter(Q(unit=actor.unit_id) | ~Q(state=NominationState.DRAFT))


def traits_of(nomination: Nomination) -> frozenset[str]:
    """Said of the person, and known of the unit."""
    known = {trait for trait, kinds in OF_UNIT.items() if nomination.unit.category in kinds}
    return frozenset({*nomination.traits, *known})


@dataclass(frozen=True, slots=True)
class QuotaStanding:
    quota: Quota
    used: int

    @property
    def left(self) -> int:
        return self.quota.places - self.used


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """Places of a peer group on the list of one honour."""

    name: str
    places: int
    used: int


@dataclass(frozen=True, slots=True)
class CategoryStanding:
    """The live counter of one honour."""

    category: AwardCategory
    given_out: int
    recommended: int
    chosen: int
    ratios: Sequence[RatioStanding]
    quotas: Sequence[QuotaStanding]
    groups: Sequence[GroupStanding] = ()

    @property
    def left(self) -> int:
        return self.category.places - self.chosen

    @property
    def is_over(self) -> bool:
        return self.chosen > self.category.places

    @property
    def broken(self) -> list[RatioStanding]:
        return [ratio for ratio in self.ratios if not ratio.is_kept]


def standings(programme: Programme) -> list[CategoryStanding]:
    """All counters of a programme in a handful of statements."""
    categories = list(
        programme.categories.prefetch_related("ratios", "quotas__unit").order_by("position")
    )
    rows: dict[int, list[Nomination]] = {}
    for row in Nomination.objects.filter(
        category__programme=programme, state__in=COUNTED
    ).select_related("unit"):
        rows.setdefault(row.category_id, []).append(row)
    return [_standing(category, rows.get(category.pk, [])) for category in categories]


def _standing(category: AwardCategory, rows: Sequence[Nomination]) -> CategoryStanding:
    listed = [row for row in rows if row.state in _LISTED]
    used: dict[int | None, int] = {}
    for row in rows:
        used[row.recommender_id] = used.get(row.recommender_id, 0) + 1
    rules = [
        (rule.trait, rule.get_trait_display(), rule.bound, rule.percent)
        for rule in category.ratios.all()
    ]
    quotas = list(category.quotas.all())
    return CategoryStanding(
        category,
        given_out=sum(quota.places for quota in quotas),
        recommended=len(rows),
        chosen=len(listed),
        ratios=standing_of(rules, [traits_of(row) for row in listed]),
        quotas=[QuotaStanding(quota, used.get(quota.unit_id, 0)) for quota in quotas],
        groups=_held(category, [row.unit_id for row in listed]),
    )


def group_standings(category: AwardCategory, unit_ids: Sequence[int]) -> list[GroupStanding]:
    """Standings of the peer groups that one of the units belongs to."""
    if not category.group_places:
        return []
    listed = Nomination.objects.filter(category=category, state__in=_LISTED)
    return _held(category, list(listed.values_list("unit_id", flat=True)), unit_ids)


def _held(
    category: AwardCategory, listed: Sequence[int], of: Sequence[int] | None = None
) -> list[GroupStanding]:
    found = []
    for key, places in category.group_places.items():
        group = find_group(key)
        # A group that was dissolved since holds nobody back.
        if group is None or (of is not None and not set(of) & set(group.unit_ids)):
            continue
        members = set(group.unit_ids)
        found.append(
            GroupStanding(group.name, places, sum(unit_id in members for unit_id in listed))
        )
    return found


def quota_over(nomination: Nomination) -> Quota | None:
    """The quota that a nomination would take: of the nearest unit above that has one."""
    paths = [nomination.unit.path, *(unit.path for unit in ancestors_of(nomination.unit))]
    rows = list(
        Quota.objects.filter(category=nomination.category_id, unit__path__in=paths)
        .select_related("unit")
        .order_by("-unit__path")
    )
    return max(rows, key=lambda row: len(row.unit.path), default=None)


def chain_of(nomination: Nomination, quota: Quota) -> list[Unit]:
    """Units whose 同意 must be there before it is recommended: own first, the quota's last."""
    own = nomination.unit
    between = [
        unit
        for unit in ancestors_of(own)
        if unit.path.startswith(quota.unit.path) and unit.pk != own.pk
    ]
    return [own, *sorted(between, key=lambda unit: -len(unit.path))]


def opinions_now(nomination: Nomination) -> list[Opinion]:
    """Opinions of this round; departments' letters hold over all rounds."""
    return [
        opinion
        for opinion in nomination.opinions.all()
        if opinion.unit_id is None or opinion.round == nomination.round
    ]


def missing_opinions(nomination: Nomination, quota: Quota) -> list[Unit]:
    agreed = {
        opinion.unit_id
        for opinion in opinions_now(nomination)
        if opinion.unit_id and opinion.verdict == Verdict.AGREED
    }
    return [unit for unit in chain_of(nomination, quota) if unit.pk not in agreed]


def waits_for(nominations: Sequence[Nomination]) -> dict[int, int]:
    """Nomination → unit whose 同意 is the next one missing; for many in two statements."""
    prefetch_related_objects(nominations, "opinions")
    paths = {path for row in nominations for path in ancestor_paths(row.unit.path)}
    given = Quota.objects.filter(
        category__in={row.category_id for row in nominations}, unit__path__in=paths
    )
    above_them, given_to = fetch_all(
        [
            Unit.objects.filter(path__in=paths).values_list("path", "pk"),
            given.values_list("category_id", "unit__path"),
        ]
    )
    units = dict(above_them)
    quotas: dict[int, set[str]] = defaultdict(set)
    for category, path in given_to:
        quotas[category].add(path)
    found = {}
    for row in nominations:
        above = list(reversed(ancestor_paths(row.unit.path)))
        top = next((path for path in above if path in quotas[row.category_id]), None)
        if top is None:
            continue
        agreed = {
            opinion.unit_id
            for opinion in opinions_now(row)
            if opinion.unit_id and opinion.verdict == Verdict.AGREED
        }
        chain = [units[path] for path in above[: above.index(top) + 1]]
        if missing := [pk for pk in chain if pk not in agreed]:
            found[row.pk] = missing[0]
    return found


def missing_departments(nomination: Nomination) -> list[str]:
    heard = {opinion.organ for opinion in nomination.opinions.all() if opinion.unit_id is None}
    wanted = nomination.category.programme.departments
    return [name for name in wanted if name not in heard]


def obstacles(nomination: Nomination, day: date) -> list[Obstacle]:
    """Everything that stands against a nomination, with what to do about it."""
    found = list(obstacles_of([nomination.unit_id], day).get(nomination.unit_id, []))
    found += _earlier(nomination, day)
    found += _twice(nomination)
    for opinion in nomination.opinions.all():
        if opinion.unit_id is None and opinion.verdict == Verdict.REFUSED:
            found.append(
                Obstacle(
                    f"{opinion.organ}不同意：{opinion.text or '未写原因'}",
                    remedy="不能推荐；情况已变化的，请重新征求意见。",
                    is_final=True,
                )
            )
    return found


def _earlier(nomination: Nomination, day: date) -> list[Obstacle]:
    category = nomination.category
    years = category.programme.rest_years
    since = date(day.year - years, 1, 1)
    rows = Honour.objects.filter(
        unit=nomination.unit_id,
        person=nomination.person,
        title=category.title,
        state=HonourState.VALID,
        awarded_on__gte=since,
    )
    return [
        Obstacle(
            f"{row.awarded_on.year}年已获“{row.title}”，{years}年内不重复授予",
            remedy="换其他对象，或写明例外理由。",
            url=row.get_absolute_url(),
        )
        for row in rows
    ]


def _twice(nomination: Nomination) -> list[Obstacle]:
    if nomination.category.holder != Holder.PERSON:
        return []
    others = (
        Nomination.objects.filter(
            category__programme=nomination.category.programme_id,
            person=nomination.person,
            state__in=COUNTED,
        )
        .exclude(pk=nomination.pk)
        .select_related("category", "unit")
    )
    return [
        Obstacle(
            f"{row.unit}也推荐了“{row.person}”（{row.category}）",
            remedy="核对是否同一人；同一人只能推荐一次。",
            url=row.get_absolute_url(),
        )
        for row in others
    ]


def chosen_of(programme: Programme) -> list[tuple[AwardCategory, list[Nomination]]]:
    """The list, by honour, in the order of the administrative divisions."""
    rows = (
        Nomination.objects.filter(category__programme=programme, state__in=_LISTED)
        .select_related("unit__parent", "category")
        .order_by("category__position", "unit__path", "pk")
    )
    found: dict[int, tuple[AwardCategory, list[Nomination]]] = {}
    for row in rows:
        found.setdefault(row.category_id, (row.category, []))[1].append(row)
    return list(found.values())


def may_manage(actor: Actor) -> bool:
    return actor.may(MANAGE_PROGRAMME)
