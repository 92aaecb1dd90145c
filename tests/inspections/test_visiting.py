"""The ground of a visit (R5), its team and recusal, the limit, merging, moving."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from inspections.enums import PlanState, VisitState
from inspections.models import Visit
from inspections.queries.calendar import clashes, without_visit
from inspections.services.inspecting import start_visit
from inspections.services.planning import (
    approve_plan,
    ask_exception,
    decide_exception,
    draw_up_plan,
    put_line,
    return_plan,
    submit_plan,
)
from inspections.services.visiting import (
    Ground,
    arrange_visit,
    cancel_visit,
    counted_in_year,
    drop_member,
    merge_into,
    move_visit,
    name_member,
    recuse,
)
from orgs.models import Post
from orgs.services import appoint, create_post
from tests.factories.inspections import CHECKLIST, arranged, inspector, plan_line
from tests.factories.questionnaires import checklist


def visit_values(cast, **values):
    return {
        "title": "专项督查",
        "starts_on": today(),
        "ends_on": today(),
        "version": checklist(cast, *CHECKLIST, title=values.pop("named", "检查表")),
        **values,
    }


def arrange(cast, ground, unit=None, actor=None, **values):
    return arrange_visit(
        unit or cast.hongqi,
        actor=actor or cast.office,
        organizer=cast.city,
        ground=ground,
        values=visit_values(cast, **values),
    )


def exception(cast, *, approved=True):
    span = {"starts_on": today(), "ends_on": today() + timedelta(days=10)}
    asked = ask_exception(
        cast.city,
        actor=cast.office,
        unit=cast.hongqi,
        values={"topic": "信访反映核查", "reason": "职工来信反映", **span},
    )
    if approved:
        decide_exception(asked, actor=cast.leader, approved=True, number="示督批1号", opinion="")
        asked.refresh_from_db()
    return asked


def test_no_visit_without_a_ground(cast):
    with pytest.raises(FieldErrors) as refused:
        arrange(cast, Ground())
    assert "lines" in refused.value.errors


def test_a_plan_has_to_be_approved_by_somebody_else(cast):
    year = today().year
    plan = draw_up_plan(cast.city, actor=cast.office, values={"year": year, "title": "计划"})
    with pytest.raises(DomainError, match="还没有督查事项"):
        submit_plan(plan, actor=cast.office)
    values = {
        "topic": "督查",
        "starts_on": date(year, 1, 1),
        "ends_on": date(year, 12, 31),
    }
    with pytest.raises(FieldErrors):
        put_line(
            plan,
            actor=cast.office,
            units=[cast.hongqi],
            values={**values, "ends_on": date(year + 1, 1, 1)},
        )
    line = put_line(plan, actor=cast.office, units=[cast.hongqi], values=values)
    submit_plan(plan, actor=cast.office)
    with pytest.raises(FieldErrors, match="更正"):
        arrange(cast, Ground([line]))
    with pytest.raises(NotPermitted):
        approve_plan(plan, actor=cast.office, number="1号")
    with pytest.raises(FieldErrors):
        approve_plan(plan, actor=cast.leader, number=" ")
    assert return_plan(plan, actor=cast.leader, reason="单位太多").state == PlanState.DRAFT
    submit_plan(plan, actor=cast.office)
    assert approve_plan(plan, actor=cast.leader, number="1号").state == PlanState.APPROVED
    with pytest.raises(StateConflict, match="计划外"):
        put_line(plan, actor=cast.office, units=[cast.xinghuo], values=values)


def test_the_item_must_name_the_unit_and_cover_the_day(cast):
    line = plan_line(cast, cast.xinghuo)
    with pytest.raises(FieldErrors) as refused:
        arrange(cast, Ground([line]))
    assert "没有列入" in refused.value.errors["lines"][0]
    asked = exception(cast)
    late = today() + timedelta(days=20)
    with pytest.raises(FieldErrors) as refused:
        arrange(cast, Ground(exception=asked), named="二", starts_on=late, ends_on=late)
    assert "请改在期内" in refused.value.errors["starts_on"][0]


def test_an_exception_serves_once(cast):
    with pytest.raises(FieldErrors):
        arrange(cast, Ground(exception=exception(cast, approved=False)))
    asked = exception(cast)
    visit = arrange(cast, Ground(exception=asked), named="二")
    with pytest.raises(FieldErrors) as refused:
        arrange(cast, Ground(exception=asked), named="三")
    assert "一事一报" in refused.value.errors["exception"][0]
    cancel_visit(visit, actor=cast.office, reason="来信人撤回")
    assert arrange(cast, Ground(exception=asked), named="四").state == VisitState.PLANNED


def test_a_county_inspects_its_own_children_only(cast):
    line = plan_line(cast, cast.hongqi)
    with pytest.raises(NotPermitted):
        arrange(cast, Ground([line]), actor=cast.county)
    with pytest.raises(NotPermitted):
        arrange(cast, Ground([line]), named="二", actor=cast.secretary)


def test_above_the_limit_a_reason_is_asked_for(cast):
    line = plan_line(cast, cast.hongqi, limit=1)
    arranged(cast, line=line, team=False)
    assert counted_in_year(cast.hongqi.pk, today().year) == 1
    with pytest.raises(FieldErrors) as refused:
        arrange(cast, Ground([line]))
    assert "上限1次" in refused.value.errors["over_limit_reason"][0]
    visit = arrange(cast, Ground([line]), named="二", over_limit_reason="发生群体性事件")
    cancel_visit(visit, actor=cast.office, reason="已平息")
    assert counted_in_year(cast.hongqi.pk, today().year) == 1


def test_nobody_is_sent_where_he_serves(cast):
    visit = arranged(cast, unit=cast.dongfeng, line=plan_line(cast, cast.dongfeng), team=False)
    inspects = inspector(cast)
    village = create_post(cast.hongqi, actor=cast.administrator, title="第一书记", role="secretary")
    from orgs.models import User

    appoint(village, actor=cast.administrator, user=User.objects.get(pk=inspects.user_id))
    with pytest.raises(FieldErrors) as refused:
        name_member(visit, actor=cast.office, post=Post.objects.get(pk=inspects.post_id))
    assert "红旗村" in refused.value.errors["post"][0]
    leader = Post.objects.get(pk=cast.leader.post_id)
    name_member(visit, actor=cast.office, post=leader, is_leader=True)
    with pytest.raises(FieldErrors):
        name_member(visit, actor=cast.office, post=leader)
    with pytest.raises(FieldErrors):
        name_member(
            visit,
            actor=cast.office,
            post=Post.objects.get(pk=cast.office.post_id),
            is_leader=True,
        )


def test_a_team_of_two_with_a_head_starts_on_the_day(cast):
    visit = arranged(cast, team=False)
    office = Post.objects.get(pk=cast.office.post_id)
    member = name_member(visit, actor=cast.office, post=office, is_leader=True)
    with pytest.raises(DomainError, match="至少要有两人"):
        start_visit(visit, actor=cast.office)
    second = inspector(cast)
    name_member(visit, actor=cast.office, post=Post.objects.get(pk=second.post_id))
    with pytest.raises(DomainError, match="不是这次督查的成员"):
        start_visit(visit, actor=cast.leader)
    recuse(visit, actor=second, reason="配偶在该村任职")
    with pytest.raises(DomainError, match="至少要有两人"):
        start_visit(visit, actor=cast.office)
    drop_member(member, actor=cast.office)
    with pytest.raises(NotPermitted):
        recuse(visit, actor=cast.office, reason="不在组里")


def test_a_visit_does_not_start_before_its_day(cast):
    visit = arranged(cast)
    later = today() + timedelta(days=3)
    if later.year != today().year:
        pytest.skip("the plan ends with the year")
    visit = move_visit(visit, actor=cast.office, starts_on=later, ends_on=later)
    with pytest.raises(DomainError, match="还没到督查日期"):
        start_visit(visit, actor=cast.office)
    with pytest.raises(FieldErrors):
        move_visit(
            visit,
            actor=cast.office,
            starts_on=today() - timedelta(days=1),
            ends_on=today(),
        )


def test_one_visit_carries_out_two_items(cast):
    line = plan_line(cast, cast.hongqi)
    other = plan_line_of_county(cast)
    visit = arranged(cast, line=line, team=False)
    merge_into(visit, actor=cast.office, lines=[other])
    assert visit.lines.count() == 2
    assert counted_in_year(cast.hongqi.pk, today().year) == 1
    assert without_visit(today().year) == []
    with pytest.raises(FieldErrors):
        merge_into(visit, actor=cast.office, lines=[other])
    start_visit(with_team(cast, visit), actor=cast.office)
    with pytest.raises(StateConflict):
        merge_into(visit, actor=cast.office, lines=[other])


def plan_line_of_county(cast):
    """An item of the township's own plan for the same village."""
    year = today().year
    plan = draw_up_plan(
        cast.dongfeng, actor=cast.township, values={"year": year, "title": "东风镇督查计划"}
    )
    line = put_line(
        plan,
        actor=cast.township,
        units=[cast.hongqi],
        values={
            "topic": "会员实名制专项检查",
            "starts_on": date(year, 1, 1),
            "ends_on": date(year, 12, 31),
        },
    )
    submit_plan(plan, actor=cast.township)
    approve_plan(plan, actor=cast.leader, number="示督备2号")
    line.plan.refresh_from_db()
    return line


def with_team(cast, visit: Visit) -> Visit:
    for number, actor in enumerate((cast.office, inspector(cast))):
        post = Post.objects.get(pk=actor.post_id)
        name_member(visit, actor=cast.office, post=post, is_leader=number == 0)
    return visit


def test_two_visits_within_a_fortnight_are_offered_for_merging(cast):
    line = plan_line(cast, cast.hongqi, limit=5)
    arranged(cast, line=line, team=False)
    year = today().year
    assert clashes([cast.hongqi], date(year, 1, 1), date(year, 12, 31)) == []
    arrange(cast, Ground([line]))
    (clash,) = clashes([cast.hongqi], date(year, 1, 1), date(year, 12, 31))
    assert (clash.unit, len(clash.visits)) == (cast.hongqi, 2)
