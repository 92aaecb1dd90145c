"""A township clerk fills for two villages in one grid, and somebody else accepts it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.services.returns import save_cells, start_return
from tests.factories.returns import CODES, open_quarter

_PASTE = """(element, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const options = {clipboardData: data, bubbles: true, cancelable: true};
  element.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def test_a_township_files_for_two_units_and_the_county_accepts(committed_cast, scoped, window):
    with scoped() as cast:
        period, _ = open_quarter(cast)
        village = Obligation.objects.get(unit=cast.hongqi, period=period)
        firm = Obligation.objects.get(unit=cast.xinghuo, period=period)
    page = window(committed_cast.township)
    page.goto("/responsibilities/behalf/")
    saved = page.locator("#save-state")

    def cell(owed, code):
        return page.locator(f"input[name='{owed.pk}-{code}']")

    # Typed by hand: Enter goes down, the arrow right.
    cell(village, CODES[0]).fill("12万")
    cell(village, CODES[0]).press("Enter")
    expect(cell(firm, CODES[0])).to_be_focused()
    expect(cell(village, CODES[0])).to_have_value("120000")
    cell(firm, CODES[0]).press("ArrowUp")
    cell(village, CODES[0]).press("ArrowRight")
    expect(cell(village, CODES[1])).to_be_focused()
    cell(village, CODES[0]).fill("约30")
    expect(cell(village, CODES[0])).to_have_attribute("aria-invalid", "true")
    expect(saved).to_contain_text("需要更正")

    paste_a_block(page, cell(village, CODES[0]), cell(firm, CODES[4]))
    expect(saved).to_contain_text("已保存")
    expect(cell(firm, CODES[4])).to_have_value("7")
    with scoped():
        values = QuarterlyReturn.objects.order_by("unit__path").values_list("values", flat=True)
        assert [[int(value) for value in row] for row in values] == [
            [120, 90, 12, 8, 6],
            [130, 95, 14, 9, 7],
        ]

    # The village types meanwhile; nobody overwrites anybody unknowingly.
    with scoped() as cast:
        save_cells(
            start_return(village, actor=cast.secretary),
            actor=cast.secretary,
            changes={CODES[2]: "11"},
            base={},
        )
    cell(village, CODES[2]).fill("13")
    cell(village, CODES[2]).press("Tab")
    note = page.locator("[data-note]")
    expect(note).to_contain_text("已改为 11")
    note.get_by_role("button", name="用我的").click()
    expect(saved).to_contain_text("已保存")

    page.get_by_label("全选可报送的单位").check()
    page.get_by_role("button", name="报送所选").click()
    page.get_by_label("纸质签字盖章件").fill("2号盒")
    page.get_by_role("button", name="确认报送").click()
    expect(page.get_by_text("已代报 2 家")).to_be_visible()
    page.get_by_role("link", name="红旗村").click()
    page.get_by_role("link", name="查看全文与历程").click()
    expect(page.get_by_text("不能由您本人审核通过")).to_be_visible()
    expect(page.get_by_role("button", name="审核通过")).to_have_count(0)

    accept_as_the_county(window(committed_cast.county))
    with scoped():
        row = QuarterlyReturn.objects.select_related("unit").get(obligation=village)
        assert row.state == "accepted"
        assert int(row.values[2]) == 13
        assert "吴建国" in row.filed_on_behalf
        assert "周海燕" in row.reviewed_by


def paste_a_block(page: Page, first: Locator, last: Locator) -> None:
    """Five cells of two units, from the first cell on; not filled in before it was looked over."""
    # A block from a workbook is looked over first: what is wrong is named cell by cell.
    preview = page.get_by_role("dialog", name="粘贴预览")
    first.evaluate(_PASTE, "120\t约90\t12\t8\t6\n130\t-5\t14\t9\t7\t1\n")
    expect(preview).to_contain_text(
        "将填入 10 栏，2 栏有误，填入后仍须更正，多出的 1 格没有栏目可填"
    )
    expect(preview.get_by_role("row").filter(has_text="约90")).to_contain_text("红旗村，")
    expect(preview.get_by_role("row").filter(has_text="-5")).to_contain_text("不能为负数")
    expect(last).to_have_value("")
    preview.get_by_role("button", name="取消").click()
    expect(last).to_have_value("")

    # Put right in the workbook, it fills both units.
    first.evaluate(_PASTE, "120\t90\t12\t8\t6\n130\t95\t14\t9\t7\n")
    expect(preview).to_contain_text("将填入 10 栏，各栏都能识别")
    preview.get_by_role("button", name="填入").click()


def accept_as_the_county(county: Page) -> None:
    county.goto("/responsibilities/review/")
    county.get_by_role("link", name="红旗村").click()
    expect(county.get_by_role("definition").filter(has_text="2号盒")).to_be_visible()
    county.get_by_role("button", name="审核通过").first.click()
    # The page of the next return may come up before the decision is stored; only
    # these words say that it was.
    expect(county.get_by_text("已通过红旗村")).to_be_visible()
