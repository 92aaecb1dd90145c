"""Notices about inspections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Model

from gongjian.commons.notices.services import notify
from orgs.enums import Role
from orgs.models import Post

#: Posts that speak for a visited unit.
SPEAKERS = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE)
ORGANIZERS = (Role.OFFICE, Role.SUPERIOR_OFFICE)
LEADERS = (Role.LEADER,)


def posts_at(unit_ids: Iterable[int], roles: Sequence[str]) -> list[int]:
    found = Post.objects.filter(unit_id__in=list(unit_ids), role__in=roles).order_by("pk")
    return list(found.values_list("pk", flat=True))


def tell(
    subject: Model, posts: Iterable[int], *, rule: str, stage: str, title: str, body: str = ""
) -> None:
    notify(
        rule=f"inspections.{rule}",
        subject=subject,
        stage=stage[:20],
        post_ids=sorted(set(posts)),
        title=title[:120],
        body=body,
        url=subject.get_absolute_url(),  # type: ignore[attr-defined]
    )
