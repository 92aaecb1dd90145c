"""Reads of the hierarchy and of who holds which post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from gongjian.foundation.kernel.actor import PATH_STEP, Actor, Reach, Scope
from gongjian.foundation.kernel.authority import default_grants
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import LookUp
from orgs.enums import Level, Line
from orgs.models import Appointment, Organization, RoleGrant, Tenant, Unit, User


def grants_of(role: str) -> dict[str, Reach]:
    """Permissions of a role in this tenant: the defaults with the tenant's own changes."""
    changes = RoleGrant.objects.filter(role=role).values_list("permission", "reach")
    return changed_grants(role, dict(changes))


def changed_grants(role: str, changes: Mapping[str, str]) -> dict[str, Reach]:
    """The role's defaults with a tenant's changes; an empty reach takes away."""
    grants = default_grants(role)
    for permission, reach in changes.items():
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


@once_a_page
def root_unit() -> Unit | None:
    return Unit.objects.filter(parent__isnull=True).order_by("path").first()


def ancestor_paths(path: str) -> list[str]:
    """Paths from the root down to the unit itself."""
    return [path[:end] for end in range(PATH_STEP, len(path) + 1, PATH_STEP)]


@once_a_page
def visible_ancestors(unit: Unit, scope: Scope) -> list[Unit]:
    """Units above that a post may look at; none is asked for when there cannot be one."""
    return list(_visible_above(unit, scope))


def visible_ancestors_ahead(unit: Unit, scope: Scope) -> LookUp:
    return LookUp(visible_ancestors, (unit, scope), _visible_above(unit, scope), list)


def _visible_above(unit: Unit, scope: Scope) -> QuerySet[Unit]:
    paths = [path for path in ancestor_paths(unit.path)[:-1] if scope.covers(path)]
    return Unit.objects.filter(path__in=paths).order_by("path")


@once_a_page
def numbered_unit(number: int) -> Unit | None:
    """The unit an address names."""
    return Unit.objects.filter(pk=number).first()


def numbered_unit_ahead(number: int) -> LookUp:
    return LookUp(numbered_unit, (number,), Unit.objects.filter(pk=number))


@once_a_page
def own_unit(actor: Actor) -> Unit | None:
    """The unit of the actor's post."""
    return None if actor.unit_id is None else Unit.objects.filter(pk=actor.unit_id).first()


def own_unit_ahead(actor: Actor) -> LookUp:
    return LookUp(own_unit, (actor,), Unit.objects.filter(pk=actor.unit_id or 0))


def root_unit_ahead() -> LookUp:
    return LookUp(root_unit, (), Unit.objects.filter(parent__isnull=True).order_by("path")[:1])


def ancestors_of(unit: Unit) -> list[Unit]:
    """Units above, the root first, the unit itself not included."""
    return list(Unit.objects.filter(path__in=ancestor_paths(unit.path)[:-1]).order_by("path"))


def open_children(unit: Unit) -> TenantQuerySet[Unit]:
    return Unit.objects.filter(parent=unit, closed_on__isnull=True).order_by("sort_order", "path")  # type: ignore[return-value]


def subtree(path: str) -> TenantQuerySet[Unit]:
    """The unit of a path and all below it that are still open."""
    return Unit.objects.filter(path__under=path, closed_on__isnull=True).order_by("path")  # type: ignore[return-value]


#: Units of a level that are looked at in their order before the index is asked.
LOOKED_AT = 1000
#: More than are shown are named, since some of them may lie outside what is asked for.
BESIDES = 10
LONGEST_NAME = 40


