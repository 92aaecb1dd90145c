"""Plans, visits and findings for tests, brought to their states by the services."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from gongjian.commons.questionnaires.scoring import Given
from gongjian.foundation.kernel.dates import today
from inspections.models import Finding, Instructor, InstructorAssignment, PlanLine, Visit
from inspections.services.inspecting import (
    Bundle,
    confirm_visit,
    save_bundle,
    sign_visit,
    start_visit,
)
from inspections.services.instructing import appoint_instructor, send_instructor
from inspections.services.planning import approve_plan, draw_up_plan, put_line, submit_plan
from inspections.services.rectifying import issue_notice
from inspections.services.visiting import Ground, arrange_visit, name_member
from orgs.models import Post, Unit
from orgs.queries import actor_of
from tests.factories.orgs import seat
from tests.factories.questionnaires import SCALE, YES_NO, checklist

CHECKLIST = ({**YES_NO, "finding_on": ["no"]}, SCALE)


def plan_line(cast, *units: Unit, topic="党工共建综合督查", version=None, limit=2) -> PlanLine:
    """An item of an approved plan of the city for the whole year."""
    year = today().year
    plan = draw_up_plan(
        cast.city,
        actor=cast.office,
        values={"year": year, "title": f"{year}年督查计划", "visit_limit": limit},
    )
    line = put_line(
        plan,
        actor=cast.office,
        units=units or (cast.hongqi,),
        values={
            "topic": topic,
            "starts_on": date(year, 1, 1),
            "ends_on": date(year, 12, 31),
            "version": version,
        },
    )
    submit_plan(plan, actor=cast.office)
    approve_plan(plan, actor=cast.leader, number="示督备〔2026〕1号")
    line.plan.refresh_from_db()
    return line


def inspector(cast):
    """A second pair of eyes: 督查员 of the city."""
    found = Post.objects.filter(role="inspector").first()
    if found is not None:
        return actor_of(found.appointments.first(), cast.tenant)
    return actor_of(seat(cast.tenant, cast.city, "inspector", "督查员", "冯晓"), cast.tenant)


def arranged(cast, *, line=None, unit=None, version=None, team=True, **values) -> Visit:
    unit = unit or cast.hongqi
    line = line or plan_line(cast, unit)
    visit = arrange_visit(
        unit,
        actor=cast.office,
        organizer=cast.city,
        ground=Ground([line]),
        values={
            "title": line.topic,
            "starts_on": today(),
            "ends_on": today(),
            "version": version
            or checklist(cast, *CHECKLIST, title=f"检查表{uuid.uuid4().hex[:6]}"),
            **values,
        },
    )
    if team:
        second = Post.objects.get(pk=inspector(cast).post_id)
        office = Post.objects.get(pk=cast.office.post_id)
        name_member(visit, actor=cast.office, post=office, is_leader=True)
        name_member(visit, actor=cast.office, post=second)
    return visit


def under_way(cast, **values) -> Visit:
    return start_visit(arranged(cast, **values), actor=cast.office)


def finding_item(question: int | None = None, **values) -> dict:
    return {
        "key": str(uuid.uuid4()),
        "question": question,
        "category": "organization",
        "severity": "general",
        "text": "没有按期换届",
        "basis": "《中国工会章程》",
        "demand": "两个月内完成换届",
        **values,
    }


def filled(cast, *, findings=None, says=None, **values) -> Visit:
    """Under way with a whole checklist and one finding."""
    visit = under_way(cast, **values)
    first, *others = [item.pk for item in visit.version.questions.all()]
    answers = {
        first: Given(says or ("no" if findings is None else "yes")),
        **{pk: Given("3") for pk in others},
    }
    items = [finding_item(first)] if findings is None else findings
    save_bundle(visit, actor=cast.office, bundle=Bundle(answers=answers, findings=items))
    visit.refresh_from_db()
    return visit


def confirmed(cast, *, by=None, **values) -> Visit:
    visit = sign_visit(filled(cast, **values), actor=cast.office)
    return confirm_visit(visit, actor=by or cast.secretary, opinion="情况属实。")


def notified(cast, **values) -> Finding:
    visit = confirmed(cast, **values)
    issue_notice(
        visit,
        actor=cast.office,
        findings=visit.findings.all(),
        due_on=today() + timedelta(days=20),
    )
    return visit.findings.select_related("follow_up", "unit", "visit").get()


def instructor(cast, unit: Unit | None = None) -> Instructor:
    return appoint_instructor(
        unit or cast.qinghe,
        actor=cast.office,
        values={
            "name": "卫国强",
            "duty": "县总工会组织部",
            "starts_on": today() - timedelta(days=100),
            "ends_on": today() + timedelta(days=265),
        },
    )


def assignment(cast, unit: Unit | None = None) -> InstructorAssignment:
    return send_instructor(
        instructor(cast),
        actor=cast.office,
        unit=unit or cast.xinghuo,
        starts_on=today() - timedelta(days=90),
    )
