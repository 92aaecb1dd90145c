"""Invitation links: one person, one post, one use, until a day."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity.keys import Key
from gongjian.commons.identity.models import Invitation
from gongjian.commons.identity.services import accept_invitation, invite, revoke_invitation
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Appointment, Membership, Tenant, Unit, User
from tests.factories.cast import build_cast
from tests.factories.identity import make_invitation, post_of

PASSWORD = "Yun-Ling-Guan-Lan-7x"
ENTRY = {"username": "linxiao", "password": PASSWORD, "again": PASSWORD}


def join_url(key) -> str:
    return reverse("identity:join", args=[str(key)])


def test_a_link_seats_its_bearer_in_that_post_and_serves_once(cast, client):
    invitation, key = make_invitation(cast)
    shown = client.get(join_url(key)).content.decode()
    assert "林晓，示范市邀请您担任" in shown
    assert client.post(join_url(key), ENTRY).url == reverse("account_login")
    term = Appointment.objects.get(user__username="linxiao")
    assert term.post_id == invitation.post_id
    assert Membership.objects.get(user=term.user).tenant == cast.tenant

    client.post(reverse("account_login"), {"login": "linxiao", "password": PASSWORD})
    assert client.get("/").context["actor"].post_title == "副书记"

    again = Client().post(join_url(key), {**ENTRY, "username": "second"})
    assert again.status_code == 404
    assert not User.objects.filter(username="second").exists()


def test_the_link_itself_is_kept_nowhere(cast):
    invitation, key = make_invitation(cast)
    kept = str(Invitation.objects.filter(pk=invitation.pk).values())
    assert key.secret not in kept


@pytest.mark.parametrize("wrong", ["expired", "revoked", "closed", "inviter", "tenant", "unit"])
def test_an_unusable_link_says_the_same_whatever_is_wrong(cast, client, wrong):
    invitation, key = make_invitation(cast)
    rows = Invitation.objects.filter(pk=invitation.pk)
    if wrong == "expired":
        rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif wrong == "revoked":
        revoke_invitation(invitation, actor=cast.administrator)
    elif wrong == "closed":
        Tenant.objects.filter(pk=cast.tenant.pk).update(is_active=False)
    elif wrong == "inviter":
        User.objects.filter(pk=cast.administrator.user_id).update(is_active=False)
    elif wrong == "tenant":
        key = Key(cast.elsewhere.pk, key.secret)
    else:
        Unit.objects.filter(pk=cast.hongqi.pk).update(closed_on=timezone.localdate())
    for answer in (client.get(join_url(key)), client.post(join_url(key), ENTRY)):
        assert answer.status_code == 404
        assert "这个邀请链接无效" in answer.content.decode()
    assert not User.objects.filter(username="linxiao").exists()


@pytest.mark.parametrize("key", ["x", "1-short", "-" + "a" * 43, "9" * 20 + "-" + "a" * 43])
def test_nonsense_is_no_link(db, client, key):
    assert client.get(reverse("identity:join", args=[key])).status_code == 404


def test_a_weak_password_leaves_the_link_unused(cast, client):
    invitation, key = make_invitation(cast)
    weak = "password2026!"
    answer = client.post(join_url(key), {**ENTRY, "password": weak, "again": weak})
    assert answer.status_code == 422
    assert "常用密码" in answer.content.decode()
    differs = client.post(join_url(key), {**ENTRY, "again": "other"})
    assert "两次输入的密码不一致" in differs.content.decode()
    assert Invitation.objects.get(pk=invitation.pk).used_at is None


def test_a_name_in_use_is_told_and_the_link_stays(cast, client):
    _, key = make_invitation(cast)
    taken = User.objects.get(pk=cast.office.user_id).username
    answer = client.post(join_url(key), {**ENTRY, "username": taken})
    assert answer.status_code == 422
    assert client.post(join_url(key), ENTRY).status_code == 302


def test_who_is_signed_in_takes_the_post_with_their_own_account(cast, sign_in):
    invitation, key = make_invitation(cast)
    client = sign_in(cast.union_chair)
    assert "孙国强" in client.get(join_url(key)).content.decode()
    assert client.post(join_url(key)).url == "/"
    assert Appointment.objects.filter(post=invitation.post, user_id=cast.union_chair.user_id)


def test_administrators_are_never_seated_by_a_link(cast):
    with pytest.raises(DomainError, match="不能用链接邀请"):
        invite(post_of(cast.auditor), actor=cast.administrator, person_name="某", days=3)
    with pytest.raises(FieldErrors):
        invite(post_of(cast.secretary), actor=cast.administrator, person_name="某", days=15)
    with pytest.raises(NotPermitted):
        invite(post_of(cast.secretary), actor=cast.office, person_name="某", days=3)


def test_the_administrator_makes_and_revokes_on_the_screens(cast, sign_in):
    client = sign_in(cast.administrator)
    url = reverse("identity:invitation_create", args=[cast.secretary.post_id])
    assert client.get(url).status_code == 200
    shown = client.post(url, {"person_name": "林晓", "days": 3}).content.decode()
    assert "/identity/join/" in shown
    invitation = Invitation.objects.get()
    assert "林晓" in client.get(reverse("identity:invitation_list")).content.decode()
    client.post(reverse("identity:invitation_revoke", args=[invitation.pk]))
    assert Invitation.objects.get().revoked_at is not None
    other = sign_in(cast.office)
    assert other.get(reverse("identity:invitation_list")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    cast, sign_in, django_assert_num_queries, count
):
    for number in range(count):
        make_invitation(cast, title=f"职务{number}")
    client = sign_in(cast.administrator)
    with django_assert_num_queries(6):
        client.get(reverse("identity:invitation_list"))


@pytest.mark.django_db(transaction=True)
def test_of_two_bearers_at_once_one_is_seated():
    with transaction.atomic():
        cast = build_cast()
        with tenant_scope(cast.tenant.pk):
            _, key = make_invitation(cast)
    barrier, outcome = Barrier(2), []

    def take(name: str) -> None:
        barrier.wait()
        try:
            accept_invitation(key, user=None, username=name, password=PASSWORD)
            outcome.append("seated")
        except DomainError:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=take, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome) == ["refused", "seated"]
