"""Who answers for the time that forms take (减负审核评估)."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import Role
from orgs.models import Post
from orgs.services import demand_valid
from responsibilities.authority import DESIGN_FORM
from responsibilities.enums import BurdenState, FormState
from responsibilities.models import BurdenBudget, BurdenReview, ReturnForm
from responsibilities.queries.designer import budget_minutes, minutes_with

MOST_MINUTES = 480


@transaction.atomic
def set_budget(*, actor: Actor, minutes: int, reason: str) -> BurdenBudget:
    """Change the minutes a quarter that all forms may ask of one unit."""
    if not actor.may(DESIGN_FORM):
        raise NotPermitted("当前职务无权修改填报时间上限，由领导小组办公室办理。")
    errors = {}
    if not 1 <= minutes <= MOST_MINUTES:
        errors["minutes"] = f"请填 1 到 {MOST_MINUTES} 之间的分钟数。"
    if not reason.strip():
        errors["reason"] = "请写明调整理由，会留在记录中。"
    if errors:
        raise FieldErrors(errors)
    before = budget_minutes()
    BurdenBudget.objects.get_or_create()
    budget = BurdenBudget.objects.select_for_update(of=("self",)).get()
    budget.minutes = minutes
    budget.save(update_fields=["minutes"])
    record(
        "responsibilities.burden.budget_set",
        budget,
        actor=actor,
        label="调整填报时间上限",
        before={"minutes": before},
        after={"minutes": minutes},
        reason=reason.strip(),
    )
    return budget


@transaction.atomic
def ask_burden_review(form: ReturnForm, *, actor: Actor, reason: str, basis: str) -> BurdenReview:
    """Ask the leader's word on a form beyond the budget, with why and on what basis."""
    if not actor.may(DESIGN_FORM):
        raise NotPermitted("当前职务无权提请减负审核评估，由领导小组办公室办理。")
    form = ReturnForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if form.state != FormState.DRAFT:
        raise StateConflict(f"“{form}”不在拟订中，不需要评估。")
    if form.burden_reviews.filter(state=BurdenState.ASKED).exists():
        raise StateConflict("已经提请，正在等待领导审定。")
    minutes, budget = minutes_with(form), budget_minutes()
    if minutes <= budget:
        raise StateConflict(f"预计 {minutes} 分钟，没有超过上限 {budget} 分钟，可以直接发布。")
    errors = {}
    if not reason.strip():
        errors["reason"] = "请写明为什么需要这张报表。"
    if not basis.strip():
        errors["basis"] = "请写明依据的文件或要求。"
    if errors:
        raise FieldErrors(errors)
    review = BurdenReview(
        form=form,
        minutes=minutes,
        budget=budget,
        reason=reason.strip(),
        basis=basis.strip(),
        asked_by=actor.label[:200],
    )
    demand_valid(review)
    review.save()
    record("responsibilities.burden.asked", review, actor=actor, label="提请减负审核评估")
    notify(
        rule="responsibilities.burden_asked",
        subject=review,
        stage="asked",
        post_ids=list(Post.objects.filter(role=Role.LEADER).values_list("pk", flat=True)),
        title=f"请审定：{form}超出填报时间上限",
        body=f"预计每家每季 {minutes} 分钟，上限 {budget} 分钟。",
        url=review.get_absolute_url(),
    )
    return review


def approve_burden(review: BurdenReview, *, actor: Actor, reason: str) -> BurdenReview:
    """Let the form be published although it takes more than the budget."""
    return _decide(review, "approve", actor, reason)


def decline_burden(review: BurdenReview, *, actor: Actor, reason: str) -> BurdenReview:
    """Refuse; the form is to be shortened."""
    return _decide(review, "decline", actor, reason)


@transaction.atomic
def _decide(review: BurdenReview, step: str, actor: Actor, reason: str) -> BurdenReview:
    review = advance(
        review, step, actor=actor, at=None, reason=reason, changes={"decided_by": actor.label[:200]}
    )
    notify(
        rule="responsibilities.burden_decided",
        subject=review,
        stage=str(review.state),
        post_ids=list(Post.objects.filter(role=Role.OFFICE).values_list("pk", flat=True)),
        title=f"{review.form}减负审核评估：{review.get_state_display()}",
        body=reason.strip(),
        url=review.form.get_absolute_url(),
    )
    return review
