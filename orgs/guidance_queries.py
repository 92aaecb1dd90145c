"""Reads of the categories of classified guidance; work plans and peer groups ask here."""

from __future__ import annotations

from collections.abc import Iterable

from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.models import GuidanceCategory, GuidancePlacement, Unit


def categories_in_use() -> TenantQuerySet[GuidanceCategory]:
    """Categories that units may be put into, in the tenant's order."""
    return GuidanceCategory.objects.filter(is_active=True).order_by("order", "pk")  # type: ignore[return-value]


def running_placements() -> TenantQuerySet[GuidancePlacement]:
    """Where units stand today; each has one at most."""
    return GuidancePlacement.objects.filter(ends_on__isnull=True)  # type: ignore[return-value]


def category_of(unit_id: int) -> GuidanceCategory | None:
    """The category one unit is guided by."""
    placed = running_placements().filter(unit_id=unit_id).select_related("category").first()
    return None if placed is None else placed.category


def categories_of(unit_ids: Iterable[int]) -> dict[int, int]:
    """Category of each unit that has one, by their keys."""
    rows = running_placements().filter(unit_id__in=list(unit_ids))
    return dict(rows.order_by().values_list("unit_id", "category_id"))


def units_in(category: GuidanceCategory) -> TenantQuerySet[Unit]:
    """Open units that stand in a category."""
    placed = running_placements().filter(category=category).order_by().values("unit_id")
    return Unit.objects.filter(pk__in=placed, closed_on__isnull=True).order_by("path")  # type: ignore[return-value]


def unplaced_units() -> TenantQuerySet[Unit]:
    """Open units that stand in no category; the region itself needs none."""
    placed = running_placements().order_by().values("unit_id")
    return (
        Unit.objects.filter(closed_on__isnull=True, parent__isnull=False)  # type: ignore[return-value]
        .exclude(pk__in=placed)
        .order_by("path")
    )


def units_by_rule(category: GuidanceCategory) -> TenantQuerySet[Unit]:
    """Open units that the rule of a category names; none when it has no rule."""
    units: TenantQuerySet[Unit] = Unit.objects.filter(closed_on__isnull=True).order_by("path")  # type: ignore[assignment]
    if not category.has_rule:
        return units.none()
    if category.kinds:
        units = units.filter(category__in=category.kinds)
    if category.levels:
        units = units.filter(level__in=category.levels)
    return units
