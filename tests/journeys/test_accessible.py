"""WCAG 2.2 AA on the pages of the quarter, in the states people meet them: 0 violations."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from responsibilities.models import Obligation
from responsibilities.services.designer import begin_version, save_check
from tests.factories.designer import check
from tests.factories.planning import make_approved_plan, target_of
from tests.factories.returns import CODES, open_quarter, submitted
from tests.journeys.accessibility import assert_accessible, violations
from tests.journeys.test_filing import expect_saved, paste


def look_at(page: Page, *paths: str) -> None:
    """Each page on a desk by day and on a phone by night."""
    for path in paths:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        expect(page.locator("h1").first).to_be_visible()
        assert_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        assert_accessible(page)


def url(name: str, *args: Any) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def quarter(committed_cast, scoped) -> dict[str, Any]:
    """A quarter in which one unit writes, one waits, and a form is being drawn up."""
    with scoped() as cast:
        plan = make_approved_plan(cast, codes=("Z203",), value=1200)
        period, form = open_quarter(cast)
        filed = submitted(cast, cast.xinghuo, period, cast.neighbour)
        draft = begin_version(form, actor=cast.office)
        save_check(draft, actor=cast.office, check=check("[Z203] <= [Z201]"))
        return {
            "owed": Obligation.objects.get(unit=cast.hongqi, period=period),
            "filed": filed,
            "draft": draft,
            "target": target_of(plan, cast.city),
            "plan": plan,
        }


def test_the_rule_would_tell_a_violation(committed_cast, window):
    page = window(committed_cast.secretary)
    assert_accessible(page)
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    assert [one["rule"] for one in violations(page)] == ["label"]


def test_the_sheet_in_all_its_states(committed_cast, quarter, window):
    page = window(committed_cast.secretary)
    address = url("return_fill", quarter["owed"].pk)
    look_at(page, "/", url("my_returns"), address, url("return_print", quarter["owed"].pk))

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    # Wrong and doubtful cells, with their messages.
    page.locator(f"#cell-{CODES[0]}").fill("约30")
    page.locator(f"#cell-{CODES[1]}").fill("200")
    page.locator("#cell-XJ_1").fill("走访企业，化解问题。")
    expect(page.locator(f"#message-{CODES[0]}")).not_to_be_empty()
    assert_accessible(page)
    page.locator(f"#cell-{CODES[0]}").fill("120")
    expect(page.locator(f"#message-{CODES[1]}")).to_contain_text("不能大于")
    expect_saved(page)
    assert_accessible(page)
    # The story of a cell over the sheet.
    page.locator(f"#cell-{CODES[1]}").press("Control+Enter")
    expect(page.locator("#cell-panel .cell-story")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator(f"#cell-{CODES[1]}")).to_be_focused()
    # The preview of a paste.
    paste(page.locator(f"#cell-{CODES[0]}"), "120\nabc\n")
    expect(page.get_by_role("dialog", name="粘贴预览")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="取消").click()
    # Filtered and folded.
    page.get_by_label("仅看未填").check()
    page.get_by_role("button", name="全部收起").click()
    assert_accessible(page)
    # Refused with a list of what is missing.
    page.get_by_role("button", name="报送").first.click()
    expect(page.get_by_text("需要处理，尚未报送")).to_be_visible()
    assert_accessible(page)


def test_the_desk_of_the_superior(committed_cast, quarter, window):
    page = window(committed_cast.township)
    look_at(
        page,
        "/",
        url("review_list"),
        url("quarterlyreturn_detail", quarter["filed"].pk),
        url("outliers"),
        url("behalf_grid"),
        url("node_dashboard"),
        url("progress"),
        url("rollup"),
    )


def test_the_pages_of_the_office(committed_cast, quarter, window):
    page = window(committed_cast.office)
    draft = quarter["draft"].pk
    look_at(
        page,
        "/",
        url("allocation_overview"),
        url("allocation_board", quarter["target"].pk),
        url("allocation_grid", quarter["plan"].pk, committed_cast.city.pk),
        url("target_tree", quarter["target"].pk),
        url("form_design", draft),
        url("form_checks", draft),
        url("check_edit", draft, "k1"),
        url("form_preview", draft),
        url("form_compare", draft),
        url("returnform_detail", draft),
        url("burden"),
        url("node_dashboard"),
    )
