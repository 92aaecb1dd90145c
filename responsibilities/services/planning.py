"""Drawing up of the annual plan and of the values for the whole region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.queries import root_unit
from orgs.services import demand_valid
from responsibilities.authority import APPROVE_PLAN, MANAGE_PLAN
from responsibilities.enums import PlanState, TargetState
from responsibilities.models import AnnualPlan, Indicator, PlanIndicator, Target
from responsibilities.queries.planning import last_year_values

_PLAN_FIELDS = ("year", "title", "priorities", "proposals_due_on")


def _demand(actor: Actor, act: str) -> None:
    if not actor.may(MANAGE_PLAN):
        raise NotPermitted(f"当前职务无权{act}，请联系领导小组办公室。")


def lock_open_plan(plan: AnnualPlan) -> AnnualPlan:
    """Read the plan again under a shared lock; an archived one is closed for good."""
    plan = AnnualPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    if plan.state == PlanState.ARCHIVED:
        raise StateConflict(f"“{plan}”已归档，不能再修改。")
    return plan


@transaction.atomic
def create_plan(
    *, actor: Actor, values: Mapping[str, Any], indicators: Iterable[Indicator] = ()
) -> AnnualPlan:
    """Draw up the plan of a year; weights start as the library has them."""
    _demand(actor, "拟订年度方案")
    plan = AnnualPlan(**{name: values[name] for name in _PLAN_FIELDS if name in values})
    demand_valid(plan)
    plan.save()
    record(
        "responsibilities.plan.created",
        plan,
        actor=actor,
        label="拟订年度方案",
        after={"year": plan.year, "title": plan.title},
    )
    _choose(plan, indicators)
    return plan


@transaction.atomic
def edit_plan(
    plan: AnnualPlan, *, actor: Actor, values: Mapping[str, Any], indicators: Iterable[Indicator]
) -> AnnualPlan:
    """Change wording and choice of indicators; weights are fixed once approved."""
    _demand(actor, "修改年度方案")
    plan = lock_open_plan(plan)
    before = {name: getattr(plan, name) for name in _PLAN_FIELDS}
    for name in _PLAN_FIELDS:
        if name in values:
            setattr(plan, name, values[name])
    demand_valid(plan)
    plan.save()
    _choose(plan, indicators)
    after = {name: getattr(plan, name) for name in _PLAN_FIELDS}
    record(
        "responsibilities.plan.edited",
        plan,
        actor=actor,
        label="修改年度方案",
        before=before,
        after=after,
    )
    return plan


def _choose(plan: AnnualPlan, indicators: Iterable[Indicator]) -> None:
    chosen = {indicator.pk: indicator for indicator in indicators}
    lines = {line.indicator_id: line for line in plan.lines.all()}
    dropped = lines.keys() - chosen.keys()
    if dropped:
        used = Target.objects.filter(plan=plan, indicator_id__in=dropped, parent__isnull=False)
        if taken := used.select_related("indicator").first():
            raise FieldErrors(
                {"indicators": f"“{taken.indicator}”已分解到下级，不能从方案中去掉。"}
            )
        Target.objects.filter(plan=plan, indicator_id__in=dropped).delete()
        PlanIndicator.objects.filter(plan=plan, indicator_id__in=dropped).delete()
    added = sorted(
        (chosen[pk] for pk in chosen.keys() - lines.keys()), key=lambda indicator: indicator.code
    )
    start = max((line.order for line in lines.values()), default=0)
    PlanIndicator.objects.bulk_create(
        PlanIndicator(plan=plan, indicator=indicator, weight=indicator.weight, order=start + place)
        for place, indicator in enumerate(added, start=1)
    )


@transaction.atomic
def set_regional_values(
    plan: AnnualPlan, *, actor: Actor, values: Mapping[int, Decimal | None]
) -> list[Target]:
    """Set the value of the whole region for indicators, by the indicator's key.

    An empty value takes the draft target away again. A value already adopted
    is changed by an amendment, since units below may count on it.
    """
    _demand(actor, "确定全地区目标")
    plan = lock_open_plan(plan)
    unit = root_unit()
    if unit is None:
        raise DomainError("还没有建立单位，请先在“组织架构”中建立最高一级单位。")
    lines = {line.indicator_id: line for line in plan.lines.select_related("indicator")}
    held = {
        target.indicator_id: target
        for target in Target.objects.select_for_update(of=("self",))
        .filter(plan=plan, unit=unit)
        .order_by("pk")
    }
    earlier = {
        indicator_id: value
        for (indicator_id, _), value in last_year_values(plan, [unit.pk]).items()
    }
    errors: dict[str, str] = {}
    changed: list[Target] = []
    for key, value in values.items():
        line, target = lines.get(key), held.get(key)
        if line is None:
            raise DomainError("方案中没有这个指标，请刷新页面后再填写。")
        if value == (None if target is None else target.value):
            continue
        if value is not None and (refusal := line.indicator.refusal_of(value)):
            errors[f"indicator_{key}"] = refusal
        elif target is not None and target.state != TargetState.DRAFT:
            errors[f"indicator_{key}"] = "已随方案审定，改值请办理调整单。"
        elif value is None and target is not None:
            errors |= _withdraw(target)
        elif value is not None:
            target = target or Target(
                plan=plan,
                indicator=line.indicator,
                unit=unit,
                base_value=earlier.get(key),
                responsible_person=unit.principal_name,
            )
            target.value = value
            changed.append(target)
    if errors:
        raise FieldErrors(errors)
    for target in changed:
        demand_valid(target)
        target.save()
    if changed:
        record(
            "responsibilities.plan.valued",
            plan,
            actor=actor,
            label="确定全地区目标",
            after={target.indicator.name: target.value for target in changed},
        )
    if plan.state == PlanState.APPROVED:
        # Added to a plan that stands already: the office acts on the approval given then.
        _adopt(plan, actor=actor)
    return changed


def _withdraw(target: Target) -> dict[str, str]:
    if target.children.exists():
        return {f"indicator_{target.indicator_id}": "已分解到下级，不能清空；请先清空下级的数。"}
    target.delete()
    return {}


def _adopt(plan: AnnualPlan, *, actor: Actor) -> None:
    drafts = Target.objects.filter(
        plan=plan, parent__isnull=True, state=TargetState.DRAFT
    ).select_related("unit", "indicator")
    for target in drafts.order_by("pk"):
        step = "adopt" if actor.may(APPROVE_PLAN) else "adopt_later"
        advance(target, step, actor=actor, at=target.unit, changes={"issued_value": target.value})


@transaction.atomic
def approve_plan(plan: AnnualPlan, *, actor: Actor, reason: str = "") -> AnnualPlan:
    """Approve the plan (审定): the values of the whole region stand from now on."""
    lines = PlanIndicator.objects.filter(plan=plan).count()
    plan = advance(plan, "approve", actor=actor, at=None, reason=reason)
    if not lines:
        raise DomainError("方案还没有选定指标，请先补充指标再审定。")
    _adopt(plan, actor=actor)
    return plan


@transaction.atomic
def archive_plan(plan: AnnualPlan, *, actor: Actor, reason: str = "") -> AnnualPlan:
    """Close the plan after its year; its targets stay readable."""
    if plan.year >= today().year:
        raise DomainError(f"{plan.year}年度尚未结束，年度结束后才能归档。")
    return advance(plan, "archive", actor=actor, at=None, reason=reason)
