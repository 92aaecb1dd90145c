"""Writes of the work plans by category and of their progress at the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.workflow.lifecycle import advance
from orgs.guidance_queries import categories_of
from orgs.models import GuidanceCategory, Unit
from orgs.services import demand_valid
from responsibilities.authority import MANAGE_GUIDANCE, TICK_MEASURE
from responsibilities.enums import Mode, PlanState, WorkPlanState
from responsibilities.models import (
    AnnualPlan,
    MeasureTick,
    PlanIndicator,
    WorkPlan,
    WorkPlanIndicator,
    WorkPlanMeasure,
)
from responsibilities.queries.guidance import FULL_WEIGHT, weight_total


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A line of the form: what, who, by when; ``pk`` is that of the line it replaces."""

    text: str
    owner: str
    due_on: date
    pk: int | None = None


def _demand(actor: Actor) -> None:
    if not actor.may(MANAGE_GUIDANCE):
        raise NotPermitted("当前职务无权拟订分类方案，请联系领导小组办公室。")


def _locked_draft(work_plan: WorkPlan) -> WorkPlan:
    work_plan = WorkPlan.objects.select_for_update(of=("self",)).get(pk=work_plan.pk)
    if work_plan.state != WorkPlanState.DRAFT:
        raise StateConflict(
            f"“{work_plan}”{work_plan.get_state_display()}，不能直接修改；已审定的请拟订新版。"
        )
    return work_plan


@transaction.atomic
def create_work_plan(
    plan: AnnualPlan,
    category: GuidanceCategory,
    *,
    actor: Actor,
    goals: str,
    approach: str = "",
) -> WorkPlan:
    """Draw up the plan of a category; the next version begins as a copy of the one in force."""
    _demand(actor)
    if plan.state == PlanState.ARCHIVED:
        raise StateConflict(f"“{plan}”已归档，不能再拟订分类方案。")
    if not category.is_active:
        raise FieldErrors({"category": "这个类别已停用，请另选类别。"})
    earlier = (
        WorkPlan.objects.select_for_update(of=("self",))
        .filter(plan=plan, category=category)
        .order_by("-version")
        .first()
    )
    if earlier is not None and earlier.state in {WorkPlanState.DRAFT, WorkPlanState.SUBMITTED}:
        raise FieldErrors({"category": "这个类别已有一份正在拟订的方案，请接着修改那一份。"})
    work_plan = WorkPlan(
        plan=plan,
        category=category,
        version=1 if earlier is None else earlier.version + 1,
        goals=goals,
        approach=approach,
    )
    demand_valid(work_plan)
    work_plan.save()
    if earlier is not None:
        _copy_lines(earlier, work_plan)
    record(
        "responsibilities.work_plan.created",
        work_plan,
        actor=actor,
        label="拟订分类方案",
        after={"version": work_plan.version},
    )
    return work_plan


def _copy_lines(source: WorkPlan, target: WorkPlan) -> None:
    WorkPlanMeasure.objects.bulk_create(
        WorkPlanMeasure(
            work_plan=target,
            text=measure.text,
            owner=measure.owner,
            due_on=measure.due_on,
            order=measure.order,
            origin=measure,
        )
        for measure in source.measures.all()
    )
    WorkPlanIndicator.objects.bulk_create(
        WorkPlanIndicator(work_plan=target, indicator_id=row.indicator_id, weight=row.weight)
        for row in source.weights.all()
    )


@transaction.atomic
def revise_work_plan(work_plan: WorkPlan, *, actor: Actor) -> WorkPlan:
    """Begin the next version of the plan in force; that one stands until the new is approved."""
    if work_plan.state != WorkPlanState.APPROVED:
        raise StateConflict("只有已审定的方案才能拟订新版；拟订中的请直接修改。")
    return create_work_plan(
        work_plan.plan,
        work_plan.category,
        actor=actor,
        goals=work_plan.goals,
        approach=work_plan.approach,
    )


@transaction.atomic
def edit_work_plan(work_plan: WorkPlan, *, actor: Actor, values: Mapping[str, Any]) -> WorkPlan:
    """Change goals and requirements while the plan is being drawn up."""
    _demand(actor)
    work_plan = _locked_draft(work_plan)
    work_plan.goals = values["goals"]
    work_plan.approach = values["approach"]
    demand_valid(work_plan)
    work_plan.save(update_fields=["goals", "approach"])
    record("responsibilities.work_plan.edited", work_plan, actor=actor, label="修改分类方案")
    return work_plan


@transaction.atomic
def set_measures(work_plan: WorkPlan, *, actor: Actor, lines: Sequence[MeasureLine]) -> WorkPlan:
    """Write the measures as the form has them; lines left out are taken away."""
    _demand(actor)
    work_plan = _locked_draft(work_plan)
    held = {measure.pk: measure for measure in work_plan.measures.all()}
    for line in lines:
        if line.due_on.year != work_plan.plan.year:
            raise DomainError(
                f"“{line.text[:20]}”的完成时限不在{work_plan.plan.year}年内，请更正。"
            )
    kept = set()
    for order, line in enumerate(lines, start=1):
        measure = held.get(line.pk or 0) or WorkPlanMeasure(work_plan=work_plan)
        measure.text, measure.owner = line.text, line.owner
        measure.due_on, measure.order = line.due_on, order
        demand_valid(measure)
        measure.save()
        kept.add(measure.pk)
    work_plan.measures.exclude(pk__in=kept).delete()
    record(
        "responsibilities.work_plan.measures_set",
        work_plan,
        actor=actor,
        label="填写措施",
        after={"measures": len(lines)},
    )
    return work_plan


