"""Administrators show a second factor first; sessions end."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone

from orgs.models import User

PASSWORD = "Shan-Gao-Yue-Xiao-7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret: str = SECRET) -> str:
    counter = int(time.time()) // 30
    return format_hotp_value(hotp_value(secret, counter))


def nine_tomorrow():
    return (timezone.localtime() + timedelta(days=1)).replace(hour=9, minute=0)


def enter(client, user: User):
    user.set_password(PASSWORD)
    user.save()
    return client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})


@pytest.fixture
def administrator(cast) -> User:
    return User.objects.get(pk=cast.administrator.user_id)


@pytest.fixture
def secretary(cast) -> User:
    return User.objects.get(pk=cast.secretary.user_id)


# --- second factor --------------------


@pytest.mark.parametrize("path", ["/", "/orgs/", "/orgs/people/", "/documents/"])
def test_an_administrator_without_a_factor_sees_nothing_else(administrator, client, path):
    enter(client, administrator)
    assert client.get(path).url == reverse("mfa_index")
    shown = client.get(reverse("mfa_index")).content.decode()
    assert "还没有设置二次验证" in shown
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


def test_an_operator_without_a_factor_does_not_reach_the_platform(db, client):
    operator = User.objects.create(username="ops", person_name="运维", is_staff=True)
    enter(client, operator)
    assert client.get(reverse("admin:index")).url == reverse("mfa_index")
    assert client.get(reverse("admin:orgs_user_changelist")).url == reverse("mfa_index")


def test_a_fragment_is_led_there_as_a_whole_page(administrator, client):
    enter(client, administrator)
    answer = client.get("/orgs/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("mfa_index")


def test_others_need_no_factor(secretary, client):
    enter(client, secretary)
    assert client.get("/").status_code == 200


def test_setting_up_the_app_opens_the_desk_and_gives_codes_once(administrator, client):
    enter(client, administrator)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    before = client.session.session_key
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "验证码不正确" in wrong.content.decode()
    done = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert done.url == reverse("mfa_view_recovery_codes")
    assert client.session.session_key != before
    codes = client.get(done.url).context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/").status_code == 200
    again = client.get(done.url).content.decode()
    assert codes[0] not in again


def test_the_secret_lies_encrypted_in_the_database(administrator):
    TOTP.activate(administrator, SECRET)
    kept = Authenticator.objects.get(user=administrator)
    assert SECRET not in str(kept.data)
    assert kept.wrap().validate_code(code_now())


def test_sign_in_asks_for_the_code_and_a_code_serves_once(administrator, client):
    TOTP.activate(administrator, SECRET)
    assert enter(client, administrator).url == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    code = code_now()
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get("/").status_code == 200
    client.logout()
    enter(client, administrator)
    again = client.post(reverse("mfa_authenticate"), {"code": code})
    assert "验证码不正确" in again.content.decode()


def test_a_session_opened_by_another_way_must_still_show_the_factor(administrator, client):
    TOTP.activate(administrator, SECRET)
    client.force_login(administrator, backend="orgs.terms.AccountBackend")
    assert client.get("/").url.startswith(reverse("mfa_reauthenticate"))
    client.post(f"{reverse('mfa_reauthenticate')}?next=/", {"code": code_now()})
    assert client.get("/").status_code == 200


def test_an_administrator_keeps_one_factor(administrator, client):
    enter(client, administrator)
    page = client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code_now(page.context["form"].secret)})
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert "管理员须保留至少一种" in refused.content.decode()
    assert Authenticator.objects.filter(user=administrator, type="totp").exists()


# --- the end of a session --------------------


def test_an_idle_session_ends_and_says_why(secretary, client):
    with time_machine.travel(nine_tomorrow()) as clock:
        enter(client, secretary)
        clock.shift(29 * 60)
        assert client.get("/").status_code == 200
        clock.shift(29 * 60)
        assert client.get("/").status_code == 200
        clock.shift(31 * 60)
        assert client.get("/orgs/").url == "/accounts/login/?next=%2Forgs%2F"
        assert "没有操作" in client.get("/accounts/login/").content.decode()
        assert "_auth_user_id" not in client.session


def test_a_session_ends_after_twelve_hours_however_busy(secretary, client):
    with time_machine.travel(nine_tomorrow()) as clock:
        enter(client, secretary)
        for _ in range(36):
            assert client.get("/").status_code == 200
            clock.shift(20 * 60)
        assert client.get("/").status_code == 302


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(secretary, client):
    with time_machine.travel(nine_tomorrow()) as clock:
        enter(client, secretary)
        clock.shift(20 * 60)
        client.get("/", headers={"X-Background": "1"})
        clock.shift(11 * 60)
        assert client.get("/").status_code == 302


def test_the_session_key_changes_at_sign_in_and_at_a_switch_of_post(secretary, client):
    client.get("/accounts/login/")
    keys = {client.session.session_key}
    enter(client, secretary)
    keys.add(client.session.session_key)
    term = client.get("/").context["actor"].appointment_id
    client.post(reverse("orgs:switch_post"), {"post": term})
    keys.add(client.session.session_key)
    assert len(keys) == 3
