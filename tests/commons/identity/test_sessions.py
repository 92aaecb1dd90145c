"""The list of one's own sessions, proof of identity, and the end of access on every path."""

from __future__ import annotations

import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from orgs.models import User
from tests.factories.planning import issue_down_to_the_village
from tests.factories.returns import open_quarter

PASSWORD = "Shan-Gao-Yue-Xiao-7"


@pytest.fixture
def secretary(cast) -> User:
    user = User.objects.get(pk=cast.secretary.user_id)
    user.set_password(PASSWORD)
    user.save()
    return user


def enter(user: User, client: Client | None = None) -> Client:
    client = client or Client(headers={"User-Agent": "Firefox 128"})
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_one_sees_ones_sessions_and_signs_the_others_out(secretary):
    here, there = enter(secretary), enter(secretary)
    shown = here.get(reverse("usersessions_list"))
    assert shown.context["session_count"] == 2
    text = shown.content.decode()
    assert "Firefox 128" in text
    assert text.count("本设备") == 1
    here.post(reverse("usersessions_list"))
    assert is_in(here)
    assert not is_in(there)


def test_the_list_knows_this_session_after_a_switch_of_post(secretary):
    client = enter(secretary)
    term = client.get("/").context["actor"].appointment_id
    client.post(reverse("orgs:switch_post"), {"post": term})
    assert client.get(reverse("usersessions_list")).context["session_count"] == 1
    assert UserSession.objects.get(user=secretary).session_key == client.session.session_key


def test_nobody_sees_the_sessions_of_another(cast, secretary, sign_in):
    enter(secretary)
    other = sign_in(cast.office).get(reverse("usersessions_list"))
    assert "Firefox 128" not in other.content.decode()


def test_a_changed_password_ends_the_other_sessions(secretary):
    first, second, third = (enter(secretary) for _ in range(3))
    new = "Yun-Ling-Guan-Lan-7x"
    first.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert [is_in(client) for client in (first, second, third)] == [True, False, False]


@pytest.mark.parametrize(
    "path", ["/", "/orgs/", "/documents/", "/notices/", "/honours/", "/accounts/2fa/"]
)
def test_a_stopped_account_is_out_everywhere_at_once(secretary, path):
    client = enter(secretary)
    User.objects.filter(pk=secretary.pk).update(is_active=False)
    assert client.get(path).url.startswith("/accounts/login/")
    answer = client.get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 302


# --- proof of identity --------------------


def make_stale(client: Client) -> None:
    session = client.session
    long_ago = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT - 1
    for entry in session["account_authentication_methods"]:
        entry["at"] = long_ago
    session.save()


def test_every_act_that_asks_for_proof_exists():
    known = {
        f"{namespace}:{name}"
        for namespace, (_, resolver) in get_resolver().namespace_dict.items()
        for name in resolver.reverse_dict
        if isinstance(name, str)
    }
    assert set(settings.PROOF_OF_IDENTITY) <= known


def test_an_export_with_telephones_asks_again_and_then_opens(cast):
    issue_down_to_the_village(cast)
    open_quarter(cast)
    user = User.objects.get(pk=cast.township.user_id)
    user.set_password(PASSWORD)
    user.save()
    client = enter(user)
    url = reverse("responsibilities:phone_export")
    assert client.get(url).status_code == 200
    make_stale(client)
    led = client.get(url)
    assert led.url.startswith(reverse("account_reauthenticate"))
    assert "请再次确认身份" in client.get(led.url).content.decode()
    wrong = client.post(led.url, {"password": "wrong"})
    assert "密码不正确" in wrong.content.decode()
    assert client.get(url).status_code == 302
    done = client.post(led.url, {"password": PASSWORD})
    assert done.url == url
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("honours:register_export", []),
        ("publicity:placement_release", [1]),
        ("assessments:run_step", [1, "publish"]),
        ("commendations:programme_step", [1, "announce"]),
        ("documents:officialdocument_step", [1, "issue"]),
        ("orgs:password_reset", [1]),
    ],
)
def test_publishing_asks_before_anything_is_read_or_written(cast, sign_in, name, arguments):
    client = sign_in(cast.office)
    make_stale(client)
    url = reverse(name, args=arguments)
    for answer in (client.get(url), client.post(url, {})):
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_reauthenticate"))


def test_other_steps_of_the_same_page_do_not_ask(cast, sign_in):
    client = sign_in(cast.office)
    make_stale(client)
    url = reverse("assessments:run_step", args=[1, "finish"])
    assert client.get(url).status_code == 404


def test_an_open_redirect_is_none(secretary):
    client = enter(secretary)
    for target in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = client.post(
            f"{reverse('account_reauthenticate')}?next={target}", {"password": PASSWORD}
        )
        assert "evil" not in answer.get("Location", "")
    with pytest.raises(NoReverseMatch):
        reverse("account_never")
