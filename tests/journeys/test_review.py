"""A superior reviews twenty returns with the keyboard; one goes back and comes again."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from gongjian.foundation.calendar.models import Period
from orgs.models import Unit
from orgs.queries import actor_of
from responsibilities.models import QuarterlyReturn
from tests.factories.orgs import make_unit, seat
from tests.factories.returns import make_form, open_quarter, submitted

TWENTY = 20


def twenty_returns(cast) -> Period:
    """Twenty villages of 东风镇 that filed two quarters; two of them oddly."""
    form = make_form(cast)
    villages: list[tuple[Unit, object]] = [(cast.hongqi, cast.secretary)]
    for place in range(2, TWENTY + 1):
        unit = make_unit(
            cast.tenant,
            cast.dongfeng,
            f"9900010019{place:02}",
            f"东{place:02}村",
            level="grassroots",
            category="village",
        )
        seated = seat(cast.tenant, unit, "secretary", "党支部书记", f"村支书{place:02}")
        villages.append((unit, actor_of(seated, cast.tenant)))
    for ordinal in (2, 3):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        for place, (unit, secretary) in enumerate(villages):
            odd = ordinal == 3 and place in {5, 9}
            submitted(cast, unit, period, secretary, Z203="90" if odd else "12")
    # The quarter before is done with.
    QuarterlyReturn.objects.exclude(period=period).delete()
    return period


def send_one_back_by_keyboard(superior: Page) -> None:
    """Two remarks, one typed and one chosen, and a single sending back."""
    superior.goto("/responsibilities/review/?sort=unit")
    expect(superior.get_by_role("link", name=re.compile("待审核 20"))).to_be_visible()
    superior.get_by_role("link", name="红旗村").click()
    expect(superior.get_by_text("第 1/20 份")).to_be_visible()

    superior.keyboard.press("ArrowDown")
    superior.keyboard.press("R")
    superior.keyboard.type("与花名册不符，请核对。")
    superior.keyboard.press("Enter")
    expect(superior).to_have_url(re.compile(r"/review/\d+/\?sort=unit"))
    superior.keyboard.press("ArrowDown")
    superior.keyboard.press("ArrowDown")
    superior.keyboard.press("r")
    superior.get_by_role("button", name="请补充说明变化原因。").click()
    superior.keyboard.press("Escape")
    # Written remarks are lost neither by turning the page nor by accepting.
    superior.keyboard.press("j")
    expect(superior.get_by_text("写了意见还没有退回")).to_be_visible()
    superior.keyboard.press("a")
    expect(superior.get_by_text("请退回补正，或清空意见再通过")).to_be_visible()
    superior.get_by_role("button", name=re.compile("退回补正.*2 栏")).click()
    expect(superior.get_by_text("已退回红旗村")).to_be_visible()


def walk_and_accept(superior: Page) -> None:
    """J and K walk, A accepts and walks on."""
    expect(superior.get_by_text("第 1/19 份")).to_be_visible()
    first = superior.url
    superior.keyboard.press("j")
    expect(superior.get_by_text("第 2/19 份")).to_be_visible()
    superior.keyboard.press("k")
    expect(superior).to_have_url(first)
    for left in range(19, 15, -1):
        expect(superior.get_by_text(f"第 1/{left} 份")).to_be_visible()
        superior.keyboard.press("a")
    expect(superior.get_by_text("第 1/15 份")).to_be_visible()


def accept_the_rest_in_bulk(superior: Page) -> None:
    """The two odd ones are left out until ticked; the last is read by its odd cells alone."""
    superior.goto("/responsibilities/review/?sort=unit")
    superior.get_by_label("全选本页").check()
    expect(superior.get_by_text("已选 15 份")).to_be_visible()
    superior.get_by_role("button", name="批量通过所选").click()
    expect(superior.get_by_text("将通过下列 13 份")).to_be_visible()
    expect(superior.get_by_text("与以往相差较大").first).to_be_visible()
    superior.get_by_label(re.compile("东06村")).check()
    superior.get_by_role("button", name="确认通过").click()
    expect(superior.get_by_text("已通过 14 份。")).to_be_visible()

    superior.get_by_role("link", name="东10村").click()
    superior.get_by_role("button", name=re.compile("只看有提示的")).click()
    expect(superior.locator("tr[data-line]:visible").filter(has_text="发展会员数")).to_be_visible()
    superior.keyboard.press("a")
    expect(superior.get_by_text("已通过东10村的报表。")).to_be_visible()


def correct_the_pinned_cells(unit: Page, row: QuarterlyReturn, pinned: str) -> None:
    """Only the two pinned cells are open; one is changed and the return sent in again."""
    unit.goto(f"/responsibilities/returns/fill/{row.obligation_id}/")
    expect(unit.locator("[name^='cells[']:not([readonly]):not([disabled])")).to_have_count(2)
    field = unit.locator(f"[name='cells[{pinned}]']")
    field.fill("121")
    field.press("Tab")
    unit.get_by_role("button", name="报送").first.click()
    expect(unit.get_by_text("已报送，等待上级审核").first).to_be_visible()


def compare_and_accept(superior: Page) -> None:
    """It comes straight back, and three columns show what became of the remarks."""
    superior.goto("/")
    superior.get_by_role("link", name=re.compile("复核 1 份补正后的报表")).first.click()
    superior.get_by_role("link", name="红旗村").click()
    lines = superior.locator(".corrections tbody tr")
    expect(lines).to_have_count(2)
    expect(lines.filter(has_text="已改")).to_contain_text("121")
    expect(lines.filter(has_text="未改")).to_have_count(1)
    superior.locator("[data-accept]").click()
    expect(superior.get_by_text("已通过红旗村的报表。")).to_be_visible()


def test_twenty_returns_in_one_sitting(scoped, window):
    with scoped() as cast:
        twenty_returns(cast)
    superior = window(cast.township)
    send_one_back_by_keyboard(superior)
    walk_and_accept(superior)
    accept_the_rest_in_bulk(superior)
    with scoped():
        row = QuarterlyReturn.objects.get(unit=cast.hongqi)
        pins = list(row.pins.values_list("cell", flat=True))
    assert len(pins) == 2
    correct_the_pinned_cells(window(cast.secretary), row, pins[0])
    compare_and_accept(superior)
    with scoped():
        states = QuarterlyReturn.objects.values_list("state", flat=True)
        assert list(states) == ["accepted"] * TWENTY
