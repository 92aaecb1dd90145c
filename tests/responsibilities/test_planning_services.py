from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import Amendment, Indicator, Target
from responsibilities.queries.planning import divisions
from responsibilities.services.allocation import (
    Share,
    allocate,
    draft_allocation,
    draft_grid,
    issue_subtree,
    issue_targets,
    propose_allocation,
)
from responsibilities.services.library import load_indicator_library
from responsibilities.services.planning import (
    approve_plan,
    archive_plan,
    create_plan,
    edit_plan,
    set_regional_values,
)
from responsibilities.services.targets import (
    acknowledge_target,
    acknowledge_targets,
    amend_target,
    decide_proposal,
    name_responsible,
    propose_value,
)
from tests.factories.cast import build_cast
from tests.factories.planning import (
    divide,
    issue_down_to_the_village,
    make_approved_plan,
    make_plan,
    target_of,
)

counts = st.integers(min_value=0, max_value=10**6).map(Decimal)
shares = st.builds(Share, base=counts, measure=counts, fixed=st.none() | counts)


# The first draw compiles the strategies, which a busy machine takes for slowness.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    total=counts,
    reserve=counts,
    parts=st.lists(shares, min_size=1, max_size=12),
    method=st.sampled_from(["evenly", "base", "measure"]),
)
def test_a_proposal_adds_up_whatever_the_weights(total, reserve, parts, method):
    values = propose_allocation(method, total=total, reserve=reserve, shares=parts)

    fixed = sum(part.fixed or 0 for part in parts if part.fixed is not None)
    free = [value for value, part in zip(values, parts, strict=True) if part.fixed is None]
    assert all(value >= 0 and value == int(value) for value in values)
    assert sum(free) == (max(total - reserve - fixed, 0) if free else 0)


def test_the_library_is_loaded_once_and_keeps_what_the_tenant_changed(cast):
    assert load_indicator_library(actor=cast.office) == 100
    Indicator.objects.filter(code="B05").update(weight=9)

    assert load_indicator_library(actor=cast.office) == 0
    rate = Indicator.objects.get(code="B05")
    assert (rate.weight, rate.value_type, rate.allocation_style) == (9, "percent", "same")
    assert Indicator.objects.filter(is_reported=True).count() == 30
    assert Indicator.objects.filter(mode="restricted", weight__gt=0).count() == 0
    with pytest.raises(NotPermitted):
        load_indicator_library(actor=cast.county)


def test_an_approved_plan_fixes_the_values_of_the_region(cast):
    plan = make_approved_plan(cast)

    target = target_of(plan, cast.city)
    assert (plan.state, target.state, target.issued_value) == ("approved", "acknowledged", 1200)
    with pytest.raises(FieldErrors, match="更正") as refused:
        set_regional_values(plan, actor=cast.office, values={target.indicator_id: Decimal(1000)})
    assert refused.value.errors == {
        f"indicator_{target.indicator_id}": ["已随方案审定，改值请办理调整单。"]
    }


def test_a_plan_without_indicators_is_not_approved(cast):
    plan = create_plan(actor=cast.office, values={"year": 2026, "title": "方案"})
    with pytest.raises(DomainError, match="还没有选定指标"):
        approve_plan(plan, actor=cast.leader)


def test_only_the_leading_group_approves(cast):
    plan = make_plan(cast)
    with pytest.raises(NotPermitted):
        approve_plan(plan, actor=cast.office)


@time_machine.travel(date(2026, 5, 1), tick=False)
def test_a_plan_is_archived_after_its_year(cast):
    plan = make_approved_plan(cast)
    with pytest.raises(DomainError, match="尚未结束"):
        archive_plan(plan, actor=cast.office)
    with time_machine.travel(date(2027, 1, 5), tick=False):
        archive_plan(plan, actor=cast.office)
    with pytest.raises(StateConflict, match="已归档"):
        divide(cast, plan, cast.city, cast.office, {cast.qinghe: 1200})