def search_units(
    units: TenantQuerySet[Unit],
    words: str,
    limit: int = 20,
    *,
    under: str = "",
    looked_at: int = LOOKED_AT,
) -> list[Unit]:
    """Units whose name, code or pinyin initials contain the words (qhx → 清河县).

    The highest first, then in the order of the tree. ``under`` is a path that
    all of ``units`` lie below; it only saves work. The database names
    candidates by its index of pairs of characters (``orgs.0009``), and the
    units themselves say which of them count, so the time does not grow with
    the tenant.
    """
    words = words.strip().lower().replace("\0", "")[:LONGEST_NAME]
    if not words:
        return []
    named = _candidates(words, under, limit + BESIDES, looked_at)
    found = list(units.filter(pk__in=named or []).order_by("depth", "path")[:limit])
    if named is None or (len(found) < limit and len(named) >= limit + BESIDES):
        # A letter by itself is not in the index; or most of the first ones were not among what
        # is asked for. Both are seldom.
        matching = units.annotate(small_name=Lower("name")).filter(
            Q(small_name__contains=words) | Q(code__startswith=words) | Q(pinyin__contains=words)
        )
        return list(matching.order_by("depth", "path")[:limit])
    return found


def _candidates(words: str, under: str, most: int, looked_at: int) -> list[int] | None:
    """The first that hold the words, or None when the index cannot say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_candidates(%s, %s, %s, %s)", [words, under, most, looked_at])
        found = [pk for (pk,) in cursor.fetchall()]
    return None if None in found else found


def holders_of(post_ids: Iterable[int]) -> TenantQuerySet[Appointment]:
    """People who hold the posts today."""
    return current_appointments().filter(post_id__in=list(post_ids))


def accounts_of(tenant_id: int) -> list[User]:
    """Accounts in use that may enter the tenant."""
    return list(
        User.objects.filter(memberships__tenant_id=tenant_id, is_active=True).order_by(
            "person_name", "pk"
        )
    )


# --- the navigator ----------------------------------------------------------------------


@dataclass(slots=True)
class TreeNode:
    """A line of the navigator; ``below`` is None while its level is not loaded."""

    unit: Unit
    below: list[TreeNode] | None = None


def top_unit(actor: Actor, scope: Scope) -> Unit | None:
    """Where an actor's navigator begins: the root, or the actor's own unit."""
    if scope.reach is Reach.TENANT:
        return root_unit()
    return own_unit(actor)


def opened_tree(top: Unit, unit: Unit, scope: Scope) -> TreeNode:
    """The navigator opened from its top down to one unit, that unit's children included."""
    paths = [path for path in ancestor_paths(unit.path) if len(path) >= len(top.path)]
    opened = {
        found.pk: TreeNode(found, [])
        for found in Unit.objects.filter(path__in=paths).order_by("path")
    }
    below = Unit.objects.within(scope).filter(parent__in=list(opened), closed_on__isnull=True)
    for child in below.order_by("sort_order", "path"):
        node = opened.get(child.pk) or TreeNode(child)
        level = opened[child.parent_id].below  # type: ignore[index]
        if level is not None:
            level.append(node)
    return opened.get(top.pk) or TreeNode(top)


# --- coverage ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many open grassroots units have their organizations (双组双建)."""

    units: int
    with_party: int
    with_union: int
    with_both: int


@dataclass(frozen=True, slots=True)
class LevelCount:
    label: str
    count: int


def units_by_level() -> list[LevelCount]:
    """Open units of each level that has any, the highest first."""
    counts = dict(
        Unit.objects.filter(closed_on__isnull=True)
        .order_by()
        .values_list("level")
        .annotate(Count("pk"))
    )
    return [LevelCount(level.label, counts[level]) for level in Level if level in counts]


def grassroots_coverage() -> Coverage:
    def has(line: Line) -> Exists:
        return Exists(Organization.objects.filter(unit_id=OuterRef("pk"), line=line))

    party, union = Q(has_party=True), Q(has_union=True)
    figures = (
        Unit.objects.filter(closed_on__isnull=True, level=Level.GRASSROOTS)
        .annotate(has_party=has(Line.PARTY), has_union=has(Line.UNION))
        .aggregate(
            units=Count("pk"),
            with_party=Count("pk", filter=party),
            with_union=Count("pk", filter=union),
            with_both=Count("pk", filter=party & union),
        )
    )
    return Coverage(**figures)
