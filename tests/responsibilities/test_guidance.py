"""Work plans by category, the plan of a unit, development plans, weights for the assessment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.web.shelves import todos_of
from orgs.guidance_services import place_units
from responsibilities.enums import DevelopmentState, WorkPlanState
from responsibilities.handover_contributions import (
    measures_and_plans,
    open_remarks,
    open_returns,
    proposals,
    returns_to_review,
)
from responsibilities.models import DevelopmentPlan, MeasureTick, PlanIndicator, WorkPlan
from responsibilities.queries.guidance import program_of, weights_of
from responsibilities.queries.planning import current_plan
from responsibilities.services.development import (
    approve_development,
    finish_measure,
    return_development,
    revise_development,
    save_development,
    set_development_measures,
    submit_development,
)
from responsibilities.services.guidance import (
    MeasureLine,
    approve_work_plan,
    create_work_plan,
    edit_work_plan,
    return_work_plan,
    revise_work_plan,
    set_measures,
    set_weights,
    submit_work_plan,
    tick_measure,
)
from responsibilities.services.targets import propose_value
from tests.factories.guidance import (
    make_category,
    make_development,
    make_placed,
    make_work_plan,
    make_work_plan_in_force,
    term_of,
)
from tests.factories.planning import (
    issue_down_to_the_village,
    make_approved_plan,
    make_indicator,
    target_of,
)
from tests.factories.returns import open_quarter

YEAR = today().year
HX = {"HX-Request": "true"}


@pytest.fixture
def plan(cast):
    return make_approved_plan(cast, year=YEAR, codes=("Z203", "Z204"))


@pytest.fixture
def category(cast):
    return make_placed(cast, cast.hongqi)


# --- drawing up --------------------


def test_weights_must_sum_to_a_hundred_before_the_leader_is_asked(cast, plan, category):
    work_plan = make_work_plan(cast, plan, category, weights=(60, 30))
    with pytest.raises(DomainError, match="合计为 90，须等于 100"):
        submit_work_plan(work_plan, actor=cast.office)
    keys = list(work_plan.weights.values_list("indicator_id", flat=True))
    set_weights(
        work_plan, actor=cast.office, weights={keys[0]: Decimal("59.5"), keys[1]: Decimal("40.5")}
    )
    assert submit_work_plan(work_plan, actor=cast.office).state == WorkPlanState.SUBMITTED


def test_a_plan_without_measures_is_not_submitted(cast, plan, category):
    work_plan = make_work_plan(cast, plan, category)
    set_measures(work_plan, actor=cast.office, lines=[])
    with pytest.raises(DomainError, match="还没有措施"):
        submit_work_plan(work_plan, actor=cast.office)


def test_a_restricted_indicator_and_a_stranger_carry_no_weight(cast, plan, category):
    work_plan = make_work_plan(cast, plan, category)
    restricted = make_indicator("X77", mode="restricted")
    with pytest.raises(DomainError, match="没有这个指标"):
        set_weights(work_plan, actor=cast.office, weights={restricted.pk: Decimal(10)})
    PlanIndicator.objects.create(plan=plan, indicator=restricted, order=9)
    for value in (Decimal(10), Decimal(101), Decimal("1.005")):
        with pytest.raises(FieldErrors) as refused:
            set_weights(work_plan, actor=cast.office, weights={restricted.pk: value})
        assert f"weight_{restricted.pk}" in refused.value.errors


def test_a_measure_lies_within_the_year(cast, plan, category):
    work_plan = make_work_plan(cast, plan, category)
    line = MeasureLine("走访", "书记", date(YEAR + 1, 1, 5))
    with pytest.raises(DomainError, match=f"不在{YEAR}年内"):
        set_measures(work_plan, actor=cast.office, lines=[line])


def test_lines_keep_their_identity_and_those_left_out_go(cast, plan, category):
    work_plan = make_work_plan(cast, plan, category)
    first = work_plan.measures.get()
    day = date(YEAR, 6, 1)
    lines = [MeasureLine("培训", "主席", day), MeasureLine("走访企业", "书记", day, first.pk)]
    set_measures(work_plan, actor=cast.office, lines=lines)
    assert list(work_plan.measures.values_list("text", "order")) == [("培训", 1), ("走访企业", 2)]
    assert work_plan.measures.get(order=2).pk == first.pk
    set_measures(work_plan, actor=cast.office, lines=lines[:1])
    assert work_plan.measures.count() == 1


def test_one_plan_in_hand_for_a_category(cast, plan, category):
    make_work_plan(cast, plan, category)
    with pytest.raises(FieldErrors):
        create_work_plan(plan, category, actor=cast.office, goals="再来一份")


@pytest.mark.parametrize("who", ["leader", "county", "secretary", "viewer"])
def test_only_the_office_draws_up_and_only_the_leader_approves(cast, plan, category, who):
    actor = getattr(cast, who)
    work_plan = make_work_plan(cast, plan, category)
    with pytest.raises(NotPermitted):
        create_work_plan(plan, make_category(cast, "乙"), actor=actor, goals="目标")
    with pytest.raises(NotPermitted):
        set_weights(work_plan, actor=actor, weights={})
    with pytest.raises(NotPermitted):
        set_measures(work_plan, actor=actor, lines=[])
    with pytest.raises(NotPermitted):
        submit_work_plan(work_plan, actor=actor)
    submitted = submit_work_plan(work_plan, actor=cast.office)
    if who != "leader":
        with pytest.raises(NotPermitted):
            approve_work_plan(submitted, actor=actor)


def test_what_is_submitted_or_approved_is_not_edited(cast, plan, category):
    work_plan = submit_work_plan(make_work_plan(cast, plan, category), actor=cast.office)
    values = {"goals": "改", "approach": ""}
    with pytest.raises(StateConflict):
        edit_work_plan(work_plan, actor=cast.office, values=values)
    with pytest.raises(DomainError, match="理由"):
        return_work_plan(work_plan, actor=cast.leader)
    back = return_work_plan(work_plan, actor=cast.leader, reason="措施不够具体")
    assert edit_work_plan(back, actor=cast.office, values=values).goals == "改"
    with pytest.raises(StateConflict):
        revise_work_plan(back, actor=cast.office)


def test_the_next_version_takes_over_and_keeps_what_units_did(cast, plan, category):
    first = make_work_plan_in_force(cast, plan, category)
    tick_measure(
        first.measures.get(), cast.hongqi, actor=cast.secretary, done_on=today(), note="已走访。"
    )
    second = revise_work_plan(first, actor=cast.office)
    assert second.version == 2
    assert program_of(cast.hongqi, plan).work_plan == first
    approve_work_plan(submit_work_plan(second, actor=cast.office), actor=cast.leader)
    first.refresh_from_db()
    assert first.state == WorkPlanState.SUPERSEDED
    program = program_of(cast.hongqi, plan)
    assert program.work_plan == second
    assert program.done_count == 1
    assert second.measures.get().ticks.get().note == "已走访。"


# --- the unit --------------------


def test_the_unit_sees_its_category_beside_its_own_targets(cast):
    plan = issue_down_to_the_village(cast, year=YEAR)
    category = make_placed(cast, cast.hongqi)
    assert program_of(cast.hongqi, plan).work_plan is None
    assert len(program_of(cast.hongqi, plan).others) == 1
    make_work_plan_in_force(
        cast, plan, category, weights=(100,), due_on=today() - timedelta(days=1)
    )
    program = program_of(cast.hongqi, plan)
    assert program.weights[0].target == target_of(plan, cast.hongqi)
    assert program.others == []
    assert program.late_count == 1
    assert program.measures[0].state == ("已逾期", "overdue")
    assert any("到期未登记" in todo.title for todo in todos_of(cast.secretary))
    assert program_of(cast.xinghuo, plan).category is None


def test_a_unit_ticks_only_its_own_measures(cast, plan, category):
    work_plan = make_work_plan_in_force(cast, plan, category)
    measure = work_plan.measures.get()

    def tick(actor, unit, **values):
        given_values = {"done_on": today(), "note": "已走访。", **values}
        return tick_measure(measure, unit, actor=actor, **given_values)

    with pytest.raises(NotPermitted):
        tick(cast.neighbour, cast.hongqi)
    with pytest.raises(DomainError, match="其他类别"):
        tick(cast.neighbour, cast.xinghuo)
    with pytest.raises(FieldErrors):
        tick(cast.secretary, cast.hongqi, done_on=today() + timedelta(days=1))
    with pytest.raises(FieldErrors):
        tick(cast.secretary, cast.hongqi, note=" ")
    tick(cast.secretary, cast.hongqi)
    assert tick(cast.union_chair, cast.hongqi, note="更正。").note == "更正。"
    assert MeasureTick.objects.count() == 1


def test_a_draft_takes_no_ticks(cast, plan, category):
    measure = make_work_plan(cast, plan, category).measures.get()
    with pytest.raises(StateConflict):
        tick_measure(measure, cast.hongqi, actor=cast.secretary, done_on=today(), note="做了")


def test_weights_are_offered_by_unit(cast, plan, category):
    ids = [cast.hongqi.pk, cast.xinghuo.pk]
    work_plan = make_work_plan(cast, plan, category)
    assert weights_of(plan, ids) == {}
    approve_work_plan(submit_work_plan(work_plan, actor=cast.office), actor=cast.leader)
    assert weights_of(plan, ids) == {cast.hongqi.pk: {"Z203": Decimal(60), "Z204": Decimal(40)}}
    other = make_category(cast, "企业")
    place_units(other, actor=cast.office, unit_ids=[cast.hongqi.pk])
    assert weights_of(plan, ids) == {}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=st.integers(0, 100), second=st.integers(0, 100))
def test_a_plan_is_submitted_exactly_when_its_weights_make_a_hundred(
    cast, plan, category, first, second
):
    WorkPlan.objects.all().delete()
    work_plan = make_work_plan(cast, plan, category, weights=(first, second))
    if first + second == 100:
        assert submit_work_plan(work_plan, actor=cast.office).state == WorkPlanState.SUBMITTED
    else:
        with pytest.raises(DomainError, match="须等于 100"):
            submit_work_plan(work_plan, actor=cast.office)


# --- development --------------------


def test_a_development_plan_goes_up_one_level_and_comes_back(cast):
    development = make_development(cast, submitted=True, year=YEAR)
    told = Notice.objects.filter(subject_kind="responsibilities.developmentplan")
    assert [notice.post_id for notice in told] == [cast.township.post_id]
    for actor in (cast.county, cast.secretary, cast.neighbour):
        with pytest.raises(NotPermitted):
            approve_development(development, actor=actor)
    assert any("审阅" in todo.title for todo in todos_of(cast.township))
    back = return_development(development, actor=cast.township, reason="措施不够具体")
    assert back.opinion == "措施不够具体"
    assert any("修改" in todo.title for todo in todos_of(cast.secretary))
    again = submit_development(back, actor=cast.secretary)
    assert approve_development(again, actor=cast.township).state == DevelopmentState.APPROVED
    # Each turn is told on its own.
    assert told.all().count() == 4


def test_an_agreed_plan_is_opened_again_with_a_reason_only(cast):
    development = make_development(cast, submitted=True, year=YEAR)
    with pytest.raises(StateConflict):
        set_development_measures(development, actor=cast.secretary, lines=[])
    development = approve_development(development, actor=cast.township)
    with pytest.raises(DomainError, match="理由"):
        revise_development(development, actor=cast.secretary)
    assert revise_development(development, actor=cast.secretary, reason="任务调整").is_editable


def test_years_measures_and_authors_of_a_development_plan(cast):
    values = {
        "from_year": YEAR,
        "to_year": YEAR - 1,
        "situation": "现状",
        "goals": "目标",
        "guarantees": "",
    }
    with pytest.raises(FieldErrors):
        save_development(None, actor=cast.secretary, unit=cast.hongqi, values=values)
    with pytest.raises(NotPermitted):
        save_development(None, actor=cast.township, unit=cast.hongqi, values=values)
    development = make_development(cast, year=YEAR)
    with pytest.raises(FieldErrors):
        make_development(cast, year=YEAR)
    late = MeasureLine("太晚", "某人", date(YEAR + 9, 1, 1))
    with pytest.raises(DomainError, match="不在规划的"):
        set_development_measures(development, actor=cast.secretary, lines=[late])
    set_development_measures(development, actor=cast.secretary, lines=[])
    with pytest.raises(DomainError, match="还没有措施"):
        submit_development(development, actor=cast.secretary)


def test_measures_of_an_agreed_plan_are_finished_by_the_unit(cast):
    development = make_development(cast, submitted=True, year=YEAR)
    measure = development.measures.get()
    with pytest.raises(StateConflict):
        finish_measure(measure, actor=cast.secretary, done_on=today())
    approve_development(development, actor=cast.township)
    measure = development.measures.select_related("development__unit").get()
    measure.development.refresh_from_db()
    with pytest.raises(NotPermitted):
        finish_measure(measure, actor=cast.neighbour, done_on=today())
    with pytest.raises(FieldErrors):
        finish_measure(measure, actor=cast.secretary, done_on=today() + timedelta(days=1))
    assert finish_measure(measure, actor=cast.secretary, done_on=today()).done_on == today()


# --- what is handed over --------------------


def test_a_post_hands_over_what_is_open(cast):
    plan = issue_down_to_the_village(cast, year=YEAR)
    post = term_of(cast.secretary).post
    assert open_returns(post) == []
    open_quarter(cast)
    assert "未填报" in open_returns(post)[0].text
    assert open_remarks(post) == []
    target = target_of(plan, cast.hongqi)
    if not target.acknowledged_at:
        propose_value(target, actor=cast.secretary, value=Decimal(5), reason="减少")
        assert "等上级答复" in proposals(post)[0].text
        above = term_of(cast.township).post
        assert "待答复" in proposals(above)[0].text
        assert returns_to_review(above) == []
    make_development(cast, year=YEAR)
    assert "拟订中" in measures_and_plans(post)[0].text


# --- pages --------------------


@pytest.mark.parametrize(
    ("name", "seen_by"),
    [
        ("workplan_list", {"office", "leader", "county", "secretary", "viewer"}),
        ("workplan_create", {"office"}),
        ("developmentplan_list", {"office", "leader", "county", "secretary", "viewer"}),
        ("developmentplan_create", {"county", "secretary"}),
        ("my_program", {"office", "leader", "county", "secretary", "viewer"}),
    ],
)
def test_pages_open_to_their_roles(cast, plan, sign_in, name, seen_by):
    roles = ["office", "leader", "county", "secretary", "viewer", "auditor"]
    url = reverse(f"responsibilities:{name}")
    answers = {role: sign_in(getattr(cast, role)).get(url).status_code for role in roles}
    assert answers == {role: 200 if role in seen_by else 404 for role in roles}


def test_from_a_draft_to_a_tick_by_the_pages(cast, plan, category, sign_in):
    client = sign_in(cast.office)
    response = client.post(
        reverse("responsibilities:workplan_create"), {"category": category.pk, "goals": "应建尽建"}
    )
    work_plan = WorkPlan.objects.get()
    measures = reverse("responsibilities:workplan_measures", args=[work_plan.pk])
    assert response.url == measures
    assert client.get(measures).status_code == 200
    assert client.post(measures, {"text_0": "走访", "owner_0": ""}).status_code == 422
    client.post(measures, {"text_0": "走访", "owner_0": "书记", "due_0": f"{YEAR}-12-01"})
    weights = reverse("responsibilities:workplan_weights", args=[work_plan.pk])
    first, second = plan.lines.order_by("order").values_list("indicator_id", flat=True)
    client.post(weights, {f"weight_{first}": "70", f"weight_{second}": "３０"})
    assert "70" in client.get(weights).content.decode()
    submit = reverse("responsibilities:workplan_step", args=[work_plan.pk, "submit"])
    assert client.post(submit).status_code == 302
    secretary = sign_in(cast.secretary)
    assert secretary.get(work_plan.get_absolute_url()).status_code == 404
    approve = reverse("responsibilities:workplan_step", args=[work_plan.pk, "approve"])
    assert sign_in(cast.leader).post(approve).status_code == 302
    client = sign_in(cast.secretary)
    program = reverse("responsibilities:my_program")
    assert "走访" in client.get(program).content.decode()
    tick = reverse("responsibilities:measure_done", args=[work_plan.measures.get().pk])
    assert client.get(tick).status_code == 200
    assert client.post(tick, {"done_on": today(), "note": "已走访。"}).status_code == 302
    assert "已走访。" in client.get(program).content.decode()
    edit = reverse("responsibilities:workplan_edit", args=[work_plan.pk])
    client = sign_in(cast.office)
    assert client.post(edit, {"goals": "改"}).status_code == 409
    revise = reverse("responsibilities:workplan_revise", args=[work_plan.pk])
    assert client.post(revise).status_code == 302
    assert WorkPlan.objects.count() == 2


def test_a_development_plan_by_the_pages(cast, plan, sign_in):
    client = sign_in(cast.secretary)
    values = {"from_year": YEAR, "to_year": YEAR + 2, "situation": "现状", "goals": "目标"}
    response = client.post(reverse("responsibilities:developmentplan_create"), values)
    development = DevelopmentPlan.objects.get()
    line = {"text_0": "改造阵地", "owner_0": "赵春梅", "due_0": f"{YEAR + 1}-06-30"}
    assert client.post(response.url, line).status_code == 302
    url = development.get_absolute_url()
    assert "改造阵地" in client.get(url).content.decode()
    assert sign_in(cast.township).get(url).status_code == 404
    client = sign_in(cast.secretary)
    steps = "responsibilities:developmentplan_step"
    client.post(reverse(steps, args=[development.pk, "submit"]))
    client = sign_in(cast.township)
    assert client.get(url).status_code == 200
    assert sign_in(cast.neighbour).get(url).status_code == 404
    client = sign_in(cast.township)
    client.post(reverse(steps, args=[development.pk, "approve"]), {"reason": "同意"})
    client = sign_in(cast.secretary)
    done = reverse(
        "responsibilities:development_measure_done", args=[development.measures.get().pk]
    )
    assert client.post(done, {"done_on": today()}).status_code == 302
    text = client.get(reverse("responsibilities:my_program")).content.decode()
    assert "已完成" in text
    unit_page = reverse("responsibilities:unit_program", args=[cast.hongqi.pk])
    assert sign_in(cast.county).get(unit_page).status_code == 200
    assert sign_in(cast.neighbour).get(unit_page).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_the_same_statements_however_long(
    cast, plan, sign_in, count, django_assert_num_queries
):
    for number in range(count):
        category = make_category(cast, f"类{number}")
        make_work_plan_in_force(cast, plan, category)
    for year in range(count):
        make_development(cast, submitted=True, year=YEAR + year * 3)
    assert current_plan() == plan
    client = sign_in(cast.county)
    for name, expected in (
        ("responsibilities:workplan_list", 6),
        ("responsibilities:developmentplan_list", 6),
    ):
        client.get(reverse(name), headers=HX)
        with django_assert_num_queries(expected):
            client.get(reverse(name), headers=HX)
