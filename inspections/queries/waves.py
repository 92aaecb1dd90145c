"""Reads of waves: whom they may take, what stands in the way, how far they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, Q

from inspections.enums import (
    CLEARED_FINDINGS,
    COUNTED_VISITS,
    OPEN_FINDINGS,
    FindingState,
    Method,
    Pool,
    VisitState,
)
from inspections.models import Finding, PlanLine, Visit, VisitMember, Wave, WaveMember, WaveUnit
from inspections.queries.calendar import NEAR, limit_of
from inspections.queries.visits import unannounced_lines
from orgs.models import Unit
from orgs.queries import current_appointments
from orgs.visit_shelf import UnitVisit, visits_between


def units_of_pool(
    line: PlanLine, pool: str, levels: Sequence[str], categories: Sequence[str]
) -> list[Unit]:
    """Open units of the plan's item without a visit for it, of the wanted kinds."""
    held = Visit.objects.filter(state__in=COUNTED_VISITS, lines__line=line).values("unit_id")
    found = (
        Unit.objects.filter(pk__in=line.units.values("unit_id"), closed_on__isnull=True)
        .exclude(pk__in=held)
        .order_by("path")
    )
    if levels:
        found = found.filter(level__in=levels)
    if categories:
        found = found.filter(category__in=categories)
    if pool == Pool.CLEARED:
        cleared = Finding.objects.filter(state__in=CLEARED_FINDINGS).values("unit_id")
        found = found.filter(pk__in=cleared)
    return list(found)


def teams_that_may_go(
    units: Iterable[Unit], members: Iterable[WaveMember]
) -> dict[int, dict[int, str]]:
    """By unit: each team, and who of it serves there or below (empty: the team may go)."""
    members = list(members)
    serves: dict[int, list[str]] = defaultdict(list)
    held = current_appointments().filter(user_id__in=[item.user_id_held for item in members])
    for user_id, path in held.values_list("user_id", "post__unit__path"):
        serves[user_id].append(path)
    answer: dict[int, dict[int, str]] = {}
    for unit in units:
        answer[unit.pk] = {}
        for member in members:
            bound = any(path.startswith(unit.path) for path in serves[member.user_id_held])
            told = answer[unit.pk].setdefault(member.team, "")
            if bound and not told:
                answer[unit.pk][member.team] = member.name
    return answer


@dataclass(slots=True)
class Row:
    """A drawn unit of a wave as the preview shows it."""

    item: WaveUnit
    #: Stops the arranging until somebody mends it.
    stops: list[str] = field(default_factory=list)
    #: Is read and weighed.
    warns: list[str] = field(default_factory=list)
    #: A planned visit of the same body that could carry out this item too.
    merge: Visit | None = None


def preview(wave: Wave) -> list[Row]:
    """Everything that stands in the way of a wave, unit by unit."""
    items = list(
        wave.units.filter(is_drawn=True)
        .select_related("unit__parent")
        .order_by("team", "starts_on", "place")
    )
    members = list(wave.members.all())
    going = [item for item in items if not item.left_out]
    units = [item.unit for item in going]
    may_go = teams_that_may_go(units, members)
    first, last = date(wave.starts_on.year, 1, 1), date(wave.starts_on.year, 12, 31)
    counted = visits_between([unit.pk for unit in units], first, last, counted_only=True)
    limit = limit_of(wave.organizer_id, wave.starts_on.year)
    mergeable = _mergeable(wave, units)
    busy = _busy(wave, members)
    rows = []
    for item in items:
        row = Row(item)
        rows.append(row)
        if item.left_out:
            continue
        row.merge = mergeable.get(item.unit_id)
        _judge(row, wave, may_go[item.unit_id], counted[item.unit_id], limit)
        if item.starts_on is not None and not row.merge:
            away = {
                member.name
                for member in members
                if member.team == item.team
                for begins, ends in busy[member.user_id_held]
                if begins <= item.starts_on <= ends
            }
            row.warns += [f"{'、'.join(sorted(away))}当天另有督查"] if away else []
    return rows


