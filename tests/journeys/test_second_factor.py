"""An administrator sets up a second factor in a real browser, and signs in with it."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from orgs.models import User
from tests.journeys.accessibility import assert_accessible
from tests.journeys.test_accessible import look_at

PASSWORD = "Gongjian-2026"

pytestmark = pytest.mark.second_factor


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def person(committed_cast) -> User:
    user = User.objects.get(pk=committed_cast.administrator.user_id)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def page(browser, live_server):
    # A name, not a number: browsers give keys to names alone.
    context = browser.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"), locale="zh-CN"
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def sign_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("用户名")).to_be_visible()


def test_the_telephone_app(page, person):
    sign_in(page, person)
    expect(page.get_by_text("还没有设置二次验证")).to_be_visible()
    page.goto("/orgs/people/")
    expect(page.get_by_text("还没有设置二次验证")).to_be_visible()

    page.get_by_role("link", name="设置身份验证器").click()
    expect(page.get_by_alt_text("供身份验证器扫描的二维码")).to_be_visible()
    secret = page.locator(".factor-secret code").inner_text()
    page.locator("[name=code]").fill(code_of(secret))
    page.get_by_role("main").get_by_role("button", name="启用").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    spare = page.locator(".factor-codes code").first.inner_text()
    page.get_by_role("link", name="已保管好，进入工作台").click()
    expect(page.get_by_role("link", name="人员与职务").first).to_be_visible()

    sign_out(page)
    sign_in(page, person)
    expect(page.get_by_role("heading", name="二次验证")).to_be_visible()
    page.locator("[name=code]").fill("000000")
    page.get_by_role("button", name="验证并登录").click()
    expect(page.get_by_text("验证码不正确")).to_be_visible()
    page.locator("[name=code]").fill(spare)
    page.get_by_role("button", name="验证并登录").click()
    expect(page.get_by_role("link", name="人员与职务").first).to_be_visible()


def test_the_security_key(page, person):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, person)
    page.get_by_role("link", name="添加安全密钥").click()
    page.get_by_label("名称").fill("办公室的密钥")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    page.get_by_role("link", name="已保管好，进入工作台").click()
    expect(page.get_by_role("link", name="人员与职务").first).to_be_visible()

    sign_out(page)
    sign_in(page, person)
    page.get_by_role("button", name="改用安全密钥").click()
    expect(page.get_by_role("link", name="人员与职务").first).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("办公室的密钥")).to_be_visible()


def test_the_screens_of_sign_in_are_open_to_everybody(page, person):
    page.goto("/accounts/login/")
    assert_accessible(page)
    sign_in(page, person)
    expect(page.get_by_text("还没有设置二次验证")).to_be_visible()
    look_at(page, "/accounts/2fa/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/")
    secret = page.locator(".factor-secret code").inner_text()
    page.locator("[name=code]").fill(code_of(secret))
    page.get_by_role("main").get_by_role("button", name="启用").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    assert_accessible(page)
    look_at(
        page,
        "/accounts/sessions/",
        "/identity/tokens/",
        "/identity/tokens/new/",
        "/identity/invitations/",
        "/identity/support/",
    )