@transaction.atomic
def set_weights(
    work_plan: WorkPlan, *, actor: Actor, weights: Mapping[int, Decimal | None]
) -> WorkPlan:
    """Choose the indicators of the category by giving them weight; empty leaves one out."""
    _demand(actor)
    work_plan = _locked_draft(work_plan)
    offered = {
        line.indicator_id: line.indicator
        for line in PlanIndicator.objects.filter(plan=work_plan.plan).select_related("indicator")
    }
    errors: dict[str, str] = {}
    for key, weight in weights.items():
        if key not in offered:
            raise DomainError("年度方案中没有这个指标，请刷新页面后再填写。")
        if weight is None:
            continue
        if not 0 <= weight <= FULL_WEIGHT or weight % Decimal("0.01"):
            errors[f"weight_{key}"] = "请填 0 到 100 之间的数，最多两位小数。"
        elif weight and offered[key].mode != Mode.SCORED:
            errors[f"weight_{key}"] = (
                f"“{offered[key].get_mode_display()}”的指标不得设置权重，请清空。"
            )
    if errors:
        raise FieldErrors(errors)
    before = {row.indicator.name: row.weight for row in work_plan.weights.all()}
    work_plan.weights.all().delete()
    rows = [
        WorkPlanIndicator(work_plan=work_plan, indicator=offered[key], weight=weight)
        for key, weight in weights.items()
        if weight
    ]
    WorkPlanIndicator.objects.bulk_create(rows)
    record(
        "responsibilities.work_plan.weighted",
        work_plan,
        actor=actor,
        label="设置分类权重",
        before=before,
        after={row.indicator.name: row.weight for row in rows},
    )
    return work_plan


@transaction.atomic
def submit_work_plan(work_plan: WorkPlan, *, actor: Actor, reason: str = "") -> WorkPlan:
    """Ask the leading group for approval; only a whole plan may be asked for."""
    _demand_whole(work_plan)
    return advance(work_plan, "submit", actor=actor, at=None, reason=reason)


def _demand_whole(work_plan: WorkPlan) -> None:
    if not work_plan.measures.exists():
        raise DomainError("方案还没有措施，请先填写“谁、做什么、何时完成”。")
    total = weight_total(work_plan)
    if total != FULL_WEIGHT:
        raise DomainError(f"指标权重合计为 {show(total)}，须等于 100，请先调整权重。")


@transaction.atomic
def return_work_plan(work_plan: WorkPlan, *, actor: Actor, reason: str = "") -> WorkPlan:
    """The leading group sends the plan back with a word."""
    return advance(work_plan, "send_back", actor=actor, at=None, reason=reason)


@transaction.atomic
def approve_work_plan(work_plan: WorkPlan, *, actor: Actor, reason: str = "") -> WorkPlan:
    """Approve; the version in force gives way, and what units did under it counts on."""
    _demand_whole(work_plan)
    earlier = WorkPlan.objects.filter(
        plan=work_plan.plan_id, category=work_plan.category_id, state=WorkPlanState.APPROVED
    ).first()
    if earlier is not None and work_plan.state == WorkPlanState.SUBMITTED:
        advance(earlier, "supersede", actor=actor, at=None)
    work_plan = advance(
        work_plan,
        "approve",
        actor=actor,
        at=None,
        reason=reason,
        changes={"approved_at": timezone.now(), "approved_by": actor.label},
    )
    _carry_ticks(work_plan)
    return work_plan


def _carry_ticks(work_plan: WorkPlan) -> None:
    measures = {measure.origin_id: measure for measure in work_plan.measures.exclude(origin=None)}
    ticks = MeasureTick.objects.filter(measure_id__in=[key for key in measures if key])
    MeasureTick.objects.bulk_create(
        MeasureTick(
            measure=measures[tick.measure_id],
            unit_id=tick.unit_id,
            done_on=tick.done_on,
            note=tick.note,
            by=tick.by,
        )
        for tick in ticks.order_by("pk")
    )


@transaction.atomic
def tick_measure(
    measure: WorkPlanMeasure, unit: Unit, *, actor: Actor, done_on: date, note: str
) -> MeasureTick:
    """A unit says that a measure is done, when and how; saying it again corrects it."""
    if not actor.may(TICK_MEASURE, at=unit):
        raise NotPermitted("只能登记本单位的措施进展，请切换职务。")
    work_plan = measure.work_plan
    if work_plan.state != WorkPlanState.APPROVED:
        raise StateConflict(f"“{work_plan}”{work_plan.get_state_display()}，不能登记进展。")
    if categories_of([unit.pk]).get(unit.pk) != work_plan.category_id:
        raise DomainError("这项措施属于其他类别的方案，不用登记。")
    if done_on > today():
        raise FieldErrors({"done_on": "完成日期不能晚于今天；还没完成的先不登记。"})
    if not note.strip():
        raise FieldErrors({"note": "请用一句话写明完成情况。"})
    tick, _ = MeasureTick.objects.select_for_update(of=("self",)).get_or_create(
        measure=measure, unit=unit, defaults={"done_on": done_on, "note": note.strip()[:300]}
    )
    tick.done_on, tick.note, tick.by = done_on, note.strip(), actor.label
    demand_valid(tick)
    tick.save()
    record(
        "responsibilities.measure.ticked",
        tick,
        actor=actor,
        label="登记措施完成",
        after={"measure": measure.text, "done_on": done_on},
    )
    return tick
