"""Lost telephones: the security administrator helps others, never himself."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity.models import SignInTry
from gongjian.commons.identity.services import reset_second_factor
from gongjian.commons.identity.tasks import tick_forget
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.models import Appointment, Membership, User

PASSWORD = "Shan-Gao-Yue-Xiao-7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
REASON = "手机丢失，已当面核验身份证"


@pytest.fixture
def administrator(cast) -> User:
    user = User.objects.get(pk=cast.administrator.user_id)
    TOTP.activate(user, SECRET)
    return user


def signed_in(user: User) -> Client:
    """Through the sign-in itself, with a code where one is asked for."""
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    entry = {"login": user.username, "password": PASSWORD}
    if client.post(reverse("account_login"), entry).url == reverse("mfa_authenticate"):
        code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
        client.post(reverse("mfa_authenticate"), {"code": code})
    return client


def term_of(actor) -> Appointment:
    return Appointment.objects.get(pk=actor.appointment_id)


def test_the_security_administrator_resets_it_and_the_sessions_end(cast, administrator, sign_in):
    other = signed_in(administrator)
    assert other.get("/").status_code == 200
    client = sign_in(cast.security)
    listed = client.get(reverse("identity:factor_list")).content.decode()
    assert "已设置1种" in listed
    assert "尚未设置" in listed
    url = reverse("identity:factor_reset", args=[cast.administrator.appointment_id])
    assert "方凯" in client.get(url).content.decode()
    assert client.post(url, {"reason": "忘"}).status_code == 422
    assert client.post(url, {"reason": REASON}).status_code == 302
    assert not Authenticator.objects.filter(user=administrator).exists()
    assert other.get("/").url.startswith("/accounts/login/")
    assert TrailEntry.objects.get(action="identity.factor.reset").reason == REASON


def test_nobody_resets_their_own_and_nobody_else_resets_at_all(cast, administrator):
    with pytest.raises(DomainError, match="自己"):
        reset_second_factor(term_of(cast.security), actor=cast.security, reason=REASON)
    for actor in (cast.administrator, cast.auditor, cast.office):
        with pytest.raises(NotPermitted):
            reset_second_factor(term_of(cast.administrator), actor=actor, reason=REASON)
    with pytest.raises(FieldErrors):
        reset_second_factor(term_of(cast.administrator), actor=cast.security, reason=" ")
    assert Authenticator.objects.filter(user=administrator).exists()


def test_who_also_belongs_to_another_tenant_is_left_to_the_platform(cast, administrator):
    Membership.objects.create(user=administrator, tenant=cast.elsewhere)
    with pytest.raises(DomainError, match="平台运维"):
        reset_second_factor(term_of(cast.administrator), actor=cast.security, reason=REASON)


def test_the_platform_resets_by_command(administrator, capsys):
    call_command("reset_second_factor", administrator.username, reason=REASON)
    assert not Authenticator.objects.filter(user=administrator).exists()
    assert "已重置方凯" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有账号"):
        call_command("reset_second_factor", "nobody", reason=REASON)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    cast, sign_in, django_assert_num_queries, count
):
    keep = [cast.administrator, cast.security, cast.auditor][:count]
    Appointment.objects.filter(
        post__role__in=["tenant_administrator", "security_administrator", "auditor"]
    ).exclude(pk__in=[actor.appointment_id for actor in [cast.security, *keep]]).update(
        ends_on=timezone.localdate() - timedelta(days=1),
        starts_on=timezone.localdate() - timedelta(days=9),
    )
    client = sign_in(cast.security)
    with django_assert_num_queries(6):
        client.get(reverse("identity:factor_list"))


def test_the_night_forgets_what_is_over(cast, administrator):
    kept = signed_in(User.objects.get(pk=cast.office.user_id)).session.session_key
    ended = signed_in(administrator)
    assert UserSession.objects.count() == 2
    Session.objects.filter(session_key=ended.session.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    SignInTry.objects.create(account="a", network="b")
    SignInTry.objects.update(at=timezone.now() - timedelta(hours=2))
    tick_forget()
    assert list(Session.objects.values_list("session_key", flat=True)) == [kept]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept]
    assert not SignInTry.objects.exists()
