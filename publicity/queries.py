"""Reads of the register: who sees what, likenesses, proof, gaps and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import ExtractQuarter

from gongjian.commons.evidence.models import EvidenceFile, EvidenceUse
from gongjian.commons.evidence.queries import uses_behind
from gongjian.commons.points.enums import PointLevel
from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant, Unit
from publicity.authority import VIEW_PLACEMENT
from publicity.enums import STANDING, CoverageState, Medium, PlacementState
from publicity.models import Outlet, Placement, PlannedCoverage, PublicPage

KIND = "publicity.placement"
#: Days around a report in which the same headline elsewhere is most likely a reprint.
NEARBY = timedelta(days=60)
PUBLIC_ROWS = 100


def readable_by(actor: Actor) -> TenantQuerySet[Placement]:
    """Entries within reach, and those in which the actor's own unit has a share.

    What a unit has not filed yet is its own affair.
    """
    scope = actor.scope(VIEW_PLACEMENT)
    if scope is None:
        return Placement.objects.all().none()  # type: ignore[return-value]
    inside = Placement.objects.within(scope).values("pk")
    own = Q(unit=actor.unit_id or 0)
    shared = Q(shares__unit=actor.unit_id or 0) & ~Q(state__in=[PlacementState.DRAFT])
    entered = Q(entered_by_user=actor.user_id or 0)
    open_to_above = Q(pk__in=inside) & ~Q(state=PlacementState.DRAFT)
    found = Placement.objects.filter(own | shared | entered | open_to_above).distinct()
    return found.select_related("unit", "outlet")  # type: ignore[return-value]


def outlet_named(words: str) -> Outlet | None:
    """An outlet by its name or by one of the names people write for it."""
    words = words.strip()
    return Outlet.objects.filter(Q(name=words) | Q(aliases__contains=[words])).first()


def same_report(placement: Placement) -> Placement | None:
    """The same headline in the same outlet on the same day, or the same address."""
    others = Placement.objects.filter(state__in=STANDING).exclude(pk=placement.pk)
    same = Q(
        outlet=placement.outlet_id,
        published_on=placement.published_on,
        title_key=placement.title_key,
    )
    if placement.link:
        same |= Q(link=placement.link)
    return others.filter(same).select_related("unit", "outlet").first()


def alike(placement: Placement) -> list[Placement]:
    """Reports elsewhere under the same headline that are not known as one family yet."""
    others = (
        Placement.objects.filter(
            state__in=STANDING,
            title_key=placement.title_key,
            published_on__range=(placement.published_on - NEARBY, placement.published_on + NEARBY),
        )
        .exclude(pk=placement.pk)
        .exclude(pk=placement.root_id)
        .exclude(reprint_of=placement.root_id)
        .select_related("unit", "outlet")
    )
    return list(others.order_by("published_on", "pk")[:10])


def family_of(placement: Placement) -> list[Placement]:
    """All members of the family, the first one first."""
    rows = Placement.objects.filter(Q(pk=placement.root_id) | Q(reprint_of=placement.root_id))
    return list(rows.select_related("outlet", "unit").order_by("published_on", "pk"))


def clippings_of(placement: Placement) -> list[EvidenceUse]:
    """Files that prove it; an address alone proves nothing, for addresses die."""
    return [
        use
        for use in uses_behind(KIND, [placement.pk])
        if use.evidence.file is not None and use.evidence.file.purged_at is None
    ]


def with_coverage(
    coverages: QuerySet[PlannedCoverage],
) -> QuerySet[PlannedCoverage]:
    """Planned reports with ``appeared``: how many verified ones stand for each."""
    return coverages.annotate(
        appeared=Count(
            "placements", filter=Q(placements__state=PlacementState.VERIFIED), distinct=True
        )
    )


def gaps() -> QuerySet[PlannedCoverage]:
    """Planned reports for which nothing was filed or verified yet."""
    done = Placement.objects.filter(coverage=OuterRef("pk"), state__in=STANDING)
    return (
        PlannedCoverage.objects.exclude(state=CoverageState.DROPPED)
        .filter(campaign__state="running")
        .filter(~Exists(done))
    )


# --- figures -----------------------------------------------------------------------------

#: Ways to count the register; units stand in the order of the tree, never by number.
WAYS = {
    "medium": "媒体类别",
    "level": "层级",
    "unit": "单位",
    "theme": "主题",
    "quarter": "季度",
}
QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the statistics: reports by quarter. Reprints are counted and told apart."""

    label: str
    quarters: tuple[int, int, int, int]
    reprints: int

    @property
    def total(self) -> int:
        return sum(self.quarters)


