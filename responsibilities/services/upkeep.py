"""Upkeep of the indicator library, and of weight and order of the indicators of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.services import demand_valid
from responsibilities.authority import MANAGE_PLAN
from responsibilities.enums import AllocationStyle, Mode, PlanState, TargetState, ValueType
from responsibilities.models import AnnualPlan, Indicator, PlanIndicator, Target
from responsibilities.services.planning import lock_open_plan

FIELDS = (
    "name",
    "section",
    "section_title",
    "kind",
    "mode",
    "unit_label",
    "value_type",
    "rises",
    "weight",
    "frequency",
    "quarterly_style",
    "allocation_style",
    "numerator",
    "denominator",
    "method",
    "target_text",
    "evidence",
    "note",
    "is_reported",
    "is_active",
)
#: What gives a handed-down figure its meaning.
BINDING = ("unit_label", "value_type", "quarterly_style", "allocation_style", "rises")


def _demand(actor: Actor) -> None:
    if not actor.may(MANAGE_PLAN):
        raise NotPermitted("当前职务无权维护指标库，请联系领导小组办公室。")


def in_force(indicator: Indicator) -> bool:
    """Whether figures of the indicator were handed down in a plan that is not closed."""
    targets = Target.objects.filter(indicator=indicator).exclude(state=TargetState.DRAFT)
    return targets.exclude(plan__state=PlanState.ARCHIVED).exists()


def _check(indicator: Indicator) -> None:
    errors = {}
    is_count = indicator.value_type in {ValueType.INTEGER, ValueType.DECIMAL}
    if indicator.allocation_style == AllocationStyle.SUMS and not is_count:
        errors["allocation_style"] = "百分比和“是/否”不能相加，请改选“相同”或“分别确定”。"
    if indicator.mode == Mode.RESTRICTED and indicator.weight:
        errors["weight"] = "限制使用的指标不得设置权重，请把权重改为 0。"
    if errors:
        raise FieldErrors(errors)


@transaction.atomic
def create_indicator(*, actor: Actor, values: Mapping[str, Any]) -> Indicator:
    """Add an indicator of the tenant's own to the library."""
    _demand(actor)
    indicator = Indicator(**{name: values[name] for name in ("code", *FIELDS) if name in values})
    _check(indicator)
    demand_valid(indicator)
    indicator.save()
    record(
        "responsibilities.indicator.created",
        indicator,
        actor=actor,
        label="新增指标",
        after={"code": indicator.code, "name": indicator.name},
    )
    return indicator


@transaction.atomic
def edit_indicator(indicator: Indicator, *, actor: Actor, values: Mapping[str, Any]) -> Indicator:
    """Change an indicator; what gives figures in force their meaning stays as it is."""
    _demand(actor)
    indicator = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    before = {name: getattr(indicator, name) for name in FIELDS}
    changed = [name for name in FIELDS if name in values and values[name] != before[name]]
    if not changed:
        return indicator
    bound = [name for name in changed if name in BINDING]
    if bound and in_force(indicator):
        text = "已有下达的目标按原口径执行，年度方案归档后才能改；需要新口径的，请另建指标。"
        raise FieldErrors(dict.fromkeys(bound, text))
    for name in changed:
        setattr(indicator, name, values[name])
    _check(indicator)
    demand_valid(indicator)
    indicator.save()
    record(
        "responsibilities.indicator.edited",
        indicator,
        actor=actor,
        label="修改指标",
        before={name: before[name] for name in changed},
        after={name: getattr(indicator, name) for name in changed},
    )
    return indicator


@transaction.atomic
def arrange_lines(
    plan: AnnualPlan,
    *,
    actor: Actor,
    weights: Mapping[int, Decimal],
    orders: Mapping[int, int],
) -> AnnualPlan:
    """Set weight and order of the plan's indicators, by key of the line, until it is approved."""
    _demand(actor)
    plan = lock_open_plan(plan)
    if plan.state != PlanState.DRAFT:
        raise StateConflict(f"“{plan}”已审定，权重和顺序不能再改。")
    lines = list(
        PlanIndicator.objects.select_for_update(of=("self",))
        .filter(plan=plan)
        .select_related("indicator")
        .order_by("pk")
    )
    errors: dict[str, str] = {}
    before = {line.indicator.name: line.weight for line in lines}
    for line in lines:
        weight = weights.get(line.pk, line.weight)
        if weight < 0 or weight > 1000:
            errors[f"weight_{line.pk}"] = "权重应在 0 到 1000 之间，请更正。"
        elif weight and line.indicator.mode == Mode.RESTRICTED:
            errors[f"weight_{line.pk}"] = "限制使用的指标不得设置权重，请填 0。"
        line.weight, line.order = weight, orders.get(line.pk, line.order)
    if errors:
        raise FieldErrors(errors)
    PlanIndicator.objects.bulk_update(lines, ["weight", "order"])
    after = {line.indicator.name: line.weight for line in lines}
    record(
        "responsibilities.plan.weighted",
        plan,
        actor=actor,
        label="确定权重和顺序",
        before={name: value for name, value in before.items() if value != after[name]},
        after={name: value for name, value in after.items() if value != before[name]},
    )
    return plan
