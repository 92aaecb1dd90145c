"""The office sets the year, a 专项 is filed by three units; two parties sign jointly."""

from __future__ import annotations

import re
from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import Page, expect

from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from orgs.queries import actor_of
from responsibilities.models import Obligation, QuarterlyReturn
from tests.factories.joint import make_rule
from tests.factories.orgs import seat
from tests.factories.returns import make_form, open_quarter, submitted
from tests.factories.year import make_beside


def set_the_year(office: Page, year: int) -> None:
    """Four quarters in one go, one of them due at noon; saved and drawn."""
    office.goto(f"/responsibilities/year/?year={year}")
    for number in "一二三四":
        office.get_by_label(f"{year}年第{number}季度", exact=True).check()
    office.get_by_label(f"{year}年第二季度截止时刻").select_option("12:00")
    office.get_by_label(f"{year}年第二季度逾期封表天数").fill("5")
    office.get_by_role("button", name="保存安排").click()
    expect(office.get_by_text("已保存：新安排4期。")).to_be_visible()
    expect(office.get_by_text("全部开启共 16 份应报")).to_be_visible()


def add_the_special(office: Page, name: str) -> None:
    """A form and units of its own; the number is named before anything is made."""
    office.get_by_role("link", name="增加专项").click()
    office.get_by_label("名称").fill(name)
    office.get_by_label("报表").select_option(label="专项报表")
    office.get_by_label("统计期间起日").fill("2026-01-01")
    office.get_by_label("统计期间止日").fill("2026-09-30")
    office.get_by_label("开始填报日").first.fill(today().isoformat())
    office.get_by_label("截止日", exact=False).first.fill((today() + timedelta(days=6)).isoformat())
    office.get_by_label("村", exact=True).check()
    office.get_by_label("非公企业").check()
    office.get_by_role("button", name="保存专项").click()
    expect(office.get_by_text("开启后3家单位各应报一份")).to_be_visible()
    row = office.get_by_role("row").filter(has_text=name)
    row.get_by_role("link", name="开启").click()
    expect(office.get_by_text("共 3 家单位各生成一份应报")).to_be_visible()
    office.get_by_role("button", name="开启填报").click()
    expect(office.get_by_text("3家单位应报")).to_be_visible()


def file_it(page: Page, name: str, value: str) -> None:
    """Two things are owed at once; the one named is filled and sent."""
    expect(
        page.get_by_role("link", name=re.compile("2026年第三季度报表待填报")).first
    ).to_be_visible()
    page.get_by_role("link", name=re.compile(f"{name}报表待填报")).first.click()
    page.get_by_label("发展会员数", exact=False).first.fill(value)
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    page.get_by_role("button", name="报送").first.click()
    expect(page.get_by_text("已报送").first).to_be_visible()


def test_the_year_is_set_and_three_units_file_the_special(committed_cast, scoped, window):
    name = "2026年新就业形态专项"
    with scoped() as cast:
        make_form(cast)
        make_beside(cast, "special", ("Z203",))
        open_quarter(cast, ordinal=3)
        far = Unit.objects.get(name="松岭村")
        third = actor_of(seat(cast.tenant, far, "secretary", "党支部书记", "韩松"), cast.tenant)
    office = window(committed_cast.office)
    set_the_year(office, 2027)
    add_the_special(office, name)

    for actor, value in (
        (committed_cast.secretary, "3"),
        (committed_cast.neighbour, "4"),
        (third, "5"),
    ):
        file_it(window(actor), name, value)

    office.goto("/responsibilities/duties/")
    office.get_by_label("期间").first.select_option(label=name)
    office.get_by_role("button", name="查看").first.click()
    expect(office.get_by_text("应报 3 家").first).to_be_visible()
    expect(office.get_by_role("link", name=re.compile("待审核 3"))).to_be_visible()
    with scoped():
        rows = QuarterlyReturn.objects.filter(period__name=name)
        assert sorted(int(row.values[0]) for row in rows) == [3, 4, 5]
        # Nobody has filed the quarter by filing the special.
        assert Obligation.objects.filter(period__name="2026年第三季度").count() == 4
        assert not QuarterlyReturn.objects.filter(
            period__name="2026年第三季度", first_submitted_at__isnull=False
        ).exists()


def test_party_and_union_sign_in_two_windows(committed_cast, scoped, window):
    with scoped() as cast:
        period, _ = open_quarter(cast)
        row = submitted(cast, cast.hongqi, period, cast.secretary)
        union = make_rule(cast, order="union_first")
    party, chair = window(committed_cast.township), window(union)

    party.goto(row.get_absolute_url())
    expect(party.get_by_text("按规定先由工会组织会签")).to_be_visible()
    expect(party.get_by_role("button", name="会签同意")).to_have_count(0)

    chair.get_by_role("link", name=re.compile("审核 1 份季度报表")).click()
    chair.get_by_role("link", name="红旗村").click()
    chair.get_by_label("总体意见").fill("会员数据属实")
    chair.get_by_role("button", name="会签同意").click()
    expect(chair.get_by_text("待另一方会签").first).to_be_visible()

    party.goto("/responsibilities/review/")
    expect(party.get_by_text("待党组织会签")).to_be_visible()
    party.get_by_role("link", name="红旗村").click()
    expect(party.get_by_text("“会员数据属实”")).to_be_visible()
    party.get_by_role("button", name="会签同意").click()
    expect(party.get_by_text("已通过红旗村的报表")).to_be_visible()

    secretary = window(committed_cast.secretary)
    secretary.goto(reverse("responsibilities:return_print", args=[row.obligation_id]))
    expect(secretary.get_by_text("工会组织会签同意")).to_be_visible()
    expect(secretary.get_by_text("党组织会签同意", exact=False).last).to_be_visible()
    with scoped():
        assert QuarterlyReturn.objects.get(pk=row.pk).state == "accepted"
