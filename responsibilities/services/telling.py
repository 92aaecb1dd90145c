"""Notices about targets: to those who receive them and to those who handed them down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse

from gongjian.commons.notices.services import notify
from gongjian.foundation.kernel.numbers import show
from orgs.enums import Role
from orgs.models import Post
from responsibilities.models import Target

#: Posts that receive for a unit, and posts that hand down from it.
_RECEIVERS = (Role.SECRETARY, Role.SUPERIOR_OFFICE)
_GRANTORS = (Role.OFFICE, Role.SUPERIOR_OFFICE)


def _posts(unit_ids: Iterable[int], roles: Sequence[str]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    posts = Post.objects.filter(unit_id__in=set(unit_ids), role__in=roles).order_by("pk")
    for unit_id, post_id in posts.values_list("unit_id", "pk"):
        found.setdefault(unit_id, []).append(post_id)
    return found


def tell_issued(targets: Sequence[Target]) -> None:
    """One notice a unit, however many targets came down together."""
    by_unit: dict[int, list[Target]] = {}
    for target in targets:
        by_unit.setdefault(target.unit_id, []).append(target)
    posts = _posts(by_unit, _RECEIVERS)
    for unit_id, issued in by_unit.items():
        names = "、".join(target.indicator.name for target in issued[:3])
        notify(
            rule="responsibilities.target_issued",
            subject=issued[0],
            stage="issued",
            post_ids=posts.get(unit_id, []),
            title=f"上级下达了 {len(issued)} 项目标任务，请签收",
            body=f"{names}{'等' if len(issued) > 3 else ''}。有不同意见的，请先提出建议。",
            url=reverse("responsibilities:my_targets"),
        )


def tell_proposed(target: Target) -> None:
    if target.parent is None or target.proposed_value is None:
        return
    unit_id = target.parent.unit_id
    notify(
        rule="responsibilities.target_proposed",
        subject=target,
        # The same number asked for twice is not news.
        stage=f"proposed-{show(target.proposed_value)}",
        post_ids=_posts([unit_id], _GRANTORS).get(unit_id, []),
        title=f"{target.unit}对“{target.indicator.name}”提出了目标建议",
        body=target.proposal_reason,
        url=reverse("responsibilities:target_decide", args=[target.pk]),
    )


def tell_changed(target: Target, *, stage: str, title: str, body: str) -> None:
    """Tell the unit of an answer or an amendment; each has a stage of its own."""
    notify(
        rule="responsibilities.target_changed",
        subject=target,
        stage=stage,
        post_ids=_posts([target.unit_id], _RECEIVERS).get(target.unit_id, []),
        title=title,
        body=body,
        url=target.get_absolute_url(),
    )
