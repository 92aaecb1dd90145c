"""To whom the figures are sent, set by the office."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from orgs.models import Post
from orgs.services import demand_valid
from responsibilities.authority import MANAGE_BRIEFING
from responsibilities.models import BriefingPlan
from responsibilities.queries.briefings import offered_posts


def _demand(actor: Actor, weekday: int | None, *, after_deadline: bool) -> None:
    if not actor.may(MANAGE_BRIEFING):
        raise NotPermitted("当前职务无权设置定期简报，由领导小组办公室办理。")
    if weekday is None and not after_deadline:
        raise FieldErrors({"weekday": "请选择每周哪天发送，或勾选各期截止后发送。"})


@transaction.atomic
def add_briefings(
    posts: Iterable[Post], *, actor: Actor, weekday: int | None, after_deadline: bool
) -> int:
    """Send the figures to posts that are not sent them yet; return how many are new."""
    _demand(actor, weekday, after_deadline=after_deadline)
    chosen = {post.pk for post in posts}
    if not chosen:
        raise FieldErrors({"posts": "请至少选择一个接收职务。"})
    allowed = {post.pk: post for post in offered_posts().filter(pk__in=chosen)}
    if chosen - allowed.keys():
        raise FieldErrors({"posts": "所选职务不能查看汇总或已设置简报，请刷新后重新选择。"})
    for post in allowed.values():
        plan = BriefingPlan(
            post=post, weekday=weekday, after_deadline=after_deadline, set_by=actor.label[:200]
        )
        demand_valid(plan)
        plan.save()
        record("responsibilities.briefing.set", plan, actor=actor, label="设置定期简报")
    return len(allowed)


@transaction.atomic
def change_briefing(
    plan: BriefingPlan, *, actor: Actor, weekday: int | None, after_deadline: bool
) -> BriefingPlan:
    _demand(actor, weekday, after_deadline=after_deadline)
    plan = BriefingPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    before = {"weekday": plan.weekday, "after_deadline": plan.after_deadline}
    plan.weekday, plan.after_deadline = weekday, after_deadline
    demand_valid(plan)
    plan.save(update_fields=list(before))
    record(
        "responsibilities.briefing.changed",
        plan,
        actor=actor,
        label="修改定期简报",
        before=before,
        after={"weekday": weekday, "after_deadline": after_deadline},
    )
    return plan


@transaction.atomic
def remove_briefing(plan: BriefingPlan, *, actor: Actor) -> None:
    """Send no more; what was sent stays in the post's notices."""
    if not actor.may(MANAGE_BRIEFING):
        raise NotPermitted("当前职务无权设置定期简报，由领导小组办公室办理。")
    record(
        "responsibilities.briefing.removed",
        plan,
        actor=actor,
        label="取消定期简报",
        before={"post": plan.post_id},
    )
    plan.delete()
