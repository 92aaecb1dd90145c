"""The office draws up the next version of a form with the keyboard, checks it and releases it."""

from __future__ import annotations

from playwright.sync_api import expect

from responsibilities.models import ReturnForm
from tests.factories.returns import make_form


def test_a_form_is_designed_checked_and_published(committed_cast, scoped, window):
    with scoped() as cast:
        form = make_form(cast)
    page = window(committed_cast.office)

    page.goto(f"/responsibilities/forms/{form.pk}/next/")
    page.locator("#main").get_by_role("button", name="拟订新版").click()
    # A field that is asked already is shown before it is added again.
    page.get_by_role("button", name="添加自定栏目").click()
    page.keyboard.type("职工总人数")
    expect(page.get_by_text("单位台账 · 单位管理员填")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("联合工会数")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("多余的一栏")
    page.keyboard.press("Alt+Delete")
    page.locator("button[form=design].primary").click()
    expect(page.get_by_text("已保存。")).to_be_visible()

    page.get_by_role("link", name="检查", exact=True).click()
    page.get_by_role("link", name="添加检查").first.click()
    page.get_by_label("名称").fill("发展会员不多于职工")
    page.get_by_label("条件").fill("[Z203] ≤ [Z2")
    expect(page.locator("#tried mark")).to_have_text("[Z2")
    page.get_by_label("条件").fill("[Z203] ≤ [Z201]")
    page.get_by_label("例子").fill("Z203=9，Z201=10 => 通过\nZ203=11，Z201=10 => 不通过")
    expect(page.locator("#tried").get_by_text("与预期相符")).to_have_count(2)
    page.get_by_role("button", name="保存检查").click()
    expect(page.get_by_text("全部相符")).to_be_visible()

    # Tried out as a village sees it, in the browser alone.
    page.get_by_role("link", name="试填预览").click()
    page.locator("#cell-Z201").fill("5")
    page.locator("#cell-Z203").fill("9")
    expect(page.locator("#message-Z203")).to_have_text("不符合“发展会员不多于职工”，请核对。")
    page.locator("#cell-Z203").fill("4")
    expect(page.locator("#message-Z203")).to_have_text("")

    with scoped():
        draft = ReturnForm.objects.get(version=2)
        assert [cell.label for cell in draft.layout()][-2:] == ["联合工会数", "已整改问题数"]
    page.goto(f"/responsibilities/forms/{draft.pk}/")
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url(f"**/forms/{draft.pk}/")

    with scoped():
        draft.refresh_from_db()
        assert draft.state == "published"