def _judge(
    row: Row, wave: Wave, teams: Mapping[int, str], visits: Sequence[UnitVisit], limit: int
) -> None:
    item = row.item
    if row.merge is not None:
        return  # the team of that visit goes, and its days stand
    if item.team is None:
        row.stops.append("各组都有人在该单位任职，须回避；请换人、改派或注明不去的理由")
    elif named := teams.get(item.team, ""):
        row.stops.append(f"{named}在该单位任职，须回避")
    if item.starts_on is not None and item.starts_on > wave.ends_on:
        row.stops.append("期内排不下，请增加组数、延长时间或另定日期")
    if len(visits) >= limit and not wave.over_limit_reason:
        row.stops.append(f"今年已安排{len(visits)}次，上限{limit}次，须写明理由")
    elif len(visits) >= limit:
        row.warns.append(f"今年已安排{len(visits)}次，上限{limit}次")
    day = item.starts_on
    near = [
        visit
        for visit in visits
        if day is not None and visit.starts_on - NEAR <= day <= visit.ends_on + NEAR
    ]
    row.warns += [f"两周内另有{visit.title}（{visit.starts_on:%-m月%-d日}）" for visit in near]


def _mergeable(wave: Wave, units: Sequence[Unit]) -> dict[int, Visit]:
    """Visits not yet begun within the days of the wave."""
    found = Visit.objects.filter(
        unit__in=units,
        organizer=wave.organizer_id,
        state=VisitState.PLANNED,
        starts_on__gte=wave.starts_on,
        starts_on__lte=wave.ends_on,
    ).order_by("-starts_on", "-pk")
    if wave.line.method == Method.UNANNOUNCED:  # never onto a visit the unit was told of
        found = found.filter(Exists(unannounced_lines()))
    return {visit.unit_id: visit for visit in found}


def _busy(wave: Wave, members: Sequence[WaveMember]) -> Mapping[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for user_id, begins, ends in VisitMember.objects.filter(
        user_id_held__in=[member.user_id_held for member in members],
        recused_reason="",
        visit__state__in=[VisitState.PLANNED, VisitState.UNDER_WAY],
        visit__starts_on__lte=wave.ends_on,
        visit__ends_on__gte=wave.starts_on,
    ).values_list("user_id_held", "visit__starts_on", "visit__ends_on"):
        found[user_id].append((begins, ends))
    return found


@dataclass(slots=True)
class Team:
    """A team of a wave with what it has done."""

    number: int
    members: list[WaveMember]
    units: int = 0
    visited: int = 0


#: The team has been there.
VISITED = frozenset({VisitState.SIGNED, VisitState.CONFIRMED, VisitState.CLOSED})


@dataclass(slots=True)
class Standing:
    """How far a wave is."""

    items: Sequence[WaveUnit]
    teams: list[Team]
    units: int
    visited: int
    under_way: int
    found: int
    open_findings: int
    cleared: int

    @property
    def share(self) -> int:
        return self.visited * 100 // self.units if self.units else 0


def standing(wave: Wave) -> Standing:
    told = ~Q(visit__findings__state=FindingState.DISMISSED) & Q(visit__signed_at__isnull=False)
    items = list(
        wave.units.filter(is_drawn=True)
        .select_related("unit__parent", "visit")
        .annotate(
            found=Count("visit__findings", filter=told, distinct=True),
            still_open=Count(
                "visit__findings",
                filter=Q(visit__findings__state__in=OPEN_FINDINGS),
                distinct=True,
            ),
            cleared=Count(
                "visit__findings",
                filter=Q(visit__findings__state__in=CLEARED_FINDINGS),
                distinct=True,
            ),
        )
        .order_by("team", "starts_on", "place")
    )
    teams: dict[int, Team] = {}
    for member in wave.members.all():
        teams.setdefault(member.team, Team(member.team, [])).members.append(member)
    going = [
        item
        for item in items
        if item.visit is not None and item.visit.state != VisitState.CANCELLED
    ]
    visited = 0
    for item in going:
        done = item.visit is not None and item.visit.state in VISITED
        visited += done
        if item.team in teams:
            teams[item.team].units += 1
            teams[item.team].visited += done
    return Standing(
        items=items,
        teams=list(teams.values()),
        units=len(going),
        visited=visited,
        under_way=sum(
            item.visit is not None and item.visit.state == VisitState.UNDER_WAY for item in going
        ),
        found=sum(item.found for item in going),
        open_findings=sum(item.still_open for item in going),
        cleared=sum(item.cleared for item in going),
    )
