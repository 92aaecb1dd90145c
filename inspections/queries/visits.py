"""Reads of visits: who sees which, who may be sent."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, Subquery

from gongjian.foundation.kernel.actor import PATH_STEP, Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from inspections.authority import INSPECT, VIEW_INSPECTION
from inspections.enums import Method, VisitState
from inspections.models import PlanLineUnit, Visit, VisitLine, VisitMember
from orgs.enums import Role
from orgs.models import Post, Unit
from orgs.queries import current_appointments

#: Roles that are sent on visits; county and township offices below are found by the tree.
SENT = (Role.OFFICE, Role.INSPECTOR, Role.LEADER, Role.LIAISON, Role.INSTRUCTOR)


def visible_visits(actor: Actor) -> TenantQuerySet[Visit]:
    """Visits in the post's reach, and those on whose team the person is.

    四不两直 stays hidden from the visited unit, and from those below it, until it
    begins; one that is cancelled before never shows.
    """
    own = VisitMember.objects.filter(user_id_held=actor.user_id or 0).values("visit_id")
    hidden = Q(
        Exists(unannounced_lines()),
        state__in=[VisitState.PLANNED, VisitState.CANCELLED],
        unit__path__in=_up_from(actor.path),
    ) & ~Q(organizer_id=actor.unit_id or 0)
    seen = Visit.objects.within(actor.scope(VIEW_INSPECTION)).exclude(hidden).values("pk")
    found: TenantQuerySet[Visit] = Visit.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen) | Q(pk__in=own)
    )
    return found.select_related("unit", "organizer")


def unannounced_lines() -> TenantQuerySet[VisitLine]:
    """Of a visit of the outer query: its items that are carried out without notice."""
    found: TenantQuerySet[VisitLine] = VisitLine.objects.filter(  # type: ignore[assignment]
        visit=OuterRef("pk"), line__method=Method.UNANNOUNCED
    )
    return found


def _up_from(path: str) -> list[str]:
    """The path itself and those of all units above."""
    return [path[:end] for end in range(PATH_STEP, len(path) + 1, PATH_STEP)]


def is_unannounced(visit: Visit) -> bool:
    """四不两直: nobody is told beforehand."""
    return visit.lines.filter(line__method=Method.UNANNOUNCED).exists()


def may_wait_openly(item: PlanLineUnit, actor: Actor) -> bool:
    """Whether the reader may know that the unit's item of the plan is still to come."""
    if item.line.method != Method.UNANNOUNCED or item.line.plan.unit_id == actor.unit_id:
        return True
    return not actor.path.startswith(item.unit.path)


def may_fill(visit: Visit, actor: Actor) -> bool:
    return (
        actor.may(INSPECT, at=visit.unit)
        and visit.members.filter(user_id_held=actor.user_id or 0, recused_reason="").exists()
    )


def posts_for_teams(organizer: Unit) -> TenantQuerySet[Post]:
    """Held posts that can be sent, with the name of their holder."""
    holder = current_appointments().filter(post=OuterRef("pk"))
    found: TenantQuerySet[Post] = (
        Post.objects.filter(  # type: ignore[assignment]
            Q(role__in=SENT) | Q(role=Role.SUPERIOR_OFFICE, unit__path__under=organizer.path)
        )
        .annotate(holder=Subquery(holder.values("user__person_name")[:1]))
        .exclude(holder=None)
        .select_related("unit")
        .order_by("unit__path", "pk")
    )
    return found
