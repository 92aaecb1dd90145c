"""Passwords: profiles of a tenant, known lists, the first sign-in, renewal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity.models import SignInRules
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import NotPermitted
from gongjian.foundation.web.passwords import Argon2id
from orgs.models import Post, User
from orgs.services import appoint_new_person, reset_password
from tests.factories.identity import choose_rules

GOOD = "Yun-Ling-Guan-Lan-7x"


@pytest.fixture
def secretary(cast) -> User:
    return User.objects.get(pk=cast.secretary.user_id)


def errors_of(password: str, user: User) -> str:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, user)
    return "".join(refused.value.messages)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("password2026!", "常用密码"),
        ("P@ssw0rd2026", "常用密码"),
        ("iloveyou123456", "常用密码"),
        ("Gongjian-2026x", "gongjian"),
        ("shifanshi-8861-Q", "示范市"),
        ("ZhaoChunmei-88x", "赵春梅"),
        ("short-7A", "10"),
    ],
)
def test_what_guessers_try_first_is_refused(secretary, password, words):
    assert words in errors_of(password, secretary)


def test_a_good_password_passes_every_profile(cast, secretary):
    for profile in ("plain", "dengbao", "asvs"):
        choose_rules(cast, profile=profile)
        validate_password(GOOD, secretary)


def test_each_profile_refuses_what_it_names(cast, secretary):
    choose_rules(cast, profile="dengbao")
    assert "至少三种" in errors_of("abcdefghijkmnopqrs", secretary)
    choose_rules(cast, profile="asvs")
    assert "十五个字" in errors_of("Mx7-qRt9-Lw", secretary)
    choose_rules(cast, profile="plain")
    validate_password("Mx7-qRt9-Lw", secretary)


def test_the_words_of_the_tenant_are_refused_in_letters_too(cast, secretary):
    choose_rules(cast, words="观澜湖\n\n老街")
    assert "观澜湖" in errors_of("Guanlanhu-77xQ", secretary)
    assert "老街" in errors_of("xx老街-77-QmPz", secretary)


def test_the_present_password_is_no_new_one(secretary):
    secretary.set_password(GOOD)
    secretary.save()
    assert "现在的密码" in errors_of(GOOD, secretary)


def test_the_rules_of_another_tenant_bind_nobody_here(cast, secretary):
    SignInRules.objects.create(tenant=cast.elsewhere, profile="asvs")
    validate_password("Mx7-qRt9-Lw", secretary)


def test_the_hash_is_argon2id(settings):
    assert Argon2id().encode(GOOD, "x" * 16).startswith("argon2$argon2id$")
    from gongjian.settings import base

    assert base.PASSWORD_HASHERS[0] == "gongjian.foundation.web.passwords.Argon2id"


# --- the first sign-in, renewal --------------------


def test_a_first_password_opens_nothing_but_its_change(cast, client):
    post = Post.objects.get(pk=cast.secretary.post_id)
    holder = appoint_new_person(
        post, actor=cast.administrator, username="newcomer", person_name="何新"
    )
    client.post(reverse("account_login"), {"login": "newcomer", "password": holder.password})
    for path in ("/", "/orgs/", "/notices/"):
        assert client.get(path).url == reverse("account_change_password")
    page = client.get(reverse("account_change_password")).content.decode()
    assert "这是初始密码" in page
    values = {"oldpassword": holder.password, "password1": GOOD, "password2": GOOD}
    assert client.post(reverse("account_change_password"), values).status_code == 302
    assert client.get("/").status_code == 200
    assert not User.objects.get(username="newcomer").password_is_temporary


def test_a_reset_by_the_administrator_is_temporary_and_ends_the_sessions(cast, secretary, sign_in):
    client = sign_in(cast.secretary)
    assert client.get("/").status_code == 200
    password = reset_password(
        secretary, actor=cast.administrator, post=Post.objects.get(pk=cast.secretary.post_id)
    )
    assert client.get("/").url.startswith("/accounts/login/")
    client.post(reverse("account_login"), {"login": secretary.username, "password": password})
    assert client.get("/").url == reverse("account_change_password")


def test_dengbao_asks_for_a_new_password_after_ninety_days(cast, secretary, client):
    secretary.set_password(GOOD)
    secretary.password_set_at = timezone.now() - timedelta(days=91)
    secretary.save()
    entry = {"login": secretary.username, "password": GOOD}
    client.post(reverse("account_login"), entry)
    assert client.get("/").status_code == 200
    client.logout()
    choose_rules(cast, profile="dengbao")
    client.post(reverse("account_login"), entry)
    assert client.get("/").url == reverse("account_change_password")
    new = f"{GOOD}-Q"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": GOOD, "password1": new, "password2": new},
    )
    assert client.get("/").status_code == 200


# --- the rules themselves --------------------


def test_the_security_administrator_sets_the_rules_and_it_is_written_down(cast, sign_in):
    client = sign_in(cast.security)
    url = reverse("identity:rules")
    assert client.get(url).status_code == 200
    values = {"profile": "dengbao", "idle_minutes": 15, "longest_hours": 8, "words": "老街"}
    assert client.post(url, values).status_code == 302
    rules = SignInRules.objects.get(tenant=cast.tenant)
    assert (rules.profile, rules.idle_minutes, rules.forbidden_words) == ("dengbao", 15, ["老街"])
    entry = TrailEntry.objects.get(action="identity.rules.set")
    assert entry.after["profile"] == "dengbao"
    assert client.post(url, {**values, "idle_minutes": 600}).status_code == 422


@pytest.mark.parametrize("who", ["administrator", "office", "auditor", "secretary"])
def test_nobody_else_sets_them(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get(reverse("identity:rules")).status_code == 404
    with pytest.raises(NotPermitted):
        choose_rules(type("Other", (), {"security": getattr(cast, who)}))


def test_the_idle_time_of_the_tenant_holds(cast, secretary, client):
    choose_rules(cast, idle_minutes=5)
    secretary.set_password(GOOD)
    secretary.save()
    start = (timezone.localtime() + timedelta(days=1)).replace(hour=9, minute=0)
    with time_machine.travel(start) as clock:
        client.post(reverse("account_login"), {"login": secretary.username, "password": GOOD})
        clock.shift(4 * 60)
        assert client.get("/").status_code == 200
        clock.shift(6 * 60)
        assert client.get("/").status_code == 302
    assert isinstance(start, datetime)
