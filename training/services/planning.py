"""The yearly plan, its classes, quotas, the cost sheet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.services import draft_document
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import Role
from orgs.models import Tenant, Unit
from orgs.services import demand_valid
from training.authority import MANAGE_TRAINING
from training.enums import ClassState, PlanState
from training.models import Cost, Quota, TrainingClass, TrainingPlan
from training.queries.classes import notices_of
from training.queries.places import Places
from training.services.places import fill_places
from training.services.telling import posts_of, posts_with, tell_class, tell_posts

#: Kind of the document; its text is made in training.documents.
NOTICE = "training.notice"


def demand_manager(actor: Actor, unit: Unit) -> None:
    if not actor.may(MANAGE_TRAINING, at=unit):
        raise NotPermitted(f"培训由主办单位“{unit.name}”办理，请与该单位联系。")


@transaction.atomic
def draft_plan(unit: Unit, *, actor: Actor, values: Mapping[str, Any]) -> TrainingPlan:
    demand_manager(actor, unit)
    plan = TrainingPlan(unit=unit, **values)
    demand_valid(plan)
    plan.save()
    record("training.plan.drafted", plan, actor=actor, label="编制培训计划")
    return plan


@transaction.atomic
def edit_plan(plan: TrainingPlan, *, actor: Actor, values: Mapping[str, Any]) -> TrainingPlan:
    demand_manager(actor, plan.unit)
    plan = TrainingPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state != PlanState.DRAFT:
        raise StateConflict(f"计划{plan.get_state_display()}，不能修改；需要改动的，请先退回。")
    for name, value in values.items():
        setattr(plan, name, value)
    demand_valid(plan)
    plan.save()
    record("training.plan.edited", plan, actor=actor, label="修改培训计划")
    return plan


@transaction.atomic
def submit_plan(plan: TrainingPlan, *, actor: Actor, reason: str = "") -> TrainingPlan:
    """报请批准: a plan says which classes it will hold."""
    if not plan.classes.exists():
        raise DomainError("计划中还没有班次，请先增加班次再报批。")
    planned = sum((item.budget for item in plan.classes.all()), Decimal(0))
    if planned > plan.budget:
        raise DomainError(
            f"各班次预算合计{planned}元，超过计划预算{plan.budget}元，请调整后再报批。"
        )
    plan = advance(plan, "submit", actor=actor, at=plan.unit, reason=reason)
    tell_posts(
        plan, act=_again("submit"), title=f"请批准：{plan}",
        body=f"共{plan.classes.count()}个班次，预算{planned}元。", posts=posts_with(Role.LEADER),
    )  # fmt: skip
    return plan


@transaction.atomic
def approve_plan(plan: TrainingPlan, *, actor: Actor, reason: str = "") -> TrainingPlan:
    plan = advance(
        plan, "approve", actor=actor, at=plan.unit, reason=reason,
        changes={"approved_by": actor.label[:200], "approved_at": timezone.now()},
    )  # fmt: skip
    _tell_planners(plan, f"{plan}已批准", reason or "可以开放班次报名。")
    return plan


@transaction.atomic
def return_plan(plan: TrainingPlan, *, actor: Actor, reason: str) -> TrainingPlan:
    plan = advance(plan, "return", actor=actor, at=plan.unit, reason=reason)
    _tell_planners(plan, f"{plan}退回修改", reason)
    return plan


def _tell_planners(plan: TrainingPlan, title: str, body: str) -> None:
    from_root = plan.unit.parent_id is None
    posts = posts_with(Role.OFFICE) if from_root else []
    tell_posts(plan, act=_again("answer"), title=title, body=body, posts=posts)
    if not from_root:
        # The planning post of a county or township.
        tell_posts(plan, act=_again("told"), title=title, body=body, posts=posts_of([plan.unit_id]))


def _again(act: str) -> str:
    return f"{act}-{timezone.now():%m%d%H%M%S}"


@transaction.atomic
def plan_class(plan: TrainingPlan, *, actor: Actor, values: Mapping[str, Any]) -> TrainingClass:
    """Put a class into the plan; into an approved one only with the plan's money."""
    demand_manager(actor, plan.unit)
    plan = TrainingPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.state == PlanState.SUBMITTED:
        raise StateConflict("计划正在报批，不能增加班次；需要增加的，请先退回修改。")
    training_class = TrainingClass(plan=plan, unit=plan.unit, **values)
    _demand_year(training_class)
    spent = sum((item.budget for item in plan.classes.all()), Decimal(0))
    if plan.state == PlanState.APPROVED and spent + training_class.budget > plan.budget:
        raise FieldErrors(
            {"budget": f"计划预算只剩{plan.budget - spent}元，请调整预算或先变更计划。"}
        )
    demand_valid(training_class)
    training_class.save()
    record("training.class.planned", training_class, actor=actor, label="列入培训计划")
    return training_class


