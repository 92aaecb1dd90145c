"""Reads of the hierarchy and of who holds which post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from gongjian.foundation.kernel.actor import PATH_STEP, Actor, Reach
from gongjian.foundation.kernel.authority import default_grants
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.models import Appointment, RoleGrant, Tenant, Unit


def grants_of(role: str) -> dict[str, Reach]:
    """Permissions of a role in this tenant: the defaults with the tenant's own changes."""
    grants = default_grants(role)
    for permission, reach in RoleGrant.objects.filter(role=role).values_list("permission", "reach"):
        if reach:
            grants[permission] = Reach(reach)
        else:
            grants.pop(permission, None)
    return grants


def current_appointments(
    user_id: int | None = None, *, day: date | None = None
) -> TenantQuerySet[Appointment]:
    """Terms that run on ``day`` (today), of one person or of all."""
    day = day or today()
    terms = (
        Appointment.objects.select_related("post__unit", "user")
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)
        .filter(user__is_active=True)
        .order_by("pk")
    )
    if user_id is not None:
        terms = terms.filter(user_id=user_id)
    return terms  # type: ignore[return-value]


def actor_of(appointment: Appointment, tenant: Tenant) -> Actor:
    """The actor that a term makes of a person."""
    post = appointment.post
    return Actor(
        tenant_id=tenant.pk,
        tenant_name=tenant.name,
        user_id=appointment.user_id,
        post_id=post.pk,
        unit_id=post.unit_id,
        path=post.unit.path,
        role=post.role,
        person_name=appointment.user.person_name,
        post_title=post.title,
        unit_name=post.unit.name,
        appointment_id=appointment.pk,
        grants=grants_of(post.role),
    )


def system_actor(tenant: Tenant) -> Actor:
    """The actor of scheduled work; it may do what the office may do, and is named so."""
    return Actor(
        tenant_id=tenant.pk,
        tenant_name=tenant.name,
        user_id=None,
        post_id=None,
        unit_id=None,
        path="",
        role="office",
        person_name="",
        post_title="系统",
        unit_name="",
        grants={
            **grants_of("office"),
            **dict.fromkeys(grants_of("tenant_administrator"), Reach.TENANT),
        },
    )


def root_unit() -> Unit | None:
    return Unit.objects.filter(parent__isnull=True).order_by("path").first()


def ancestor_paths(path: str) -> list[str]:
    """Paths from the root down to the unit itself."""
    return [path[:end] for end in range(PATH_STEP, len(path) + 1, PATH_STEP)]


def ancestors_of(unit: Unit) -> list[Unit]:
    """Units above, the root first, the unit itself not included."""
    return list(Unit.objects.filter(path__in=ancestor_paths(unit.path)[:-1]).order_by("path"))


def open_children(unit: Unit) -> TenantQuerySet[Unit]:
    return Unit.objects.filter(parent=unit, closed_on__isnull=True).order_by("sort_order", "path")  # type: ignore[return-value]


def subtree(path: str) -> TenantQuerySet[Unit]:
    """The unit of a path and all below it that are still open."""
    return Unit.objects.filter(path__under=path, closed_on__isnull=True).order_by("path")  # type: ignore[return-value]


def search_units(units: TenantQuerySet[Unit], words: str, limit: int = 20) -> list[Unit]:
    """Units whose name, code or pinyin initials contain the words (qhx → 清河县)."""
    words = words.strip().lower()
    if not words:
        return []
    found = units.filter(
        Q(name__contains=words) | Q(code__startswith=words) | Q(pinyin__contains=words)
    )
    return list(found.order_by("depth", "path")[:limit])


def holders_of(post_ids: Iterable[int]) -> TenantQuerySet[Appointment]:
    """People who hold the posts today."""
    return current_appointments().filter(post_id__in=list(post_ids))  # type: ignore[return-value]
