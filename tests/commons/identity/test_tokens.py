"""Tokens of machines: hashed, scoped, ending, and gone with the post."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity.api import TokenView, actor_of_token
from gongjian.commons.identity.keys import Key
from gongjian.commons.identity.models import AccessToken
from gongjian.commons.identity.services import revoke_token
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from orgs.models import Appointment, RoleGrant, Tenant, User
from tests.factories.identity import make_access_token


def call(key, client=None):
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    return (client or Client()).get(reverse("api:whoami"), headers=headers)


def test_a_token_acts_for_its_post_as_far_as_its_scopes(cast):
    token, key = make_access_token(cast)
    answer = call(key)
    assert answer.status_code == 200
    assert answer.json()["tenant"] == "示范市"
    assert answer.json()["scopes"] == ["orgs.view_unit", "web.enter"]
    assert AccessToken.objects.get(pk=token.pk).last_used_at is not None
    actor = actor_of_token(token)
    assert not actor.may("orgs.manage_unit")
    assert "令牌：数据共享平台" in actor.label


def test_only_a_hash_is_kept(cast):
    token, key = make_access_token(cast)
    assert key.secret not in str(AccessToken.objects.filter(pk=token.pk).values())


@pytest.mark.parametrize(
    "end", ["revoked", "expired", "term", "account", "tenant", "member", "elsewhere", "forged"]
)
def test_it_is_over_on_the_next_request(cast, end):
    token, key = make_access_token(cast)
    assert call(key).status_code == 200
    if end == "revoked":
        revoke_token(token, actor=cast.office)
    elif end == "expired":
        AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "term":
        yesterday = today() - timedelta(days=1)
        Appointment.objects.filter(pk=cast.office.appointment_id).update(
            starts_on=yesterday, ends_on=yesterday
        )
    elif end == "account":
        User.objects.filter(pk=cast.office.user_id).update(is_active=False)
    elif end == "tenant":
        Tenant.objects.filter(pk=cast.tenant.pk).update(is_active=False)
    elif end == "member":
        User.objects.get(pk=cast.office.user_id).memberships.all().delete()
    elif end == "elsewhere":
        key = Key(cast.elsewhere.pk, key.secret)
    else:
        key = Key(key.tenant_id, key.secret[:-1] + ("A" if key.secret[-1] != "A" else "B"))
    answer = call(key)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "令牌无效" in answer.json()["detail"]


def test_what_the_role_loses_its_tokens_lose(cast):
    _, key = make_access_token(cast)
    RoleGrant.objects.create(role="office", permission="orgs.view_unit", reach="")
    assert call(key).json()["scopes"] == ["web.enter"]


def test_no_token_no_answer_and_a_session_is_no_token(cast, sign_in):
    assert call(None).status_code == 401
    assert call("nonsense").status_code == 401
    assert call(None, sign_in(cast.office)).status_code in {401, 403}


def test_a_token_makes_no_session_and_opens_no_page(cast):
    _, key = make_access_token(cast)
    client = Client()
    before = Session.objects.count()
    call(key, client)
    assert Session.objects.count() == before
    page = client.get("/orgs/", headers={"Authorization": f"Bearer {key}"})
    assert page.status_code == 302


def test_a_view_asks_for_its_scope(cast, rf):
    class Reading(TokenView):
        permission = "orgs.view_trail"

        def get(self, request):
            raise AssertionError("not reached")

    _, key = make_access_token(cast)
    request = rf.get("/", headers={"Authorization": f"Bearer {key}"})
    answer = Reading.as_view()(request)
    assert answer.status_code == 403


def test_nobody_gives_a_token_more_than_they_hold(cast):
    with pytest.raises(FieldErrors):
        make_access_token(cast, scopes=["orgs.grant_role"])
    with pytest.raises(FieldErrors):
        make_access_token(cast, scopes=[])
    with pytest.raises(FieldErrors):
        make_access_token(cast, days=366)
    with pytest.raises(NotPermitted):
        make_access_token(cast, actor=cast.secretary)
    token, _ = make_access_token(cast)
    with pytest.raises(NotPermitted):
        revoke_token(token, actor=cast.administrator)


def test_the_screens_show_a_token_once(cast, sign_in):
    client = sign_in(cast.office)
    assert client.get(reverse("identity:token_create")).status_code == 200
    values = {"name": "共享平台", "days": 30, "scopes": ["orgs.view_unit"]}
    shown = client.post(reverse("identity:token_create"), values)
    secret = shown.context["secret"]
    assert call(secret).status_code == 200
    listed = client.get(reverse("identity:token_list")).content.decode()
    assert "共享平台" in listed
    assert secret not in listed
    token = AccessToken.objects.get()
    client.post(reverse("identity:token_revoke", args=[token.pk]))
    assert call(secret).status_code == 401


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    cast, sign_in, django_assert_num_queries, count
):
    for _ in range(count):
        make_access_token(cast)
    client = sign_in(cast.office)
    with django_assert_num_queries(6):
        client.get(reverse("identity:token_list"))