def _demand_year(training_class: TrainingClass) -> None:
    if training_class.starts_on.year != training_class.plan.year:
        raise FieldErrors(
            {"starts_on": f"这是{training_class.plan.year}年的计划，请填当年的开班日期。"}
        )


def lock_class(training_class: TrainingClass) -> TrainingClass:
    """Whoever gives or takes a place waits here for whoever does so now."""
    return (
        TrainingClass.objects.select_for_update(of=("self",))
        .select_related("unit", "plan")
        .get(pk=training_class.pk)
    )


@transaction.atomic
def edit_class(
    training_class: TrainingClass, *, actor: Actor, values: Mapping[str, Any]
) -> TrainingClass:
    """Change the arrangement; more places go to those who wait, fewer may not unseat anybody."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state not in {ClassState.PLANNED, ClassState.OPEN, ClassState.LISTED}:
        raise StateConflict("班次已经开班或取消，不能再改安排。")
    before = (training_class.starts_on, training_class.place)
    for name, value in values.items():
        setattr(training_class, name, value)
    _demand_year(training_class)
    places = Places(training_class)
    if places.booked > training_class.capacity:
        raise FieldErrors({"capacity": f"已录取{places.booked}人，总名额不能小于这个数。"})
    granted = sum(share.quota.places for share in places.shares.values())
    if places.binds and granted > training_class.capacity:
        raise FieldErrors({"capacity": f"已分配{granted}个名额，总名额不能小于这个数。"})
    demand_valid(training_class)
    training_class.save()
    record("training.class.edited", training_class, actor=actor, label="修改班次安排")
    if training_class.state != ClassState.PLANNED and before != (
        training_class.starts_on, training_class.place,
    ):  # fmt: skip
        tell_class(
            training_class, act=_again("moved"), title=f"培训改期或改地点：{training_class}",
            body=f"{long_date(training_class.starts_on)}开班，{training_class.place}。",
            unit_ids=training_class.enrolments.values_list("unit_id", flat=True).distinct(),
        )  # fmt: skip
    fill_places(training_class)
    return training_class


@transaction.atomic
def set_quotas(
    training_class: TrainingClass, *, actor: Actor, places: Mapping[int, int]
) -> TrainingClass:
    """Divide the places among units; ``places`` by unit id, 0 takes a quota away."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state not in {ClassState.PLANNED, ClassState.OPEN}:
        raise StateConflict("名单已经确定，不能再分配名额。")
    if training_class.quotas_released_at is not None:
        raise StateConflict("名额已经放开，不再按单位分配。")
    known = {quota.unit_id: quota for quota in training_class.quotas.all()}
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=places)}
    for unit_id, count in places.items():
        unit = units.get(unit_id)
        if unit is None or not unit.path.startswith(training_class.unit.path):
            raise FieldErrors({"unit": "只能给主办单位和所属单位分配名额。"})
        quota = known.get(unit_id) or Quota(training_class=training_class, unit=unit)
        if count == 0:
            if quota.pk:
                quota.delete()
            continue
        quota.places = count
        demand_valid(quota)
        quota.save()
    now = Places(training_class)
    total = sum(share.quota.places for share in now.shares.values())
    if total > training_class.capacity:
        raise FieldErrors(
            {"places": f"分配合计{total}个，超过总名额{training_class.capacity}个，请调整。"}
        )
    for share in now.shares.values():
        if share.used > share.quota.places:
            raise FieldErrors(
                {"places": f"{share.quota.unit.name}已录取{share.used}人，名额不能小于这个数。"}
            )
    record("training.class.quotas_set", training_class, actor=actor, label="分配名额")
    fill_places(training_class)
    return training_class


