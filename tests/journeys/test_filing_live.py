"""The sheet answers while it is typed: sums, checks, words, filters, the story of a cell."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.services.designer import typed_row
from tests.factories.designer import check, make_form_with, typed
from tests.factories.returns import CODES, make_form, open_quarter
from tests.journeys.test_filing import expect_saved


@pytest.fixture
def owed(committed_cast, scoped) -> Obligation:
    """A form with a sum, a rate, a text, a date, a reference and a check of two cells."""
    with scoped() as cast:
        form = make_form(cast)
        rows = [
            *(typed_row(cell) for cell in form.layout()),
            typed("问题合计", total_of=("Z602", "Z603")),
            typed("入会率", value_type="percent", unit_label="%", formula="[Z202] / [Z201] * 100"),
            typed("特色做法", value_type="text", blank="required"),
            typed("换届日期", value_type="date", blank="optional"),
            typed("批复文件", value_type="file", blank="optional"),
        ]
        made = make_form_with(cast, check("[Z203] <= [Z202]", message="发展数多于会员"), rows=rows)
        period, _ = open_quarter(cast, form=made)
        return Obligation.objects.get(unit=cast.hongqi, period=period)


def code_of(owed: Obligation, label: str) -> str:
    return next(cell.code for cell in owed.form.whole_layout() if cell.label == label)


def held(owed: Obligation) -> QuarterlyReturn:
    return QuarterlyReturn.objects.get(obligation=owed)


def sheet(page: Page, owed: Obligation) -> Page:
    page.goto(f"/responsibilities/returns/fill/{owed.pk}/")
    return page


def test_sums_rates_and_checks_move_with_every_key(committed_cast, owed, scoped, window, network):
    page = sheet(window(committed_cast.secretary, network), owed)
    with scoped():
        total, rate = code_of(owed, "问题合计"), code_of(owed, "入会率")
    # The network is cut, so nothing here comes from the server.
    network.cut(page.context)
    for code, value in {"Z201": "120", "Z202": "90", "Z602": "8", "Z603": "6"}.items():
        page.locator(f"#cell-{code}").fill(value)
    expect(page.locator(f"#cell-{total}")).to_have_value("14")
    expect(page.locator(f"#cell-{rate}")).to_have_value("75")
    page.locator("#cell-Z203").fill("91")
    expect(page.locator("#message-Z203")).to_have_text("发展数多于会员")
    expect(page.locator("#cell-Z203")).to_have_attribute("aria-invalid", "true")
    # Mended in the other cell of the check.
    page.locator("#cell-Z202").fill("95")
    expect(page.locator("#message-Z203")).to_be_empty()
    expect(page.locator(f"#cell-{rate}")).to_have_value("79.17")
    network.mend(page.context)
    expect_saved(page)

    with scoped():
        cells = {cell.code: cell.slot for cell in owed.form.layout()}
        values = held(owed).values
        assert (float(values[cells[total]]), float(values[cells[rate]])) == (14, 79.17)


def test_words_are_as_safe_as_figures_and_go_through_the_review(
    committed_cast, owed, scoped, window
):
    page = sheet(window(committed_cast.secretary), owed)
    with scoped():
        text, day, paper = (code_of(owed, name) for name in ("特色做法", "换届日期", "批复文件"))
    page.locator("#cell-XJ_1").fill("走访企业 13 家。\n化解问题 8 个。")
    expect_saved(page)
    # The tab dies with words that never left the machine.
    page.route("**/save/", lambda route: route.abort())
    page.locator(f"#cell-{text}").fill("流动党员服务站")
    page.locator(f"#cell-{day}").fill("2026-07-05")
    page.locator(f"#cell-{paper}").fill("示党工组〔2026〕3号")
    page.locator("#cell-XJ_2").fill("人手不足")
    page.close(run_before_unload=False)
    again = sheet(page.context.new_page(), owed)
    expect(again.get_by_text("已恢复本机草稿 4 项")).to_be_visible()
    expect_saved(again)
    with scoped():
        assert held(owed).texts == {
            "XJ_1": "走访企业 13 家。\n化解问题 8 个。",
            "XJ_2": "人手不足",
            text: "流动党员服务站",
            day: "2026-07-05",
            paper: "示党工组〔2026〕3号",
        }

    for code, value in zip(CODES, ("120", "90", "12", "8", "6"), strict=True):
        again.locator(f"#cell-{code}").fill(value)
    expect_saved(again)
    again.get_by_role("button", name="报送").first.click()
    expect(again.get_by_text("现在不能修改")).to_be_visible()
    expect(again.get_by_text("审核人还没有查看，需要修改可以撤回")).to_be_visible()

    reviewer = window(committed_cast.township)
    with scoped():
        number = held(owed).pk
    reviewer.goto(f"/responsibilities/review/{number}/")
    expect(reviewer.get_by_text("流动党员服务站")).to_be_visible()
    reviewer.get_by_label("主要做法的审核意见").fill("请写明数据来源")
    reviewer.get_by_role("button", name="退回补正").click()
    expect(reviewer.get_by_text("待补正").or_(reviewer.get_by_text("已退回")).first).to_be_visible()

    # Only what is pinned opens again.
    sheet(again, owed)
    expect(again.locator("#cell-XJ_2")).not_to_be_editable()
    again.locator("#cell-XJ_1").fill("走访企业 13 家（工会台账）。")
    expect_saved(again)
    again.get_by_role("button", name="报送").first.click()
    expect(again.get_by_text("现在不能修改")).to_be_visible()
    reviewer.goto(f"/responsibilities/review/{number}/")
    row = reviewer.locator(".said-table tr").filter(has_text="主要做法")
    expect(row).to_contain_text("走访企业 13 家（工会台账）。")
    row.get_by_text("退回时写的").click()
    expect(row.get_by_text("化解问题 8 个。")).to_be_visible()


def test_two_windows_do_not_overwrite_words(committed_cast, owed, scoped, window):
    first, second = window(committed_cast.secretary), window(committed_cast.union_chair)
    sheet(first, owed)
    sheet(second, owed)
    first.locator("#cell-XJ_1").fill("书记写的")
    expect_saved(first)
    second.locator("#cell-XJ_1").fill("主席写的")
    box = second.locator(".cell-conflict")
    expect(box).to_contain_text("已把这一项改为 书记写的，您填的是 主席写的")
    box.get_by_role("button", name="用对方的").click()
    expect(second.locator("#cell-XJ_1")).to_have_value("书记写的")
    expect_saved(second)

    with scoped():
        assert held(owed).texts == {"XJ_1": "书记写的"}


def test_rows_are_filtered_and_sections_folded(committed_cast, owed, window):
    page = sheet(window(committed_cast.secretary), owed)
    page.locator("#cell-Z201").fill("5")
    page.locator("#cell-Z202").fill("9")
    expect(page.locator("#message-Z202")).to_contain_text("不能大于")

    page.get_by_label("仅看未填").check()
    expect(page.locator("#row-Z201")).to_be_hidden()
    expect(page.locator("#row-Z203")).to_be_visible()
    # A row does not go away under the cursor.
    page.locator("#cell-Z203").fill("1")
    expect(page.locator("#row-Z203")).to_be_visible()
    page.get_by_label("有提示").check()
    expect(page.locator("[data-none]")).to_have_text("显示 1 栏。")
    expect(page.locator("#row-Z202")).to_be_visible()
    page.get_by_label("全部").check()

    page.get_by_role("button", name="全部收起").click()
    expect(page.locator("#row-Z201")).to_be_hidden()
    page.get_by_role("button", name="下一处问题").click()
    expect(page.locator("#cell-Z202")).to_be_focused()
    expect(page.locator("#row-Z202")).to_be_visible()


def test_a_key_opens_the_story_of_a_cell(committed_cast, owed, window):
    page = sheet(window(committed_cast.secretary), owed)
    page.locator("#cell-Z203").fill("5")
    expect_saved(page)
    page.locator("#cell-Z203").fill("7")
    expect_saved(page)
    page.locator("#cell-Z203").press("Control+Enter")
    panel = page.locator("#cell-panel")
    expect(panel.get_by_role("listitem").filter(has_text="5 → 7")).to_contain_text("赵")
    expect(panel).to_contain_text("[Z203] <= [Z202]")
    page.keyboard.press("Escape")
    expect(page.locator("#cell-Z203")).to_be_focused()
