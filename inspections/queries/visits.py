"""Reads of visits: who sees which, who may be sent."""

from __future__ import annotations

from django.db.models import OuterRef, Q, Subquery

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from inspections.authority import INSPECT, VIEW_INSPECTION
from inspections.enums import Method
from inspections.models import Visit, VisitMember
from orgs.enums import Role
from orgs.models import Post, Unit
from orgs.queries import current_appointments

#: Roles that are sent on visits; county and township offices below are found by the tree.
SENT = (Role.OFFICE, Role.INSPECTOR, Role.LEADER, Role.LIAISON, Role.INSTRUCTOR)


def visible_visits(actor: Actor) -> TenantQuerySet[Visit]:
    """Visits in the post's reach, and those on whose team the person is."""
    own = VisitMember.objects.filter(user_id_held=actor.user_id or 0).values("visit_id")
    seen = Visit.objects.within(actor.scope(VIEW_INSPECTION)).values("pk")
    found: TenantQuerySet[Visit] = Visit.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen) | Q(pk__in=own)
    )
    return found.select_related("unit", "organizer")


def is_unannounced(visit: Visit) -> bool:
    """四不两直: nobody is told beforehand."""
    return visit.lines.filter(line__method=Method.UNANNOUNCED).exists()


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
