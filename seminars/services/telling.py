"""Telling units, the office and judges. A judge is never told a title or a name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model

from gongjian.commons.notices.services import notify
from orgs.enums import Role
from orgs.models import Post

RULE = "seminars.story"
WRITERS = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE)


def posts_of(unit_ids: Iterable[int]) -> list[int]:
    return list(
        Post.objects.filter(unit__in=list(unit_ids), role__in=WRITERS)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def office_posts() -> list[int]:
    return list(Post.objects.filter(role=Role.OFFICE).order_by("pk").values_list("pk", flat=True))


def tell(
    subject: Model, post_ids: Iterable[int], *, stage: str, title: str, url: str, body: str = ""
) -> int:
    return notify(
        rule=RULE,
        subject=subject,
        stage=stage[:20],
        post_ids=list(post_ids),
        title=title[:120],
        body=body,
        url=url,
    )
