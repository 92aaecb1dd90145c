"""Notices about follow-ups, to the unit that acts and to those who gave the matter out."""

from __future__ import annotations

from collections.abc import Sequence

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.shelf import follow_up_sources
from gongjian.commons.notices.services import notify
from gongjian.foundation.kernel.dates import today
from orgs.enums import Role
from orgs.models import Post

#: Posts that act for a unit, and posts that give matters out from it.
HANDLERS = (
    Role.SECRETARY,
    Role.UNION_CHAIR,
    Role.LIAISON,
    Role.SUPERIOR_OFFICE,
    Role.OFFICE,
)
GIVERS = (Role.OFFICE, Role.SUPERIOR_OFFICE)


def posts_at(unit_ids: Sequence[int], roles: Sequence[str]) -> list[int]:
    found = Post.objects.filter(unit_id__in=unit_ids, role__in=roles).order_by("pk")
    return list(found.values_list("pk", flat=True))


def tell_unit(follow_up: FollowUp, *, act: str, title: str, body: str = "") -> None:
    """Tell the responsible unit; helpers and who acts for it read along."""
    helpers = follow_up.helpers.values_list("unit_id", flat=True)
    asked = follow_up.delegations.filter(ended_at=None, ends_on__gte=today())
    units = {follow_up.unit_id, *helpers, *asked.values_list("unit_id", flat=True)}
    _tell(follow_up, sorted(units), HANDLERS, act, title, body)


def tell_giver(follow_up: FollowUp, *, act: str, title: str, body: str = "") -> None:
    _tell(follow_up, [follow_up.giver_id], GIVERS, act, title, body)


def _tell(
    follow_up: FollowUp,
    unit_ids: Sequence[int],
    roles: Sequence[str],
    act: str,
    title: str,
    body: str,
) -> None:
    tell_posts(follow_up, posts_at(unit_ids, roles), act=act, title=title, body=body)


def tell_posts(
    follow_up: FollowUp, post_ids: Sequence[int], *, act: str, title: str, body: str = ""
) -> None:
    notify(
        rule=f"follow_ups.{act}",
        subject=follow_up,
        # Each act is news of its own: the second 退办 as well as the first.
        stage=f"{follow_up.revision}-{follow_up.extensions.count()}",
        post_ids=post_ids,
        title=title,
        body=body,
        url=follow_up.get_absolute_url(),
        deadline=follow_up.due_on,
    )


def tell_source(follow_up: FollowUp) -> None:
    """Let the resolution or finding behind the matter know that it moved."""
    source = follow_up_sources.get(follow_up.source_kind) if follow_up.source_kind else None
    if source is not None and source.changed is not None:
        source.changed(follow_up)
