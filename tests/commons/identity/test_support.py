"""Break-glass: for a time, with a reason, told to the tenant, read only and marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity.models import SupportAccess
from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import User
from tests.conftest import prove_identity
from tests.factories.identity import make_operator, make_support

ENTRY = {"ticket": "GD-7", "reason": "核查红旗村季报不能提交的问题", "hours": 1}


@pytest.fixture
def operator(cast, client):
    user = make_operator()
    client.force_login(user)
    session = client.session
    prove_identity(session, user.pk)
    session.save()
    return user


@pytest.fixture
def inside(cast, client, operator):
    answer = client.post(reverse("identity:support_enter"), {"tenant": cast.tenant.pk, **ENTRY})
    assert answer.url == "/"
    return SupportAccess.objects.get()


def test_without_it_an_operator_sees_no_tenant(cast, client, operator):
    assert client.get("/orgs/").url == reverse("admin:index")


def test_the_administrators_hear_of_it_at_once(cast, inside):
    told = Notice.objects.filter(rule="identity.support")
    assert set(told.values_list("post_id", flat=True)) == {
        cast.administrator.post_id,
        cast.security.post_id,
        cast.auditor.post_id,
    }
    notice = told.first()
    assert "GD-7" in notice.title
    assert "核查红旗村" in notice.body
    entry = TrailEntry.objects.get(action="identity.support.entered")
    assert entry.reason == ENTRY["reason"]


def test_the_operator_looks_and_every_look_is_marked(cast, client, inside):
    page = client.get("/orgs/")
    assert page.status_code == 200
    assert "平台支持〔GD-7〕" in page.content.decode()
    look = TrailEntry.objects.filter(action="identity.support.looked").latest("pk")
    assert look.after == {"path": "/orgs/"}
    assert "平台支持〔GD-7〕 平台运维李工" in look.actor_label


def test_the_operator_changes_nothing(cast, client, inside):
    url = reverse("orgs:unit_edit", args=[cast.hongqi.pk])
    answer = client.post(url, {"name": "改名"})
    assert answer.status_code == 403
    assert "只能查看" in answer.content.decode()
    assert client.get(reverse("orgs:unit_edit", args=[cast.hongqi.pk])).status_code == 404
    assert client.get(reverse("orgs:role_matrix")).status_code == 404


@pytest.mark.parametrize("end", ["left", "late", "ended", "stopped", "unstaffed"])
def test_it_ends_on_the_next_request(cast, client, operator, inside, end):
    rows = SupportAccess.objects.filter(pk=inside.pk)
    if end == "left":
        client.post(reverse("identity:support_leave"))
        assert rows.get().ended_at is not None
    elif end == "late":
        now = timezone.now()
        rows.update(started_at=now - timedelta(hours=1), ends_at=now - timedelta(seconds=1))
    elif end == "ended":
        rows.update(ended_at=timezone.now())
    elif end == "stopped":
        User.objects.filter(pk=operator.pk).update(is_active=False)
    else:
        User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert client.get("/orgs/").status_code == 302


def test_it_reaches_one_tenant_only(cast, client, inside):
    assert "远山市" not in client.get("/orgs/").content.decode()
    with tenant_scope(cast.elsewhere.pk):
        assert not SupportAccess.objects.exists()


def test_no_reason_no_entry_and_no_more_than_four_hours(cast, client, operator):
    url = reverse("identity:support_enter")
    for wrong in ({"reason": "看看"}, {"hours": 5}, {"ticket": ""}):
        answer = client.post(url, {"tenant": cast.tenant.pk, **ENTRY, **wrong})
        assert answer.status_code == 422
    with pytest.raises(FieldErrors):
        make_support(cast, operator, hours=5)
    access = make_support(cast, operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupportAccess.objects.filter(pk=access.pk).update(
            ends_at=timezone.now() + timedelta(hours=9)
        )


@pytest.mark.parametrize("who", ["administrator", "office", "secretary"])
def test_nobody_else_finds_that_door(cast, sign_in, who):
    actor = getattr(cast, who)
    assert sign_in(actor).get(reverse("identity:support_enter")).status_code == 404
    with pytest.raises(NotPermitted):
        make_support(cast, User.objects.get(pk=actor.user_id))


def test_the_tenant_reads_who_came_in(cast, sign_in):
    make_support(cast)
    for actor in (cast.administrator, cast.security, cast.auditor):
        shown = sign_in(actor).get(reverse("identity:support_list")).content.decode()
        assert "GD-1024" in shown
    assert sign_in(cast.office).get(reverse("identity:support_list")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    cast, sign_in, django_assert_num_queries, count
):
    operator = make_operator()
    for _ in range(count):
        make_support(cast, operator)
    client = sign_in(cast.auditor)
    with django_assert_num_queries(6):
        client.get(reverse("identity:support_list"))
