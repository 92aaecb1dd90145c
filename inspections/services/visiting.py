"""Arranging visits: their ground, their team, their place in the calendar of a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from gongjian.commons.questionnaires.enums import Purpose, VersionState
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from inspections.authority import ARRANGE_VISIT
from inspections.enums import ExceptionState, Method, PlanState, VisitState
from inspections.models import InspectionException, PlanLine, Visit, VisitLine, VisitMember
from inspections.queries.calendar import limit_of
from inspections.queries.visits import is_unannounced
from inspections.services.numbers import next_number
from inspections.services.telling import SPEAKERS, posts_at, tell
from orgs.models import Appointment, Post, Unit
from orgs.queries import current_appointments
from orgs.services import demand_valid
from orgs.visit_shelf import visits_between


@dataclass(frozen=True, slots=True)
class Ground:
    """Why the visit may take place (R5): items of approved plans, or an approved exception."""

    lines: Sequence[PlanLine] = ()
    exception: InspectionException | None = None


@transaction.atomic
def arrange_visit(
    unit: Unit, *, actor: Actor, organizer: Unit, ground: Ground, values: Mapping[str, Any]
) -> Visit:
    """Put a visit into the calendar. Two or more items make it a merged visit."""
    _demand_arranger(actor, unit)
    if not unit.is_open:
        raise FieldErrors({"unit": f"“{unit.name}”已撤销，请选择接续的单位。"})
    _demand_ground(unit, ground)
    year, serial = next_number(Visit)
    visit = Visit(
        unit=unit,
        organizer=organizer,
        exception=ground.exception,
        year=year,
        serial=serial,
        **values,
    )
    _demand_checklist(visit)
    _demand_days(visit, ground)
    demand_valid(visit)
    _demand_limit(visit)
    visit.save()
    VisitLine.objects.bulk_create(VisitLine(visit=visit, line=line) for line in ground.lines)
    record("inspections.visit.arranged", visit, actor=actor, label="安排督查")
    if any(line.method == Method.UNANNOUNCED for line in ground.lines):
        return visit  # 四不两直: the unit learns of it when the team is there
    tell(
        visit,
        posts_at([unit.pk], SPEAKERS),
        rule="visit_arranged",
        stage="arranged",
        title=f"{long_date(visit.starts_on)}到你单位督查：{visit.title}",
        body="可先看检查表，自查准备。",
    )
    return visit


def _demand_arranger(actor: Actor, unit: Unit) -> None:
    if not actor.may(ARRANGE_VISIT, at=unit):
        raise NotPermitted(
            f"当前职务不能安排对“{unit.name}”的督查：办公室可以督查各单位，"
            "县区、乡镇只能督查直接下级。"
        )


def _demand_ground(unit: Unit, ground: Ground) -> None:
    if not ground.lines and ground.exception is None:
        raise FieldErrors(
            {"lines": "督查须列入已批准的年度计划；计划外的，请先申请批准，再选批准件。"}
        )
    for line in ground.lines:
        if line.plan.state != PlanState.APPROVED:
            raise FieldErrors(
                {"lines": f"“{line.plan}”{line.plan.get_state_display()}，批准后再安排。"}
            )
        if not line.units.filter(unit=unit).exists():
            raise FieldErrors({"lines": f"计划事项“{line.topic}”没有列入“{unit.name}”，请另选。"})
    asked = ground.exception
    if asked is not None:
        if asked.state != ExceptionState.APPROVED or asked.unit_id != unit.pk:
            raise FieldErrors({"exception": "这份计划外批准件不适用于这个单位，或还没有批准。"})
        if asked.visits.exclude(state=VisitState.CANCELLED).exists():
            raise FieldErrors({"exception": "这份批准件已经用过，一事一报，请另行申请。"})


def _demand_checklist(visit: Visit) -> None:
    version = visit.version
    if version.state != VersionState.PUBLISHED or (
        version.questionnaire.purpose != Purpose.INSPECTION
    ):
        raise FieldErrors({"version": "请选择启用的督查检查表。"})


def _demand_days(visit: Visit, ground: Ground) -> None:
    if visit.starts_on < today():
        raise FieldErrors({"starts_on": "督查日期已经过去，请填今天或以后的日期。"})
    spans = [(line.starts_on, line.ends_on, line.topic) for line in ground.lines]
    if ground.exception is not None:
        asked = ground.exception
        spans.append((asked.starts_on, asked.ends_on, asked.topic))
    for first, last, topic in spans:
        if not first <= visit.starts_on <= last:
            raise FieldErrors(
                {
                    "starts_on": f"“{topic}”批准的时间是{long_date(first)}到"
                    f"{long_date(last)}，请改在期内。"
                }
            )


def _demand_limit(visit: Visit) -> None:
    """Above the limit a reason is asked for; the unit and the leaders read it."""
    limit = limit_of(visit.organizer_id, visit.starts_on.year)
    held = counted_in_year(visit.unit_id, visit.starts_on.year)
    if held >= limit and not visit.over_limit_reason.strip():
        raise FieldErrors(
            {
                "over_limit_reason": f"“{visit.unit.name}”今年已安排{held}次督查检查，"
                f"上限{limit}次。请合并到已有的督查，或写明必须再去的理由。"
            }
        )


def counted_in_year(unit_id: int, year: int, *, seen_from: str = "") -> int:
    days = (date(year, 1, 1), date(year, 12, 31))
    return len(visits_between([unit_id], *days, counted_only=True, seen_from=seen_from)[unit_id])


@transaction.atomic
def merge_into(visit: Visit, *, actor: Actor, lines: Iterable[PlanLine]) -> Visit:
    """Let a planned visit carry out further items, instead of a second visit (合并督查)."""
    visit = lock_visit(visit)
    _demand_arranger(actor, visit.unit)
    _demand_planned(visit, "合并")
    added = [line for line in lines if not visit.lines.filter(line=line).exists()]
    if not added:
        raise FieldErrors({"lines": "请选择还没有并入这次督查的计划事项。"})
    if any(line.method == Method.UNANNOUNCED for line in added) and not is_unannounced(visit):
        raise FieldErrors(
            {"lines": "这次督查已经通知被查单位，四不两直的事项不能并入，请另行安排。"}
        )
    _demand_ground(visit.unit, Ground(added))
    _demand_days(visit, Ground(added))
    VisitLine.objects.bulk_create(VisitLine(visit=visit, line=line) for line in added)
    names = "、".join(line.topic for line in added)
    record("inspections.visit.merged", visit, actor=actor, label="合并督查", reason=names)
    return visit


def lock_visit(visit: Visit) -> Visit:
    return (
        Visit.objects.select_for_update(of=("self",))
        .select_related("unit", "organizer", "version__questionnaire")
        .get(pk=visit.pk)
    )


def _demand_planned(visit: Visit, act: str) -> None:
    if visit.state != VisitState.PLANNED:
        raise StateConflict(f"这次督查{visit.get_state_display()}，不能再{act}。")


@transaction.atomic
def name_member(visit: Visit, *, actor: Actor, post: Post, is_leader: bool = False) -> VisitMember:
    """Put a person into the team; nobody is sent where he or she serves (回避)."""
    visit = lock_visit(visit)
    _demand_arranger(actor, visit.unit)
    _demand_planned(visit, "调整督查组")
    term = current_appointments().filter(post=post).select_related("user").first()
    if term is None:
        raise FieldErrors({"post": "这个职务现在没有人任职，请另选。"})
    if own := _serves_at(term, visit.unit):
        raise FieldErrors(
            {"post": f"{term.user.person_name}在“{own}”任职，按规定回避，请另派人员。"}
        )
    if is_leader and visit.members.filter(is_leader=True).exists():
        raise FieldErrors({"is_leader": "督查组已有组长，请先移出原来的组长。"})
    member = VisitMember(
        visit=visit,
        post=post,
        user_id_held=term.user_id,
        name=term.user.person_name,
        is_leader=is_leader,
    )
    demand_valid(member)
    member.save()
    record("inspections.visit.member_named", visit, actor=actor, label=f"督查组成员：{member.name}")
    if post.unit_id != visit.unit_id:
        tell(
            visit,
            [post.pk],
            rule="member_named",
            stage=f"member-{member.pk}",
            title=f"请参加督查：{visit}",
            body=f"{long_date(visit.starts_on)}起，{'任组长。' if is_leader else '任成员。'}",
        )
    return member


def _serves_at(term: Appointment, unit: Unit) -> str:
    """Name of a unit at or below the visited one where the person holds any post."""
    serves = (
        current_appointments()
        .filter(user_id=term.user_id, post__unit__path__under=unit.path)
        .select_related("post__unit")
        .first()
    )
    return serves.post.unit.name if serves is not None else ""


@transaction.atomic
def drop_member(member: VisitMember, *, actor: Actor) -> Visit:
    visit = lock_visit(member.visit)
    _demand_arranger(actor, visit.unit)
    _demand_planned(visit, "调整督查组")
    name = member.name
    member.delete()
    record("inspections.visit.member_dropped", visit, actor=actor, label=f"移出督查组：{name}")
    return visit


@transaction.atomic
def recuse(visit: Visit, *, actor: Actor, reason: str) -> VisitMember:
    """A member declares an interest and stays away (本人申请回避)."""
    visit = lock_visit(visit)
    member = visit.members.filter(user_id_held=actor.user_id or 0, recused_reason="").first()
    if member is None:
        raise NotPermitted("您不在这次督查的督查组中。")
    if not reason.strip():
        raise FieldErrors({"reason": "请写明回避的理由，如“与该单位负责人是亲属”。"})
    if visit.state not in {VisitState.PLANNED, VisitState.UNDER_WAY}:
        raise StateConflict(f"这次督查{visit.get_state_display()}，不能再申请回避。")
    member.recused_reason = reason.strip()[:200]
    member.is_leader = False
    member.save(update_fields=["recused_reason", "is_leader"])
    record("inspections.visit.recused", visit, actor=actor, label="申请回避", reason=reason)
    return member


@transaction.atomic
def move_visit(visit: Visit, *, actor: Actor, starts_on: date, ends_on: date) -> Visit:
    """Another day, still within what was approved."""
    visit = lock_visit(visit)
    _demand_arranger(actor, visit.unit)
    _demand_planned(visit, "改期")
    before = {"starts_on": str(visit.starts_on), "ends_on": str(visit.ends_on)}
    visit.starts_on, visit.ends_on = starts_on, ends_on
    lines = [item.line for item in visit.lines.select_related("line__plan")]
    _demand_days(visit, Ground(lines, visit.exception))
    demand_valid(visit)
    visit.save(update_fields=["starts_on", "ends_on"])
    after = {"starts_on": str(starts_on), "ends_on": str(ends_on)}
    record("inspections.visit.moved", visit, actor=actor, label="改期", before=before, after=after)
    if is_unannounced(visit):
        return visit
    tell(
        visit,
        posts_at([visit.unit_id], SPEAKERS),
        rule="visit_moved",
        stage=f"{starts_on:%Y%m%d}",
        title=f"督查改在{long_date(starts_on)}：{visit.title}",
    )
    return visit


@transaction.atomic
def cancel_visit(visit: Visit, *, actor: Actor, reason: str) -> Visit:
    visit = advance(visit, "cancel", actor=actor, at=visit.unit, reason=reason)
    if is_unannounced(visit):
        return visit
    tell(
        visit,
        posts_at([visit.unit_id], SPEAKERS),
        rule="visit_cancelled",
        stage="cancelled",
        title=f"督查已取消：{visit.title}",
        body=reason,
    )
    return visit


@transaction.atomic
def close_visit(visit: Visit, *, actor: Actor, reason: str = "") -> Visit:
    if not visit.conclusion and visit.state == VisitState.CONFIRMED and not visit.findings.exists():
        raise DomainError("督查没有发现问题，也没有写督查意见，请补写意见后再办结。")
    return advance(visit, "close", actor=actor, at=visit.unit, reason=reason)
