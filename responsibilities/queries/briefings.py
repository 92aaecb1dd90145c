"""Posts to which figures may be sent: those that may see totals, and somebody holds them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from orgs.models import Post
from orgs.queries import current_appointments
from responsibilities.models import BriefingPlan

#: Roles that see totals by default, for whom a briefing makes sense.
READERS = ("leader", "office", "superior_office", "viewer")


def offered_posts() -> QuerySet[Post]:
    held = current_appointments().filter(post=OuterRef("pk"))
    planned = BriefingPlan.objects.filter(post=OuterRef("pk"))
    return (
        Post.objects.filter(Exists(held), ~Exists(planned), role__in=READERS)
        .select_related("unit")
        .order_by("unit__depth", "unit__path", "pk")
    )
