from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from responsibilities.models import Indicator, Target
from responsibilities.services.allocation import (
    allocate,
    draft_allocation,
    draft_grid,
    issue_division,
)
from responsibilities.services.planning import archive_plan, edit_plan, set_regional_values
from responsibilities.services.targets import amend_target
from tests.factories.planning import (
    divide,
    issue_down_to_the_village,
    make_approved_plan,
    make_indicator,
    make_plan,
    target_of,
)


def test_only_the_office_draws_up_plans(cast):
    plan = make_plan(cast)
    with pytest.raises(NotPermitted):
        edit_plan(plan, actor=cast.county, values={}, indicators=[])


def test_a_value_needs_an_indicator_of_the_plan_and_must_fit_it(cast):
    plan = make_plan(cast, codes=("Z203", "B05"))
    count, rate = (Indicator.objects.get(code=code) for code in ("Z203", "B05"))
    stray = Indicator.objects.get(code="Z204")

    with pytest.raises(DomainError, match="方案中没有这个指标"):
        set_regional_values(plan, actor=cast.office, values={stray.pk: Decimal(1)})
    with pytest.raises(FieldErrors) as refused:
        set_regional_values(
            plan, actor=cast.office, values={count.pk: Decimal("1.5"), rate.pk: Decimal(101)}
        )

    assert refused.value.errors == {
        f"indicator_{count.pk}": ["单位是“人”，请填整数。"],
        f"indicator_{rate.pk}": ["百分比不能超过 100，请更正。"],
    }


def test_yes_or_no_is_one_or_zero(cast):
    indicator = make_indicator(value_type="yes_no", unit_label="是/否")
    assert indicator.refusal_of(Decimal(2)) == "“是”填 1，“否”填 0。"
    assert indicator.refusal_of(Decimal(1)) == ""


def test_a_value_divided_in_the_draft_is_not_withdrawn(cast):
    plan = make_plan(cast, codes=("Z203",))
    key = plan.lines.get().indicator_id
    set_regional_values(plan, actor=cast.office, values={key: Decimal(10)})
    draft_allocation(
        target_of(plan, cast.city), actor=cast.office, values={cast.qinghe.pk: Decimal(10)}
    )
    with pytest.raises(FieldErrors) as refused:
        set_regional_values(plan, actor=cast.office, values={key: None})
    assert "请先清空下级的数" in refused.value.errors[f"indicator_{key}"][0]


def test_an_indicator_added_to_a_standing_plan_stands_at_once(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    both = list(Indicator.objects.filter(code__in=["Z203", "Z204"]))
    edit_plan(plan, actor=cast.office, values={}, indicators=both)

    set_regional_values(plan, actor=cast.office, values={both[1].pk: Decimal(60)})

    assert target_of(plan, cast.city, "Z204").state == "acknowledged"


def test_what_stands_beside_the_score_is_not_divided(cast):
    plan = make_approved_plan(cast, codes=("P01",))
    with pytest.raises(DomainError, match="不向下分解"):
        divide(cast, plan, cast.city, cast.office, {cast.qinghe: 1}, code="P01")


def test_a_draft_divided_further_down_is_not_emptied(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 700, cast.yunshan: 500})
    divide(cast, plan, cast.qinghe, cast.office, {cast.dongfeng: 700})
    with pytest.raises(FieldErrors) as refused:
        draft_allocation(
            target_of(plan, cast.city), actor=cast.office, values={cast.qinghe.pk: None}
        )
    assert "已向下分解" in refused.value.errors[f"unit_{cast.qinghe.pk}"][0]


def test_the_grid_tells_which_indicator_no_longer_adds_up(cast):
    plan = issue_down_to_the_village(cast)
    target = target_of(plan, cast.city)

    with pytest.raises(FieldErrors) as refused:
        draft_grid(plan, actor=cast.office, cells={target.pk: {}}, reserves={target.pk: Decimal(5)})
    with pytest.raises(NotPermitted):
        draft_grid(plan, actor=cast.county, cells={target.pk: {}}, reserves={})

    assert (
        "“发展会员数”下级合计 1,200 + 机动 5 ≠ 本级 1,200，超出 5"
        in (refused.value.errors[f"t{target.pk}"][0])
    )


def test_a_closed_plan_stops_the_grid(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    target = target_of(plan, cast.city)
    with time_machine.travel(date(2027, 1, 5), tick=False):
        archive_plan(plan, actor=cast.office)
    with pytest.raises(StateConflict):
        draft_grid(plan, actor=cast.office, cells={target.pk: {}}, reserves={})


def test_one_indicator_is_handed_down_alone_once_it_adds_up(cast):
    plan = make_approved_plan(cast, codes=("Z203", "Z204"))
    first, second = target_of(plan, cast.city), target_of(plan, cast.city, "Z204")
    draft_allocation(first, actor=cast.office, values={cast.qinghe.pk: Decimal(700)})
    divide(cast, plan, cast.city, cast.office, {cast.qinghe: 1200, cast.yunshan: 0}, code="Z204")

    with pytest.raises(DomainError, match="没有填数"):
        issue_division(first, actor=cast.office)

    assert issue_division(second, actor=cast.office) == 2
    assert Target.objects.filter(parent=first, state="issued").count() == 0


def test_a_level_that_adds_on_top_keeps_its_reserve_when_a_part_grows(cast):
    plan = make_approved_plan(cast, codes=("Z203",))
    target = allocate(
        target_of(plan, cast.city),
        actor=cast.office,
        values={cast.qinghe.pk: Decimal(800), cast.yunshan.pk: Decimal(500)},
        reason="留有余地",
    )
    issue_division(target, actor=cast.office)

    amend_target(target_of(plan, cast.qinghe), actor=cast.office, value=Decimal(850), reason="加")
    assert target_of(plan, cast.city).reserve == 0
    amend_target(target_of(plan, cast.qinghe), actor=cast.office, value=Decimal(600), reason="减")
    assert target_of(plan, cast.city).reserve == 100
