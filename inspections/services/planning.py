"""The yearly plan and what is approved outside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from inspections.authority import ARRANGE_VISIT, PLAN_INSPECTION
from inspections.enums import PlanState
from inspections.models import InspectionException, InspectionPlan, PlanLine, PlanLineUnit
from inspections.services.telling import LEADERS, ORGANIZERS, posts_at, tell
from orgs.models import Unit
from orgs.queries import root_unit
from orgs.services import demand_valid


def _demand_planner(actor: Actor, unit: Unit) -> None:
    if not actor.may(PLAN_INSPECTION, at=unit):
        raise NotPermitted(f"“{unit.name}”的督查计划由该单位的办公室拟订，请切换职务。")


@transaction.atomic
def draw_up_plan(unit: Unit, *, actor: Actor, values: Mapping[str, Any]) -> InspectionPlan:
    """Begin the plan of a year; each body has one."""
    _demand_planner(actor, unit)
    plan = InspectionPlan(unit=unit, **values)
    demand_valid(plan)
    plan.save()
    record("inspections.plan.drawn_up", plan, actor=actor, label="拟订督查计划")
    return plan


def _lock_draft(plan: InspectionPlan, actor: Actor) -> InspectionPlan:
    held = (
        InspectionPlan.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=plan.pk)
    )
    _demand_planner(actor, held.unit)
    if held.state != PlanState.DRAFT:
        raise StateConflict(
            f"督查计划{held.get_state_display()}，不能再改；确需增加的，请申请计划外督查。"
        )
    return held


@transaction.atomic
def edit_plan(plan: InspectionPlan, *, actor: Actor, values: Mapping[str, Any]) -> InspectionPlan:
    plan = _lock_draft(plan, actor)
    for name, value in values.items():
        setattr(plan, name, value)
    demand_valid(plan)
    plan.save()
    record("inspections.plan.edited", plan, actor=actor, label="修改督查计划")
    return plan


@transaction.atomic
def put_line(
    plan: InspectionPlan,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    units: Iterable[Unit],
    line: PlanLine | None = None,
) -> PlanLine:
    """Write an item of the plan, a new one or an existing one."""
    plan = _lock_draft(plan, actor)
    wanted = {unit.pk: unit for unit in units}
    if not wanted:
        raise FieldErrors({"units": "请至少选择一个被查单位。"})
    for unit in wanted.values():
        if not actor.may(ARRANGE_VISIT, at=unit):
            raise FieldErrors({"units": f"“{unit.name}”不是本单位可以督查的单位，请重新选择。"})
    line = line or PlanLine(plan=plan)
    for name, value in values.items():
        setattr(line, name, value)
    if (line.starts_on.year, line.ends_on.year) != (plan.year, plan.year):
        raise FieldErrors({"starts_on": f"这是{plan.year}年的计划，日期要在{plan.year}年内。"})
    demand_valid(line)
    line.save()
    line.units.exclude(unit_id__in=wanted).delete()
    known = set(line.units.values_list("unit_id", flat=True))
    PlanLineUnit.objects.bulk_create(
        PlanLineUnit(line=line, unit=unit) for pk, unit in wanted.items() if pk not in known
    )
    record("inspections.plan.line_put", plan, actor=actor, label=f"计划事项：{line.topic}"[:60])
    return line


@transaction.atomic
def drop_line(line: PlanLine, *, actor: Actor) -> InspectionPlan:
    plan = _lock_draft(line.plan, actor)
    topic = line.topic
    line.delete()
    record("inspections.plan.line_dropped", plan, actor=actor, label=f"删除事项：{topic}"[:60])
    return plan


@transaction.atomic
def submit_plan(plan: InspectionPlan, *, actor: Actor, reason: str = "") -> InspectionPlan:
    plan = advance(
        plan,
        "submit",
        actor=actor,
        at=plan.unit,
        reason=reason,
        changes={"submitted_by_user": actor.user_id},
    )
    _tell_leaders(plan, f"请批准{plan.title}", f"plan-{timezone.now():%m%d%H%M%S}")
    return plan


def _tell_leaders(subject: Any, title: str, stage: str) -> None:
    root = root_unit()
    if root is not None:
        tell(subject, posts_at([root.pk], LEADERS), rule="to_approve", stage=stage, title=title)


@transaction.atomic
def approve_plan(
    plan: InspectionPlan, *, actor: Actor, number: str = "", reason: str = ""
) -> InspectionPlan:
    """Approve the plan with the number it is filed under (R5)."""
    if not number.strip():
        raise FieldErrors({"number": "请填写批准或备案文号，每次督查都要引用它。"})
    plan = advance(
        plan,
        "approve",
        actor=actor,
        at=plan.unit,
        reason=reason,
        changes={
            "approval_number": number.strip()[:60],
            "approved_at": timezone.now(),
            "approved_by": actor.label[:200],
        },
    )
    tell(
        plan,
        posts_at([plan.unit_id], ORGANIZERS),
        rule="plan_approved",
        stage="approved",
        title=f"{plan.title}已批准，可以安排督查",
    )
    return plan


@transaction.atomic
def return_plan(plan: InspectionPlan, *, actor: Actor, reason: str) -> InspectionPlan:
    plan = advance(plan, "return", actor=actor, at=plan.unit, reason=reason)
    tell(
        plan,
        posts_at([plan.unit_id], ORGANIZERS),
        rule="plan_returned",
        stage=f"{timezone.now():%m%d%H%M%S}",
        title=f"{plan.title}退回修改",
        body=reason,
    )
    return plan


@transaction.atomic
def ask_exception(
    organizer: Unit, *, actor: Actor, unit: Unit, values: Mapping[str, Any]
) -> InspectionException:
    """Ask for a visit outside the plan (一事一报)."""
    _demand_planner(actor, organizer)
    if not actor.may(ARRANGE_VISIT, at=unit):
        raise FieldErrors({"unit": f"“{unit.name}”不是本单位可以督查的单位，请重新选择。"})
    asked = InspectionException(
        organizer=organizer,
        unit=unit,
        asked_by=actor.label[:200],
        asked_by_user=actor.user_id,
        **values,
    )
    demand_valid(asked)
    asked.save()
    record("inspections.exception.asked", asked, actor=actor, label="申请计划外督查")
    _tell_leaders(asked, f"请审批计划外督查：{unit.name}，{asked.topic}", "asked")
    return asked


@transaction.atomic
def decide_exception(
    asked: InspectionException, *, actor: Actor, approved: bool, number: str, opinion: str
) -> InspectionException:
    if approved and not number.strip():
        raise FieldErrors({"number": "请填写批准文号，这次督查要引用它。"})
    asked = advance(
        asked,
        "approve" if approved else "refuse",
        actor=actor,
        at=asked.unit,
        reason=opinion,
        changes={
            "approval_number": number.strip()[:60] if approved else "",
            "opinion": opinion.strip()[:500],
            "decided_by": actor.label[:200],
            "decided_at": timezone.now(),
        },
    )
    tell(
        asked,
        posts_at([asked.organizer_id], ORGANIZERS),
        rule="exception_decided",
        stage="decided",
        title=f"计划外督查{asked.get_state_display()}：{asked.unit.name}，{asked.topic}",
        body=opinion,
    )
    return asked
