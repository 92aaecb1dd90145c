"""Telling units what became of their pieces."""

from __future__ import annotations

from bulletins.models import CommissionTask, Correction, Dispatch, Issue
from gongjian.commons.notices.services import notify
from orgs.enums import Role
from orgs.models import Post

RULE = "bulletins.story"
WRITERS = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE)


def posts_of(unit_ids: list[int]) -> list[int]:
    """Posts that write for these units."""
    return list(
        Post.objects.filter(unit__in=unit_ids, role__in=WRITERS)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def tell_unit(
    subject: Dispatch | CommissionTask, *, title: str, body: str, stage: str, url: str = ""
) -> int:
    """Tell the unit and the units of all authors; a second return is told again."""
    units = {subject.unit_id}
    if isinstance(subject, Dispatch):
        units |= set(subject.authors.values_list("unit_id", flat=True))
        url = url or subject.get_absolute_url()
        stage = f"{stage[:12]}-{subject.versions.count()}"
    return notify(
        rule=RULE,
        subject=subject,
        stage=stage,
        post_ids=posts_of(sorted(units)),
        title=title[:120],
        body=body,
        url=url,
    )


def tell_readers(issue: Issue, unit_ids: list[int]) -> int:
    return notify(
        rule=RULE,
        subject=issue,
        stage="sent_out",
        post_ids=posts_of(unit_ids),
        title=f"{issue}已印发",
        body="请签收阅读。",
        url=issue.get_absolute_url(),
    )


def tell_corrected(correction: Correction) -> int:
    """Every unit that got the issue, whether it was opened or not."""
    units = list(correction.issue.receipts.values_list("unit_id", flat=True))
    return notify(
        rule=RULE,
        subject=correction,
        stage="corrected",
        post_ids=posts_of(units),
        title=f"{correction.issue}有更正"[:120],
        body=f"《{correction.title}》中“{correction.wrong[:60]}”更正为“{correction.right[:60]}”。",
        url=correction.get_absolute_url(),
    )
