"""Limits of sign-in tries: they stop guessing, and they lock nobody else out."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity.models import SignInTry
from gongjian.commons.identity.tries import PER_ACCOUNT, PER_PAIR, network_of, plain_login
from orgs.models import User

PASSWORD = "Shan-Gao-Yue-Xiao-7"
HERE, THERE = "10.1.1.7", "10.9.9.9"


@pytest.fixture
def account(cast) -> User:
    user = User.objects.get(pk=cast.secretary.user_id)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def attempt(client):
    def send(login: str, password: str, address: str = HERE):
        client.logout()
        return client.post(
            reverse("account_login"),
            {"login": login, "password": password},
            REMOTE_ADDR=address,
        )

    return send


def test_the_sixth_wrong_password_is_refused_even_when_the_seventh_is_right(account, attempt):
    for _ in range(PER_PAIR):
        assert "用户名或密码不正确" in attempt(account.username, "wrong").content.decode()
    answer = attempt(account.username, PASSWORD)
    assert answer.status_code == 200
    assert "五分钟后再试" in answer.content.decode()


def test_a_stranger_cannot_lock_the_secretary_out(account, attempt):
    for number in range(PER_ACCOUNT + 10):
        attempt(account.username, "wrong", f"10.2.{number}.1")
    assert attempt(account.username, PASSWORD, THERE).status_code == 302


def test_under_attack_a_network_has_one_try_instead_of_five(account, attempt):
    for number in range(PER_ACCOUNT):
        attempt(account.username, "wrong", f"10.2.{number}.1")
    assert "用户名或密码不正确" in attempt(account.username, "wrong", THERE).content.decode()
    assert "五分钟后再试" in attempt(account.username, PASSWORD, THERE).content.decode()


def test_a_county_behind_one_address_signs_in_on_the_last_day(account, attempt):
    for _ in range(60):
        assert attempt(account.username, PASSWORD).status_code == 302
    assert not SignInTry.objects.exists()


def test_the_limit_ends_after_five_minutes(account, attempt):
    for _ in range(PER_PAIR):
        attempt(account.username, "wrong")
    SignInTry.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert attempt(account.username, PASSWORD).status_code == 302


def test_a_right_password_does_not_wipe_the_wrong_ones(account, attempt):
    for _ in range(PER_PAIR - 1):
        attempt(account.username, "wrong")
    assert attempt(account.username, PASSWORD).status_code == 302
    attempt(account.username, "wrong")
    assert "五分钟后再试" in attempt(account.username, PASSWORD).content.decode()


def test_an_unknown_user_hears_the_same_as_a_known_one(account, attempt):
    def shape(login: str) -> list[tuple[int, bool, bool]]:
        answers = [attempt(login, "wrong") for _ in range(PER_PAIR + 1)]
        texts = [answer.content.decode() for answer in answers]
        return [
            (answer.status_code, "用户名或密码不正确" in text, "五分钟后再试" in text)
            for answer, text in zip(answers, texts, strict=True)
        ]

    known, unknown = shape(account.username), shape("nobody-of-this-name")
    assert known == unknown
    assert known[-1] == (200, False, True)


def test_variants_of_a_name_share_one_counter(account, attempt):
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in account.username)
    assert plain_login(wide) == plain_login(f" {account.username.upper()} ")
    for login in (wide, account.username.upper(), f" {account.username}"):
        attempt(login, "wrong")
    assert len(set(SignInTry.objects.values_list("account", flat=True))) == 1


def test_no_try_tells_what_was_typed(attempt, db):
    attempt("my-own-password-by-mistake", "wrong")
    kept = SignInTry.objects.get()
    assert "password" not in f"{kept.account}{kept.network}{kept}"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("unknown", "unknown"),
    ],
)
def test_a_network_is_what_an_attacker_cannot_easily_leave(address, network):
    assert network_of(address) == network


def test_a_forged_forwarded_address_does_not_help(account, client):
    for number in range(PER_PAIR + 1):
        answer = client.post(
            reverse("account_login"),
            {"login": account.username, "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.{number}.1, 198.51.{number}.2"},
        )
    assert "五分钟后再试" in answer.content.decode()


class CountingHasher(MD5PasswordHasher):
    """The fast hasher of the tests, which tells how often it was at work."""

    times: ClassVar[int] = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.times += 1
        return super().encode(password, salt)


def test_an_unknown_user_costs_the_same_time(account, attempt, settings):
    settings.PASSWORD_HASHERS = ["tests.commons.identity.test_tries.CountingHasher"]
    spent = []
    for login in (account.username, "nobody-of-this-name"):
        CountingHasher.times = 0
        attempt(login, "wrong")
        spent.append(CountingHasher.times)
    assert spent[0] == spent[1] > 0
