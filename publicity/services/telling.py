"""Telling units what became of their reports."""

from __future__ import annotations

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import history_of
from orgs.enums import Role
from orgs.models import Post
from publicity.models import Placement, PlannedCoverage

RULE = "publicity.story"
WRITERS = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE)


def posts_of(unit_ids: list[int]) -> list[int]:
    return list(
        Post.objects.filter(unit__in=unit_ids, role__in=WRITERS)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def tell_units(placement: Placement, *, title: str, body: str) -> int:
    """Tell the unit that entered it and all that have a share; each act is told anew."""
    units = {placement.unit_id, *placement.shares.values_list("unit_id", flat=True)}
    return notify(
        rule=RULE,
        subject=placement,
        stage=f"act-{history_of(placement).count()}",
        post_ids=posts_of(sorted(units)),
        title=title[:120],
        body=body,
        url=placement.get_absolute_url(),
    )


def tell_planned(coverage: PlannedCoverage) -> int:
    return notify(
        rule=RULE,
        subject=coverage,
        stage="planned",
        post_ids=posts_of([coverage.unit_id]),
        title=f"宣传任务：{coverage.topic}"[:120],
        body=f"计划在{coverage.get_level_display()}{coverage.get_medium_display()}刊播。",
        url=coverage.get_absolute_url(),
        deadline=coverage.due_on,
    )
