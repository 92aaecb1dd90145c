"""Categories of guidance: rules, hand-picked units, pasted lists, their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.guidance_queries import category_of, units_in, unplaced_units
from orgs.guidance_services import (
    place_by_rule,
    place_pasted,
    place_units,
    read_pasted,
    save_category,
)
from orgs.models import GuidanceCategory, GuidancePlacement, Unit
from tests.factories.guidance import make_category, make_placed


def test_a_unit_stands_in_one_category_and_its_past_stays_readable(cast):
    first = make_placed(cast, cast.hongqi, name="甲类")
    GuidancePlacement.objects.update(starts_on=today() - timedelta(days=30))
    second = make_category(cast, "乙类")
    assert place_units(second, actor=cast.office, unit_ids=[cast.hongqi.pk]) == 1
    rows = GuidancePlacement.objects.filter(unit=cast.hongqi).order_by("starts_on")
    assert [(row.category, row.ends_on) for row in rows] == [
        (first, today() - timedelta(days=1)),
        (second, None),
    ]
    assert category_of(cast.hongqi.pk) == second


def test_placing_twice_on_a_day_leaves_the_last(cast):
    make_placed(cast, cast.hongqi, name="甲类")
    second = make_placed(cast, cast.hongqi, name="乙类")
    assert [row.category for row in GuidancePlacement.objects.all()] == [second]
    assert place_units(second, actor=cast.office, unit_ids=[cast.hongqi.pk]) == 0


def test_the_database_keeps_two_running_placements_out(cast):
    category = make_placed(cast, cast.hongqi)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuidancePlacement.objects.create(unit=cast.hongqi, category=category, starts_on=today())


def test_rules_place_in_order_and_leave_what_was_set_by_hand(cast):
    villages = make_category(cast, "村", kinds=["village"], order=1)
    base = make_category(cast, "基层", levels=["grassroots"], order=2)
    by_hand = make_placed(cast, cast.hongqi, name="重点")
    # Three grassroots units are left: one village, one enterprise, one community.
    assert place_by_rule(actor=cast.office) == 3
    assert [unit.name for unit in units_in(villages)] == ["松岭村"]
    assert {unit.name for unit in units_in(base)} == {"星火机械公司", "长街社区"}
    assert category_of(cast.hongqi.pk) == by_hand
    assert place_by_rule(actor=cast.office) == 0
    assert cast.qinghe in unplaced_units()
    assert cast.city not in unplaced_units()


@pytest.mark.parametrize("who", ["leader", "county", "secretary", "administrator"])
def test_only_the_office_keeps_categories(cast, who):
    category = make_category(cast)
    actor = getattr(cast, who)
    with pytest.raises(NotPermitted):
        save_category(None, actor=actor, values={"name": "丙类"})
    with pytest.raises(NotPermitted):
        place_units(category, actor=actor, unit_ids=[cast.hongqi.pk])
    with pytest.raises(NotPermitted):
        place_by_rule(actor=actor)
    with pytest.raises(NotPermitted):
        place_pasted("红旗村\t村、社区", actor=actor)
    assert not GuidancePlacement.objects.exists()


def test_names_are_unique_and_a_category_with_units_is_not_put_away(cast):
    category = make_placed(cast, cast.hongqi)
    with pytest.raises(FieldErrors) as refused:
        make_category(cast, category.name)
    assert "已有同名类别，请换一个名称。" in str(refused.value.errors)
    with pytest.raises(FieldErrors) as refused:
        save_category(category, actor=cast.office, values={"is_active": False})
    assert "is_active" in refused.value.errors


def test_a_category_put_away_takes_no_units_and_no_day_lies_ahead(cast):
    category = make_category(cast)
    with pytest.raises(FieldErrors):
        place_units(
            category,
            actor=cast.office,
            unit_ids=[cast.hongqi.pk],
            starts_on=today() + timedelta(days=1),
        )
    save_category(category, actor=cast.office, values={"is_active": False})
    category.refresh_from_db()
    with pytest.raises(DomainError, match="已停用"):
        place_units(category, actor=cast.office, unit_ids=[cast.hongqi.pk])


def test_a_pasted_list_places_by_name_or_code(cast):
    make_category(cast, "村类")
    text = f"红旗村\t村类\n\n{cast.xinghuo.code}，村类\n"
    assert place_pasted(text, actor=cast.office) == 2
    assert category_of(cast.xinghuo.pk) == category_of(cast.hongqi.pk)


def test_one_wrong_line_and_nothing_is_written(cast):
    make_category(cast, "村类")
    text = "红旗村\t村类\n没有村\t村类\n长街社区\t别类\n松岭村"
    with pytest.raises(FieldErrors) as refused:
        place_pasted(text, actor=cast.office)
    assert refused.value.errors["text"] == [
        "第 2 行找不到单位“没有村”，请核对名称，或改填单位代码。",
        "第 3 行没有类别“别类”，请核对类别名称。",
        "第 4 行只有一列，请补上类别名称。",
    ]
    assert not GuidancePlacement.objects.exists()
    with pytest.raises(FieldErrors):
        place_pasted(" \n", actor=cast.office)


@given(st.text(alphabet="甲乙丙\t，, \n　", max_size=80))
def test_reading_a_pasted_list_never_fails_and_keeps_row_numbers(text):
    lines = read_pasted(text)
    rows = text.splitlines()
    assert [line.row for line in lines] == [
        number for number, row in enumerate(rows, start=1) if row.strip()
    ]
    assert all(line.unit in rows[line.row - 1] for line in lines)


# --- pages --------------------


@pytest.mark.parametrize(
    ("name", "seen_by"),
    [
        ("orgs:guidancecategory_list", {"office", "leader", "county", "viewer"}),
        ("orgs:placement_list", {"office", "leader", "county", "viewer"}),
        ("orgs:guidancecategory_create", {"office"}),
        ("orgs:placement_assign", {"office"}),
        ("orgs:placement_paste", {"office"}),
        ("orgs:placement_by_rule", {"office"}),
    ],
)
def test_pages_open_to_their_roles(cast, sign_in, name, seen_by):
    make_placed(cast, cast.hongqi)
    roles = ["office", "leader", "county", "viewer", "secretary", "auditor"]
    answers = {role: sign_in(getattr(cast, role)).get(reverse(name)).status_code for role in roles}
    assert answers == {role: 200 if role in seen_by else 404 for role in roles}


def test_the_office_draws_up_a_category_and_places_what_it_filtered(cast, sign_in):
    client = sign_in(cast.office)
    values = {"name": "企业", "order": 1, "kinds": ["private_enterprise"], "is_active": "on"}
    response = client.post(reverse("orgs:guidancecategory_create"), values)
    category = GuidanceCategory.objects.get(name="企业")
    assert response.status_code == 302
    assert "非公企业" in client.get(category.get_absolute_url()).content.decode()
    url = f"{reverse('orgs:placement_assign')}?level=grassroots&words=dfz"
    assert "0" in client.get(url).content.decode()
    url = f"{reverse('orgs:placement_assign')}?level=grassroots"
    client.post(url, {"category": category.pk, "starts_on": today().isoformat()})
    count = Unit.objects.filter(level="grassroots").count()
    assert units_in(category).count() == count
    text = client.get(reverse("orgs:placement_list"), {"guided": category.pk}).content.decode()
    assert "人工指定" in text
    edit = reverse("orgs:guidancecategory_edit", args=[category.pk])
    assert client.post(edit, {**values, "name": "企业类"}).status_code == 302
    assert client.post(reverse("orgs:placement_by_rule"), {}).status_code == 302
    paste = reverse("orgs:placement_paste")
    assert client.post(paste, {"text": "红旗村\t没有"}).status_code == 422
    assert client.post(paste, {"text": "红旗村\t企业类"}).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_the_same_statements_however_long(
    cast, sign_in, count, django_assert_num_queries
):
    units = [cast.hongqi, cast.xinghuo, cast.dongfeng][:count]
    for number, unit in enumerate(units):
        make_placed(cast, unit, name=f"类{number}")
    client = sign_in(cast.office)
    hx = {"HX-Request": "true"}
    for name, query, expected in (
        ("orgs:guidancecategory_list", {}, LIST_STATEMENTS),
        ("orgs:placement_list", {"level": ""}, PLACEMENT_STATEMENTS),
    ):
        client.get(reverse(name), query, headers=hx)
        with django_assert_num_queries(expected):
            client.get(reverse(name), query, headers=hx)


LIST_STATEMENTS = 7
PLACEMENT_STATEMENTS = 7