@transaction.atomic
def release_quotas(training_class: TrainingClass, *, actor: Actor) -> TrainingClass:
    """放开名额: what units leave unused goes to those who wait, in their order."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state not in {ClassState.OPEN, ClassState.LISTED}:
        raise StateConflict("只有报名期间才能放开名额。")
    if training_class.quotas_released_at is not None:
        raise StateConflict("名额已经放开，请刷新后查看。")
    training_class.quotas_released_at = timezone.now()
    training_class.save(update_fields=["quotas_released_at"])
    record("training.class.quotas_released", training_class, actor=actor, label="放开名额")
    fill_places(training_class)
    return training_class


@transaction.atomic
def open_class(training_class: TrainingClass, *, actor: Actor, reason: str = "") -> TrainingClass:
    """开放报名: only under an approved plan; every unit with a quota is told."""
    plans = TrainingPlan.objects.filter(pk=training_class.plan_id, state=PlanState.APPROVED)
    if not plans.exists():
        raise DomainError("年度培训计划还没有批准，请先报请批准再开放报名。")
    if training_class.apply_by < today():
        raise DomainError("报名截止日期已经过去，请先修改班次安排。")
    training_class = advance(
        training_class, "open", actor=actor, at=training_class.unit, reason=reason
    )
    unit_ids = list(training_class.quotas.values_list("unit_id", flat=True))
    tell_class(
        training_class, act="open", title=f"培训报名：{training_class}",
        body=(
            f"{long_date(training_class.starts_on)}开班，请于"
            f"{long_date(training_class.apply_by)}前报名。没有合适人选的不必报名。"
        ),
        unit_ids=unit_ids,
    )  # fmt: skip
    return training_class


@transaction.atomic
def draft_notice(training_class: TrainingClass, *, actor: Actor) -> OfficialDocument:
    """起草培训通知: one at a time; after one was declared void another may follow."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state not in {ClassState.PLANNED, ClassState.OPEN}:
        raise StateConflict("名单确定以后不再发培训通知。")
    if notices_of(training_class).exclude(state=DocumentState.VOID).exists():
        raise StateConflict("培训通知已经起草，请在公文中修改、签发、印发。")
    mark = Tenant.objects.get(pk=require_tenant_id()).document_mark
    document = draft_document(NOTICE, actor=actor, mark=mark, subject=training_class)
    record("training.class.notice_drafted", training_class, actor=actor, label="起草培训通知")
    return document


@transaction.atomic
def cancel_class(training_class: TrainingClass, *, actor: Actor, reason: str) -> TrainingClass:
    unit_ids = list(training_class.enrolments.values_list("unit_id", flat=True).distinct())
    training_class = advance(
        training_class, "cancel", actor=actor, at=training_class.unit, reason=reason
    )
    tell_class(
        training_class, act="cancel", title=f"培训取消：{training_class}", body=reason,
        unit_ids=unit_ids,
    )  # fmt: skip
    return training_class


@transaction.atomic
def write_cost(training_class: TrainingClass, *, actor: Actor, values: Mapping[str, Any]) -> Cost:
    """One line of the cost sheet; a kind has one line, written again when it changes."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state in {ClassState.ARCHIVED, ClassState.CANCELLED}:
        raise StateConflict("班次已经归档或取消，经费不能再改。")
    cost = training_class.costs.filter(kind=values["kind"]).first() or Cost(
        training_class=training_class
    )
    for name, value in values.items():
        setattr(cost, name, value)
    demand_valid(cost)
    cost.save()
    record(
        "training.class.cost_written", training_class, actor=actor,
        label=f"登记经费：{cost.get_kind_display()}",
    )  # fmt: skip
    return cost
