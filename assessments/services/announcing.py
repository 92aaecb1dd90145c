"""Telling the units that their result is open to them."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from assessments.enums import RunState
from assessments.models import Run
from gongjian.commons.notices.services import notify
from orgs.enums import Role
from orgs.models import Post

ANNOUNCE_TASK = "assessments.announce_run"
_TOLD = (Role.SUPERIOR_OFFICE, Role.SECRETARY, Role.UNION_CHAIR)


@transaction.atomic
def announce_run(run: Run) -> int:
    """Tell the posts of all assessed units, once, however often this is asked."""
    if run.state != RunState.PUBLISHED:
        return 0
    posts = Post.objects.filter(unit_id__in=run.unit_scores.values("unit_id"), role__in=_TOLD)
    return notify(
        rule="assessments.run_published",
        subject=run,
        stage="published",
        post_ids=list(posts.values_list("pk", flat=True)),
        title=f"{run.scheme}结果已公布",
        body="请查看本单位各项得分、计分公式和数据来源；有疑问的，请向领导小组办公室反映。",
        url=reverse("assessments:own_score_list"),
    )