def test_an_indicator_handed_down_stays_in_the_plan(cast):
    plan = make_approved_plan(cast)
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})

    with pytest.raises(FieldErrors) as refused:
        edit_plan(plan, actor=cast.office, values={}, indicators=[])
    assert "已分解到下级" in refused.value.errors["indicators"][0]


def test_values_of_an_indicator_can_be_added_and_withdrawn_in_a_draft(cast):
    plan = make_plan(cast, codes=("Z203",))
    key = plan.lines.get().indicator_id

    set_regional_values(plan, actor=cast.office, values={key: Decimal(5)})
    set_regional_values(plan, actor=cast.office, values={key: None})

    assert Target.objects.count() == 0


def test_less_than_the_whole_is_refused_with_the_difference(cast):
    plan = make_approved_plan(cast)

    with pytest.raises(DomainError) as refused:
        divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 480})

    assert "下级合计 1,180 + 机动 0 ≠ 本级 1,200，还差 20" in refused.value.message


def test_more_than_the_whole_needs_a_reason_that_the_grantor_sees(cast):
    plan = make_approved_plan(cast)
    target = target_of(plan, cast.city)
    values = {cast.qinghe.pk: Decimal(800), cast.yunshan.pk: Decimal(500)}

    with pytest.raises(FieldErrors, match=r"加码 8\.3%") as refused:
        allocate(target, actor=cast.office, values=values)
    assert list(refused.value.errors) == ["reason"]

    allocate(target, actor=cast.office, values=values, reason="留有余地")
    assert issue_targets(cast.city, plan=plan, actor=cast.office) == 2
    assert Target.objects.get(pk=target.pk).over_reason == "留有余地"


def test_a_rate_above_the_own_one_needs_a_reason_too(cast):
    plan = make_approved_plan(cast)
    with pytest.raises(FieldErrors, match="加码"):
        divide(cast, plan, cast.city, cast.office, {cast.qinghe: 95, cast.yunshan: 85}, code="B05")
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 85, cast.yunshan: 85}, code="B05")


def test_a_reserve_fills_the_difference(cast):
    plan = make_approved_plan(cast)
    target = allocate(
        target_of(plan, cast.city),
        actor=cast.office,
        values={cast.qinghe.pk: Decimal(700), cast.yunshan.pk: Decimal(480)},
        reserve=Decimal(20),
        bases={cast.qinghe.pk: Decimal(650)},
    )
    assert target.reserve == 20
    assert target_of(plan, cast.qinghe).base_value == 650


@pytest.mark.parametrize(("value", "text"), [("-1", "不能小于 0"), ("1.5", "请填整数")])
def test_a_wrong_part_is_refused_beside_its_unit(cast, value, text):
    plan = make_approved_plan(cast)
    with pytest.raises(FieldErrors) as refused:
        draft_allocation(
            target_of(plan, cast.city),
            actor=cast.office,
            values={cast.qinghe.pk: Decimal(value)},
        )
    assert text in refused.value.errors[f"unit_{cast.qinghe.pk}"][0]


def test_units_elsewhere_are_no_part(cast):
    plan = make_approved_plan(cast)
    with pytest.raises(DomainError, match="不是直接下级"):
        allocate(
            target_of(plan, cast.city),
            actor=cast.office,
            values={cast.hongqi.pk: Decimal(1200)},
        )


