"""Briefings made by the service."""

from __future__ import annotations

from orgs.models import Post
from responsibilities.models import BriefingPlan
from responsibilities.services.briefings import add_briefings


def make_briefing(
    cast, actor, *, weekday: int | None = 0, after_deadline: bool = False
) -> BriefingPlan:
    post = Post.objects.get(pk=actor.post_id)
    add_briefings([post], actor=cast.office, weekday=weekday, after_deadline=after_deadline)
    return BriefingPlan.objects.get(post=post)
