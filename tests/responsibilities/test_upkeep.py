from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from responsibilities.models import Indicator
from responsibilities.services.upkeep import arrange_lines, create_indicator, edit_indicator
from tests.factories.planning import make_approved_plan, make_indicator, make_plan


def test_wording_may_change_while_targets_are_in_force_but_not_the_meaning(cast):
    make_approved_plan(cast, codes=("Z203",))
    indicator = Indicator.objects.get(code="Z203")

    edit_indicator(indicator, actor=cast.office, values={"name": "新发展会员数"})
    assert Indicator.objects.get(code="Z203").name == "新发展会员数"
    for name, value in (
        ("allocation_style", "same"),
        ("quarterly_style", "latest"),
        ("unit_label", "万人"),
    ):
        with pytest.raises(FieldErrors) as refused:
            edit_indicator(indicator, actor=cast.office, values={name: value})
        assert name in refused.value.errors


def test_the_meaning_may_change_before_anything_is_handed_down(cast):
    make_plan(cast)
    indicator = Indicator.objects.get(code="Z203")

    edit_indicator(indicator, actor=cast.office, values={"allocation_style": "ratio"})

    assert Indicator.objects.get(code="Z203").allocation_style == "ratio"


def test_rates_never_add_up(cast):
    indicator = make_indicator("X01", value_type="percent", allocation_style="same")

    with pytest.raises(FieldErrors) as refused:
        edit_indicator(indicator, actor=cast.office, values={"allocation_style": "sums"})

    assert "allocation_style" in refused.value.errors


def test_only_the_office_keeps_the_library(cast):
    indicator = make_indicator("X01")

    with pytest.raises(NotPermitted):
        edit_indicator(indicator, actor=cast.county, values={"name": "别的"})
    with pytest.raises(NotPermitted):
        create_indicator(actor=cast.county, values={"code": "X02"})


def test_weights_and_order_stand_until_approval(cast):
    plan = make_plan(cast)
    first, *others = list(plan.lines.order_by("order", "pk"))

    arrange_lines(
        plan,
        actor=cast.office,
        weights={first.pk: Decimal("12.5")},
        orders={first.pk: 9, **{line.pk: place for place, line in enumerate(others, 1)}},
    )

    assert list(plan.lines.order_by("order"))[-1] == first
    assert plan.lines.get(pk=first.pk).weight == Decimal("12.5")


def test_weights_are_fixed_once_approved(cast):
    plan = make_approved_plan(cast)

    with pytest.raises(StateConflict, match="已审定"):
        arrange_lines(plan, actor=cast.office, weights={}, orders={})


def test_a_restricted_indicator_bears_no_weight(cast):
    plan = make_plan(cast)
    line = plan.lines.select_related("indicator").first()
    Indicator.objects.filter(pk=line.indicator_id).update(mode="restricted", weight=0)

    with pytest.raises(FieldErrors):
        arrange_lines(plan, actor=cast.office, weights={line.pk: Decimal(5)}, orders={})


def test_the_pages_of_upkeep(cast, sign_in):
    plan = make_plan(cast)
    line = plan.lines.order_by("order", "pk").first()
    client = sign_in(cast.office)
    address = reverse("responsibilities:plan_lines", args=[plan.pk])
    data = {}
    for place, other in enumerate(plan.lines.order_by("order", "pk"), start=1):
        data |= {f"weight_{other.pk}": "10", f"order_{other.pk}": str(place)}
    assert client.get(address).status_code == 200
    assert client.post(address, data).status_code == 302
    assert plan.lines.get(pk=line.pk).weight == Decimal(10)

    data[f"weight_{line.pk}"] = "很多"
    assert "请填写数字" in client.post(address, data).content.decode()

    edit = reverse("responsibilities:indicator_edit", args=[line.indicator_id])
    form = client.get(edit).context["form"]
    values = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in values.items() if value not in (None, False)}
    assert client.post(edit, {**values, "name": "改后的名称"}).status_code == 302
    assert Indicator.objects.get(pk=line.indicator_id).name == "改后的名称"

    new = reverse("responsibilities:indicator_create")
    taken = client.post(new, {**values, "code": line.indicator.code})
    assert taken.status_code != 302
    assert client.post(new, {**values, "code": "W77"}).status_code == 302
    assert sign_in(cast.county).get(edit).status_code in {403, 404}