def counted(actor: Actor, year: int, way: str) -> list[Row]:
    """Verified reports of a year within reach. A shared one counts for every unit that has a share.

    It is one report in the other counts, so the lines of units may add up to more.
    """
    rows = Placement.objects.filter(
        pk__in=readable_by(actor).values("pk"),
        state=PlacementState.VERIFIED,
        published_on__year=year,
    )
    names: dict[str, Any] = {
        "medium": F("outlet__medium"),
        "level": F("outlet__level"),
        "unit": F("shares__unit__path"),
        "theme": F("theme"),
        "quarter": Value("all"),
    }
    found = (
        rows.order_by()
        .annotate(key=names[way], quarter=ExtractQuarter("published_on"))
        .values_list("key", "quarter")
        .annotate(
            count=Count("pk", distinct=True),
            again=Count("pk", filter=Q(reprint_of__isnull=False), distinct=True),
        )
    )
    # Of a shared report the other units' lines are theirs to see.
    scope = actor.scope(VIEW_PLACEMENT)
    inside = "" if scope is None or scope.reach is Reach.TENANT else scope.path
    sums: dict[str, list[int]] = {}
    again: dict[str, int] = {}
    for key, quarter, count, reprints in found:
        if way == "unit" and not key.startswith(inside):
            continue
        sums.setdefault(key, [0, 0, 0, 0])[quarter - 1] += count
        again[key] = again.get(key, 0) + reprints
    if way == "quarter":
        total = sums.get("all", [0, 0, 0, 0])
        return [
            Row(
                QUARTERS[place],
                tuple(total[place] if at == place else 0 for at in range(4)),  # type: ignore[arg-type]
                _reprints_in(rows, place + 1),
            )
            for place in range(4)
        ]
    return [
        Row(label, tuple(sums[key]), again[key])  # type: ignore[arg-type]
        for key, label in _labelled(way, sums, actor)
    ]


def _reprints_in(rows: QuerySet[Placement], quarter: int) -> int:
    return rows.filter(reprint_of__isnull=False, published_on__quarter=quarter).count()


def _labelled(way: str, sums: dict[str, list[int]], actor: Actor) -> list[tuple[str, str]]:
    """Lines in their natural order: that of the words, of the tree, of the alphabet."""
    if way == "medium":
        return [(key, label) for key, label in Medium.choices if key in sums]
    if way == "level":
        return [(key, label) for key, label in reversed(PointLevel.choices) if key in sums]
    if way == "unit":
        units = Unit.objects.filter(path__in=sums).order_by("path")
        return [(unit.path, unit.name) for unit in units]
    return [(key, key or "未注明") for key in sorted(sums)]


# --- the public page ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicReport:
    """What a stranger reads of a report: nothing of who entered or checked it."""

    title: str
    outlet: str
    medium: str
    published_on: date
    excerpt: str
    link: str


@dataclass(frozen=True, slots=True)
class PublicNews:
    title: str
    intro: str
    region: str
    reports: Sequence[PublicReport]


def public_news(address: str) -> PublicNews | None:
    """The open page of a region by its public address, or None where it is shut."""
    tenant = Tenant.objects.filter(code=address, is_active=True).first()
    if tenant is None:
        return None
    with tenant_scope(tenant.pk), transaction.atomic():
        page = PublicPage.objects.filter(is_open=True).first()
        if page is None:
            return None
        rows = Placement.objects.filter(
            state=PlacementState.VERIFIED, is_released=True
        ).select_related("outlet")[:PUBLIC_ROWS]
        return PublicNews(
            page.title,
            page.intro,
            tenant.name,
            [
                PublicReport(
                    row.title,
                    row.outlet.name,
                    row.outlet.get_medium_display(),
                    row.published_on,
                    row.excerpt,
                    row.link,
                )
                for row in rows
            ],
        )


def pictures_of(placements: Sequence[int]) -> dict[int, EvidenceFile]:
    """The first picture of each clipping, for the press review."""
    found: dict[int, EvidenceFile] = {}
    for use in uses_behind(KIND, placements):
        file = use.evidence.file
        if file is not None and file.is_picture and file.purged_at is None:
            found.setdefault(use.subject_id, file)
    return found
