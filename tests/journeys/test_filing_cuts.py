"""Nothing typed is lost: the network dies, the tab is killed, the sign-in runs out."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from orgs.models import User
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.services.returns import save_cells, start_return
from tests.factories.returns import CODES, open_quarter
from tests.journeys.conftest import PASSWORD

NUMBERS = ("120", "90", "12", "8", "6")


@pytest.fixture
def owed(committed_cast, scoped) -> Obligation:
    with scoped() as cast:
        period, _ = open_quarter(cast)
        return Obligation.objects.get(unit=cast.hongqi, period=period)


@pytest.fixture
def kept(owed, scoped):
    """What the database holds of the return, as whole numbers."""

    def read() -> list[int | None]:
        with scoped():
            held = QuarterlyReturn.objects.filter(obligation=owed).first()
            return [None if value is None else int(value) for value in held.values] if held else []

    return read


def sheet(owed: Obligation) -> str:
    return f"/responsibilities/returns/fill/{owed.pk}/"


def type_all(page: Page, codes: tuple[str, ...] = CODES) -> None:
    for code in codes:
        page.locator(f"#cell-{code}").fill(NUMBERS[CODES.index(code)])


def expect_saved(page: Page) -> None:
    expect(page.locator("gj-return")).to_have_attribute("data-dirty", "0", timeout=20_000)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def test_a_dead_network_keeps_every_cell_and_sends_it_later(
    committed_cast, owed, kept, window, network
):
    page = window(committed_cast.secretary, network)
    page.goto(sheet(owed))
    type_all(page, CODES[:2])
    expect_saved(page)

    network.cut(page.context)
    type_all(page, CODES[2:])
    expect(page.locator("#save-state")).to_contain_text("离线，3 项已存本机")
    assert kept() == [120, 90, None, None, None]
    network.mend(page.context)
    expect_saved(page)

    assert kept() == [120, 90, 12, 8, 6]


def test_a_server_that_stops_answering_is_asked_again(committed_cast, owed, kept, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    page.route("**/save/", lambda route: route.abort())
    type_all(page)
    expect(page.locator("#save-state")).to_contain_text("暂未上传，已存本机")
    page.unroute("**/save/")
    expect_saved(page)

    assert kept() == [120, 90, 12, 8, 6]


def test_a_killed_tab_gives_back_what_was_typed(committed_cast, owed, kept, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    type_all(page, CODES[:1])
    expect_saved(page)
    page.route("**/save/", lambda route: route.abort())
    type_all(page, CODES[1:])
    page.close(run_before_unload=False)
    assert kept() == [120, None, None, None, None]

    again = page.context.new_page()
    again.goto(sheet(owed))
    expect(again.get_by_text("已恢复本机草稿 4 项")).to_be_visible()
    expect_saved(again)

    assert kept() == [120, 90, 12, 8, 6]


def test_a_draft_over_a_cell_that_changed_meanwhile_asks(
    committed_cast, owed, kept, scoped, window
):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    page.route("**/save/", lambda route: route.abort())
    type_all(page, CODES[:2])
    page.close(run_before_unload=False)
    with scoped() as cast:
        held = start_return(owed, actor=cast.union_chair)
        save_cells(held, actor=cast.union_chair, changes={CODES[0]: "125"}, base={})

    again = page.context.new_page()
    again.goto(sheet(owed))
    # The untouched cell goes in by itself; of the other the person decides.
    expect(again.get_by_text("本机有 1 项未上传的草稿")).to_be_visible()
    expect_saved(again)
    assert kept()[:2] == [125, 90]
    again.get_by_role("button", name="采用草稿").click()
    expect_saved(again)

    assert kept()[:2] == [120, 90]


def test_the_sign_in_runs_out_over_the_form(committed_cast, owed, kept, window):
    page = window(committed_cast.secretary)
    page.goto(sheet(owed))
    Session.objects.all().delete()
    type_all(page)
    dialog = page.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible()
    dialog.get_by_label("用户名").fill(
        User.objects.get(pk=committed_cast.secretary.user_id).username
    )
    dialog.get_by_label("密码").fill("wrong-password")
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(dialog.get_by_text("没有登录成功")).to_be_visible()
    assert kept() == []
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(dialog).to_be_hidden()
    expect_saved(page)

    assert kept() == [120, 90, 12, 8, 6]


def test_somebody_else_signing_in_does_not_send_what_stands_here(
    committed_cast, owed, kept, window
):
    page = window(committed_cast.secretary)
    window(committed_cast.union_chair)  # sets the password
    page.goto(sheet(owed))
    Session.objects.all().delete()
    type_all(page, CODES[:1])
    dialog = page.get_by_role("dialog", name="登录已过期")
    other = User.objects.get(pk=committed_cast.union_chair.user_id).username
    dialog.get_by_label("用户名").fill(other)
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(dialog.get_by_text("不是填这张表的人")).to_be_visible()

    assert kept() == []


def test_with_a_dead_network_the_sheet_opens_and_loses_nothing(
    committed_cast, owed, kept, window, network, settings
):
    settings.OFFLINE_PAGES = True
    page = window(committed_cast.secretary, network)
    page.goto(sheet(owed))
    page.wait_for_function(
        "async path => Boolean(await (await caches.open('gongjian-pages')).match(path))",
        arg=sheet(owed),
    )
    page.wait_for_function(
        "async () => { for (const name of await caches.keys()) if (name.startsWith("
        "'gongjian-assets')) return (await (await caches.open(name)).keys()).length > 2; }"
    )
    type_all(page, CODES[:2])
    expect_saved(page)
    network.cut(page.context)
    type_all(page, CODES[2:4])
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.goto(sheet(owed))
    # The kept page is older than what was saved: it is brought up to it.
    expect(again.locator(f"#cell-{CODES[1]}")).to_have_value("90")
    expect(again.locator(f"#cell-{CODES[3]}")).to_have_value("8")
    type_all(again, CODES[4:])
    network.mend(again.context)
    expect_saved(again)
    assert kept() == [120, 90, 12, 8, 6]

    # Signing out leaves nothing of the sheet on the machine.
    again.goto("/accounts/logout/")
    again.locator("main form button, form button.primary").first.click()
    again.wait_for_url("**/accounts/login/**")
    assert again.evaluate("caches.has('gongjian-pages')") is False
    assert again.evaluate("Object.keys(localStorage).filter(k => k.includes('draft'))") == []