def test_a_county_divides_its_own_and_nothing_further_down(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(NotPermitted):
        divide(cast, plan, cast.dongfeng, cast.county, {cast.hongqi: 300, cast.xinghuo: 300})
    with pytest.raises(NotPermitted):
        divide(cast, plan, cast.qinghe, cast.other_county, {cast.dongfeng: 900})
    with pytest.raises(NotPermitted):
        issue_targets(cast.qinghe, plan=plan, actor=cast.secretary)


def test_drafts_may_be_unfinished_but_not_handed_down(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    draft_allocation(
        target_of(plan, cast.city), actor=cast.office, values={cast.qinghe.pk: Decimal(700)}
    )
    with pytest.raises(DomainError, match="还有 1 个下级没有填数"):
        issue_targets(cast.city, plan=plan, actor=cast.office)
    draft_allocation(
        target_of(plan, cast.city), actor=cast.office, values={cast.yunshan.pk: Decimal(400)}
    )
    with pytest.raises(DomainError, match="还差 100"):
        issue_targets(cast.city, plan=plan, actor=cast.office)
    assert Target.objects.filter(state="issued").count() == 0


def test_a_part_handed_down_is_changed_by_amendment_only(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(FieldErrors) as refused:
        draft_allocation(
            target_of(plan, cast.city), actor=cast.office, values={cast.qinghe.pk: Decimal(1)}
        )
    assert "调整单" in refused.value.errors[f"unit_{cast.qinghe.pk}"][0]


def test_the_grid_names_target_and_unit_of_each_error(cast):
    plan = make_approved_plan(cast, codes=("Z203", "Z204"))
    first, second = target_of(plan, cast.city), target_of(plan, cast.city, "Z204")

    with pytest.raises(FieldErrors) as refused:
        draft_grid(
            plan,
            actor=cast.office,
            cells={first.pk: {cast.qinghe.pk: Decimal("0.5")}, second.pk: {}},
            reserves={second.pk: Decimal("0.5")},
        )

    assert set(refused.value.errors) == {f"t{first.pk}_u{cast.qinghe.pk}", f"t{second.pk}_reserve"}


def test_saving_without_a_change_leaves_no_trail(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    target = target_of(plan, cast.city)
    acts = TrailEntry.objects.filter(action="responsibilities.target.allocated")
    for values in ({cast.qinghe.pk: Decimal(700)}, {cast.qinghe.pk: Decimal(700)}, {}):
        draft_allocation(target, actor=cast.office, values=values)
    assert acts.count() == 1

    draft_allocation(target, actor=cast.office, values={cast.qinghe.pk: None})

    assert acts.latest("pk").before == {"清河县": "700.00"}


def test_a_part_divided_further_down_is_not_taken_back(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(FieldErrors, match="更正") as refused:
        draft_allocation(
            target_of(plan, cast.city), actor=cast.office, values={cast.qinghe.pk: None}
        )
    assert "不能清空" in refused.value.errors[f"unit_{cast.qinghe.pk}"][0]


def test_nothing_goes_down_before_it_came_down(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    divide(cast, plan, cast.qinghe, cast.county, {cast.dongfeng: 400, cast.xicheng: 300})
    with pytest.raises(DomainError, match="上级尚未下达到本级"):
        issue_targets(cast.qinghe, plan=plan, actor=cast.county)

    assert issue_subtree(cast.city, plan=plan, actor=cast.office) == 4


def test_an_unapproved_plan_is_not_handed_down(cast):
    plan = make_plan(cast)
    with pytest.raises(StateConflict, match="尚未审定"):
        issue_targets(cast.city, plan=plan, actor=cast.office)


def test_a_unit_acknowledges_all_in_one_go(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(NotPermitted):
        acknowledge_targets(cast.hongqi, plan=plan, actor=cast.neighbour)

    assert acknowledge_targets(cast.hongqi, plan=plan, actor=cast.secretary) == 1
    target = target_of(plan, cast.hongqi)
    assert (target.state, target.issued_value) == ("acknowledged", 300)
    with pytest.raises(StateConflict):
        acknowledge_target(target, actor=cast.secretary)


def test_those_concerned_are_told_once(cast):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)
    received = Notice.objects.filter(post_id=cast.secretary.post_id)
    assert [notice.title for notice in received] == ["上级下达了 1 项目标任务，请签收"]

    propose_value(target, actor=cast.secretary, value=Decimal(280), reason="少")
    propose_value(target, actor=cast.secretary, value=Decimal(280), reason="确实少")
    decide_proposal(target, actor=cast.township, decision="accepted", reply="")

    asked = Notice.objects.filter(rule="responsibilities.target_proposed")
    assert [notice.post_id for notice in asked] == [cast.township.post_id]
    assert received.order_by("-pk")[0].title == ("“发展会员数”目标已由 300 调整为 280，请重新签收")


def test_an_accepted_proposal_draws_on_the_reserve(cast):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)

    propose_value(target, actor=cast.secretary, value=Decimal(280), reason="外出务工人员多")
    with pytest.raises(DomainError, match="尚未答复"):
        acknowledge_target(target, actor=cast.secretary)
    assert acknowledge_targets(cast.hongqi, plan=plan, actor=cast.secretary) == 0
    decide_proposal(target, actor=cast.township, decision="accepted", reply="")

    assert target_of(plan, cast.hongqi).value == 280
    assert target_of(plan, cast.dongfeng).reserve == 20
    amendment = Amendment.objects.get()
    assert (amendment.old_value, amendment.new_value) == (300, 280)
    with pytest.raises(StateConflict):
        decide_proposal(target, actor=cast.township, decision="declined", reply="不")


def test_a_declined_proposal_says_why_and_leaves_the_value(cast):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)
    propose_value(target, actor=cast.secretary, value=Decimal(1), reason="太多")
    with pytest.raises(FieldErrors):
        decide_proposal(target, actor=cast.township, decision="declined", reply=" ")
    with pytest.raises(NotPermitted):
        decide_proposal(target, actor=cast.county, decision="declined", reply="不行")

    decide_proposal(target, actor=cast.township, decision="declined", reply="全镇统一尺度")

    assert target_of(plan, cast.hongqi).value == 300
    acknowledge_target(target, actor=cast.secretary)


def test_a_proposal_needs_a_value_a_reason_and_the_time(cast):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)
    with pytest.raises(FieldErrors) as refused:
        propose_value(target, actor=cast.secretary, value=Decimal(300), reason="")
    assert set(refused.value.errors) == {"value", "reason"}
    with pytest.raises(FieldErrors):
        propose_value(target, actor=cast.secretary, value=Decimal(-1), reason="少")
    plan.proposals_due_on = date(2026, 3, 31)
    plan.save()
    with (
        time_machine.travel(date(2026, 4, 1), tick=False),
        pytest.raises(DomainError, match="截止日"),
    ):
        propose_value(target, actor=cast.secretary, value=Decimal(1), reason="少")
    acknowledge_target(target, actor=cast.secretary)
    with pytest.raises(StateConflict):
        propose_value(target, actor=cast.secretary, value=Decimal(1), reason="少")


def test_an_amendment_keeps_the_old_value_and_asks_for_a_new_receipt(cast):
    plan = issue_down_to_the_village(cast)
    acknowledge_targets(cast.hongqi, plan=plan, actor=cast.secretary)

    amend_target(
        target_of(plan, cast.hongqi), actor=cast.township, value=Decimal(250), reason="企业外迁"
    )

    target = target_of(plan, cast.hongqi)
    assert (target.state, target.value, target.issued_value) == ("issued", 250, 300)
    assert TrailEntry.objects.filter(action="responsibilities.target.amended").count() == 1


def test_an_amendment_without_reserve_above_is_refused(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(DomainError, match="机动只有 0，不够 10"):
        amend_target(
            target_of(plan, cast.hongqi), actor=cast.township, value=Decimal(310), reason="多"
        )


def test_a_smaller_whole_is_refused_while_the_parts_stand(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(DomainError, match="不够"):
        amend_target(
            target_of(plan, cast.city), actor=cast.office, value=Decimal(1100), reason="少"
        )
    amend_target(target_of(plan, cast.city), actor=cast.office, value=Decimal(1300), reason="多")
    assert target_of(plan, cast.city).reserve == 100


@pytest.mark.parametrize(
    ("value", "reason", "field"), [(300, "同", "value"), (299, "", "reason"), (-1, "负", "value")]
)
def test_an_amendment_names_the_field_that_is_wrong(cast, value, reason, field):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(FieldErrors) as refused:
        amend_target(
            target_of(plan, cast.hongqi), actor=cast.township, value=Decimal(value), reason=reason
        )
    assert list(refused.value.errors) == [field]


def test_a_draft_is_not_amended(cast):
    plan = make_approved_plan(cast)
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    with pytest.raises(StateConflict, match="尚未下达"):
        amend_target(target_of(plan, cast.qinghe), actor=cast.office, value=Decimal(1), reason="少")


def test_who_answers_is_named_until_the_receipt(cast):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.hongqi)

    name_responsible(target, actor=cast.township, values={"responsible_person": "赵春梅"})
    with pytest.raises(FieldErrors):
        name_responsible(target, actor=cast.township, values={"due_on": date(2027, 1, 1)})
    acknowledge_target(target, actor=cast.secretary)

    assert target_of(plan, cast.hongqi).responsible_person == "赵春梅"
    with pytest.raises(StateConflict):
        name_responsible(target, actor=cast.township, values={"responsible_person": "甲"})


def test_the_state_of_an_allocation_is_told_in_one_word(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    words = []

    def note():
        words.append(divisions(plan, cast.city)[0].state[0])

    note()
    draft_allocation(
        target_of(plan, cast.city), actor=cast.office, values={cast.qinghe.pk: Decimal(700)}
    )
    note()
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    note()
    issue_targets(cast.city, plan=plan, actor=cast.office)
    note()
    acknowledge_targets(cast.qinghe, plan=plan, actor=cast.county)
    acknowledge_targets(cast.yunshan, plan=plan, actor=cast.other_county)
    note()
    assert words == ["未分解", "差额", "已分解", "已下达", "已签收"]


def test_the_database_refuses_a_sum_that_does_not_meet(cast):
    plan = issue_down_to_the_village(cast)
    with pytest.raises(IntegrityError, match="add up"), transaction.atomic():
        Target.objects.filter(pk=target_of(plan, cast.hongqi).pk).update(value=301)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_two_clerks_dividing_at_once_never_break_the_sum():
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        plan = make_approved_plan(cast, codes=("Z203",))
        target = target_of(plan, cast.city)
    start = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def clerk(first: int, second: int) -> None:
        try:
            with tenant_scope(cast.tenant.pk):
                start.wait()
                with transaction.atomic():
                    allocate(
                        target,
                        actor=cast.office,
                        values={cast.qinghe.pk: Decimal(first), cast.yunshan.pk: Decimal(second)},
                    )
                with transaction.atomic():
                    issue_targets(cast.city, plan=plan, actor=cast.office)
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk, args=parts) for parts in ((700, 500), (600, 600))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with tenant_scope(cast.tenant.pk), transaction.atomic():
        values = list(Target.objects.filter(parent=target).values_list("value", flat=True))
    assert "done" in outcomes
    assert sum(values) == 1200


@pytest.mark.django_db(transaction=True)
def test_two_commits_on_different_children_are_counted_together():
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        plan = issue_down_to_the_village(cast)
        pair = [target_of(plan, cast.hongqi).pk, target_of(plan, cast.xinghuo).pk]
        parent = target_of(plan, cast.dongfeng).pk
        # Each clerk sees a reserve of 10 and takes it for his own unit.
        Target.objects.filter(pk=parent).update(value=610)
        Target.objects.filter(pk=parent).update(reserve=10)
        Target.objects.filter(pk=target_of(plan, cast.qinghe).pk).update(value=910)
        Target.objects.filter(pk=target_of(plan, cast.city).pk).update(value=1210)
    start = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def clerk(pk: int) -> None:
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                Target.objects.filter(pk=pk).update(value=310)
                start.wait()
                Target.objects.filter(pk=parent).update(reserve=0)
            outcomes.append("done")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk, args=[pk]) for pk in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["done", "refused"]
