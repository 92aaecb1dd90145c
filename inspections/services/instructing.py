"""工建指导员: appointing, sending, writing down walks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from inspections.authority import MANAGE_INSTRUCTORS, NOTE_INSTRUCTION
from inspections.models import Instructor, InstructorAssignment, InstructorVisit
from orgs.models import Unit
from orgs.services import demand_valid


def _demand_manager(actor: Actor, unit: Unit) -> None:
    if not actor.may(MANAGE_INSTRUCTORS, at=unit):
        raise NotPermitted(f"当前职务不能选派“{unit.name}”的工建指导员，请联系上级办公室。")


@transaction.atomic
def appoint_instructor(
    unit: Unit, *, actor: Actor, values: Mapping[str, Any], instructor: Instructor | None = None
) -> Instructor:
    """Put a person on the roster, or change what stands there."""
    _demand_manager(actor, unit)
    act = "edited" if instructor else "appointed"
    instructor = instructor or Instructor(unit=unit)
    for name, value in values.items():
        setattr(instructor, name, value)
    demand_valid(instructor)
    instructor.save()
    record(
        f"inspections.instructor.{act}",
        instructor,
        actor=actor,
        label="修改指导员" if act == "edited" else "聘任指导员",
    )
    return instructor


@transaction.atomic
def send_instructor(
    instructor: Instructor, *, actor: Actor, unit: Unit, starts_on: date
) -> InstructorAssignment:
    """Give a unit into an instructor's care; a unit has one at a time."""
    _demand_manager(actor, unit)
    instructor = Instructor.objects.select_for_update(of=("self",)).get(pk=instructor.pk)
    if not instructor.starts_on <= starts_on <= instructor.ends_on:
        raise FieldErrors({"starts_on": "日期不在指导员的聘期内，请更正或续聘。"})
    if not unit.is_open:
        raise FieldErrors({"unit": f"“{unit.name}”已撤销，请另选单位。"})
    assignment = InstructorAssignment(instructor=instructor, unit=unit, starts_on=starts_on)
    demand_valid(assignment)
    assignment.save()
    record("inspections.instructor.sent", instructor, actor=actor, label=f"联系{unit.name}"[:60])
    return assignment


@transaction.atomic
def end_assignment(
    assignment: InstructorAssignment, *, actor: Actor, reason: str
) -> InstructorAssignment:
    _demand_manager(actor, assignment.unit)
    held = (
        InstructorAssignment.objects.select_for_update(of=("self",))
        .select_related("unit", "instructor")
        .get(pk=assignment.pk)
    )
    if held.ends_on is not None:
        raise StateConflict("这项联系已经结束，请刷新后查看。")
    if not reason.strip():
        raise FieldErrors({"reason": "请写明原因，如“工会已建立”或“指导员调离”。"})
    held.ends_on, held.end_reason = today(), reason.strip()[:200]
    held.save(update_fields=["ends_on", "end_reason"])
    record(
        "inspections.instructor.assignment_ended",
        held.instructor,
        actor=actor,
        label=f"结束联系{held.unit.name}"[:60],
        reason=reason,
    )
    return held


@transaction.atomic
def note_walk(
    assignment: InstructorAssignment, *, actor: Actor, values: Mapping[str, Any]
) -> InstructorVisit:
    """Write a walk down. The instructor himself, or an office that manages the unit."""
    own = (
        actor.may(NOTE_INSTRUCTION)
        and actor.user_id is not None
        and assignment.instructor.account_id == actor.user_id
    )
    if not own and not actor.may(MANAGE_INSTRUCTORS, at=assignment.unit):
        raise NotPermitted("走访记录由指导员本人或选派他的办公室填写。")
    walk = InstructorVisit(
        assignment=assignment, unit=assignment.unit, author=actor.label[:200], **values
    )
    if walk.visited_on > today():
        raise FieldErrors({"visited_on": "走访日期还没到，请在走访以后填写。"})
    last = assignment.ends_on or today()
    if not assignment.starts_on <= walk.visited_on <= last:
        raise FieldErrors({"visited_on": "走访日期不在联系这个单位的时间内，请更正。"})
    demand_valid(walk)
    walk.save()
    record(
        "inspections.instructor.walk_noted",
        assignment.instructor,
        actor=actor,
        label=f"走访{assignment.unit.name}"[:60],
    )
    return walk
