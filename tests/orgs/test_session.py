"""Sign-in, the choice of post, and what happens when a term has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Appointment, Membership, Post, RoleGrant, Tenant, Unit, User
from orgs.queries import root_unit, system_actor
from orgs.services import appoint, create_post
from orgs.terms import terms_of
from tests.conftest import prove_identity
from tests.factories.orgs import UserFactory

PASSWORD = "Shan-Gao-Yue-Xiao-7"


@pytest.fixture
def account(cast) -> User:
    user = User.objects.get(pk=cast.secretary.user_id)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in_by_form(client, username: str, password: str):
    return client.post(reverse("account_login"), {"login": username, "password": password})


def end_term(appointment_id: int) -> None:
    yesterday = today() - timedelta(days=1)
    Appointment.objects.filter(pk=appointment_id).update(
        starts_on=yesterday - timedelta(days=30), ends_on=yesterday
    )


def second_term(cast) -> Appointment:
    """The secretary becomes head of the office of the township too."""
    administrator = cast.administrator
    post = create_post(cast.dongfeng, actor=administrator, title="主任", role="superior_office")
    return appoint(post, actor=administrator, user=User.objects.get(pk=cast.secretary.user_id))


# --- sign-in --------------------


def test_sign_in_by_username_lands_on_the_desk(account, client):
    response = sign_in_by_form(client, account.username, PASSWORD)
    assert (response.status_code, response.url) == (302, "/")
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_told_in_chinese(account, client):
    response = sign_in_by_form(client, account.username, "wrong")
    assert response.status_code == 200
    assert "用户名或密码不正确" in response.content.decode()


def test_a_stopped_account_cannot_sign_in(account, client):
    User.objects.filter(pk=account.pk).update(is_active=False)
    response = sign_in_by_form(client, account.username, PASSWORD)
    assert "_auth_user_id" not in client.session
    assert response.status_code in {200, 302}


def test_a_stopped_account_is_out_on_the_next_request(account, client):
    sign_in_by_form(client, account.username, PASSWORD)
    User.objects.filter(pk=account.pk).update(is_active=False)
    assert client.get("/").status_code == 302


def test_the_password_is_changed_and_the_session_goes_on(account, client):
    sign_in_by_form(client, account.username, PASSWORD)
    fresh = "He-Ping-Feng-Jing-9"
    assert client.get(reverse("account_change_password")).status_code == 200
    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh},
    )
    assert (response.status_code, response.url) == (302, "/")
    assert User.objects.get(pk=account.pk).check_password(fresh)
    assert client.get("/").status_code == 200


def test_visitors_cannot_open_accounts(db, client):
    client.post(
        reverse("account_signup"),
        {"username": "visitor", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.filter(username="visitor").exists()


def test_signing_out_leads_to_the_sign_in(account, client):
    sign_in_by_form(client, account.username, PASSWORD)
    assert client.post(reverse("account_logout")).url == "/accounts/login/"
    assert client.get("/").status_code == 302


# --- choice of post --------------------


def test_a_person_switches_to_another_post(cast, sign_in):
    post = create_post(
        cast.dongfeng, actor=cast.administrator, title="主任", role="superior_office"
    )
    term = appoint(post, actor=cast.administrator, user=User.objects.get(pk=cast.secretary.user_id))
    client = sign_in(cast.secretary)
    offered = client.get("/").context["posts"]
    assert [(choice.pk, choice.unit_name, choice.title) for choice in offered] == [
        (term.pk, "东风镇", "主任")
    ]

    response = client.post(reverse("orgs:switch_post"), {"post": term.pk})

    assert response.url == "/"
    assert client.get("/").context["actor"].post_title == "主任"


def test_a_person_switches_to_another_tenant(cast, sign_in):
    user = User.objects.get(pk=cast.secretary.user_id)
    with tenant_scope(cast.elsewhere.pk):
        post = Post.objects.get(title="办公室经办")
        term = appoint(post, actor=system_actor(cast.elsewhere), user=user)
    client = sign_in(cast.secretary)
    offered = client.get("/").context["posts"]
    assert [(choice.pk, choice.tenant_name) for choice in offered] == [(term.pk, "远山市")]

    client.post(reverse("orgs:switch_post"), {"post": term.pk})

    assert client.get("/").context["actor"].tenant_name == "远山市"
    assert "红旗村" not in client.get(reverse("orgs:unit_tree")).content.decode()


@pytest.mark.parametrize("chosen", ["", "abc", "0", "other"])
def test_nobody_switches_to_a_post_that_is_not_theirs(cast, sign_in, chosen):
    client = sign_in(cast.secretary)
    value = cast.office.appointment_id if chosen == "other" else chosen
    client.post(reverse("orgs:switch_post"), {"post": value})
    assert client.get("/").context["actor"].post_title == "党支部书记"


def test_an_ended_term_cannot_be_chosen(cast, sign_in):
    post = create_post(
        cast.dongfeng, actor=cast.administrator, title="主任", role="superior_office"
    )
    term = appoint(post, actor=cast.administrator, user=User.objects.get(pk=cast.secretary.user_id))
    client = sign_in(cast.secretary)
    end_term(term.pk)
    client.post(reverse("orgs:switch_post"), {"post": term.pk})
    assert client.get("/").context["actor"].post_title == "党支部书记"


# --- no running post --------------------


def test_access_ends_with_the_term_on_the_next_request(cast, sign_in):
    client = sign_in(cast.secretary)
    assert client.get("/").status_code == 200
    end_term(cast.secretary.appointment_id)

    response = client.get("/")
    assert (response.status_code, response.url) == (302, reverse("orgs:no_post"))
    shown = client.get(response.url)
    assert shown.status_code == 200
    assert "任职已到期" in shown.content.decode()
    assert client.get(reverse("orgs:unit_tree")).status_code == 302
    assert client.post(reverse("orgs:switch_post"), {"post": "1"}).status_code == 302
    assert client.get(reverse("account_change_password")).status_code == 200


def test_a_fragment_is_led_away_as_a_whole_page(cast, sign_in):
    client = sign_in(cast.secretary)
    end_term(cast.secretary.appointment_id)
    response = client.get(reverse("orgs:unit_tree"), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == reverse("orgs:no_post")


def test_a_closed_tenant_lets_nobody_in(cast, sign_in):
    client = sign_in(cast.office)
    Tenant.objects.filter(pk=cast.tenant.pk).update(is_active=False)
    assert client.get("/").url == reverse("orgs:no_post")


def test_who_holds_a_post_does_not_stay_on_the_page_for_others(cast, sign_in):
    assert sign_in(cast.office).get(reverse("orgs:no_post")).url == "/"


# --- the platform operator --------------------


@pytest.fixture
def operator(client, db):
    user = UserFactory(username="operator", person_name="平台运维", is_staff=True)
    client.force_login(user)
    session = client.session
    prove_identity(session, user.pk)
    session.save()
    return client


def test_the_operator_is_led_to_the_platform(operator):
    assert operator.get("/").url == reverse("admin:index")
    text = operator.get(reverse("admin:index")).content.decode()
    for shown in ("地区", "账号", "可进入地区", "工作日调整"):
        assert shown in text
    assert "auth/group" not in text


@pytest.mark.parametrize("model", ["tenant", "user", "membership"])
def test_the_operator_sees_the_global_tables(operator, cast, model):
    assert operator.get(reverse(f"admin:orgs_{model}_changelist")).status_code == 200
    assert operator.get(reverse(f"admin:orgs_{model}_add")).status_code == 200


def test_nobody_else_enters_the_platform(cast, sign_in):
    response = sign_in(cast.administrator).get(reverse("admin:index"))
    assert response.status_code in {302, 403}


def test_a_new_tenant_has_its_root_its_trail_and_its_administrator(operator):
    response = operator.post(
        reverse("admin:orgs_tenant_add"),
        {
            "name": "青石市",
            "code": "77",
            "leading_group": "青石市党工共建领导小组",
            "document_mark": "青党工组",
            "root_level": "prefecture",
            "administrator_username": "qs-admin",
            "administrator_name": "林岚",
        },
        follow=True,
    )
    tenant = Tenant.objects.get(code="77")
    assert response.status_code == 200
    assert "初始密码" in response.content.decode()
    with tenant_scope(tenant.pk):
        assert root_unit().name == "青石市"
        assert Post.objects.get().role == "tenant_administrator"
    assert Membership.objects.get(user__username="qs-admin").tenant == tenant


def test_a_tenant_may_be_renamed_and_stopped_but_not_deleted(operator, cast):
    url = reverse("admin:orgs_tenant_change", args=[cast.tenant.pk])
    values = {"name": "示范新市", "leading_group": "组", "document_mark": "示", "is_active": ""}
    assert operator.post(url, values).status_code == 302
    tenant = Tenant.objects.get(pk=cast.tenant.pk)
    assert (tenant.name, tenant.code, tenant.is_active) == ("示范新市", "9900", False)
    assert operator.post(reverse("admin:orgs_tenant_delete", args=[tenant.pk])).status_code == 403
    assert Unit.objects.count() == 10


# --- what a request learns of a person before any tenant is in scope --------------------


def test_running_terms_tell_of_one_person_only(cast):
    user = User.objects.get(pk=cast.secretary.user_id)
    second = second_term(cast)

    assert [term.pk for term in terms_of(user)] == [cast.secretary.appointment_id, second.pk]
    assert terms_of(user)[0].actor(user) == cast.secretary
    assert terms_of(UserFactory()) == []


def test_a_tenant_out_of_use_or_without_membership_lets_nobody_in(cast):
    user = User.objects.get(pk=cast.secretary.user_id)
    Tenant.objects.filter(pk=cast.tenant.pk).update(is_active=False)
    assert terms_of(user) == []
    Tenant.objects.filter(pk=cast.tenant.pk).update(is_active=True)
    Membership.objects.filter(user=user).delete()
    assert terms_of(user) == []


def test_changes_of_a_role_hold_from_the_next_request(cast):
    user = User.objects.get(pk=cast.secretary.user_id)
    RoleGrant.objects.create(role="secretary", permission="web.enter", reach="")
    assert not terms_of(user)[0].actor(user).may("web.enter")
    RoleGrant.objects.filter(permission="web.enter").update(reach="subtree")
    assert terms_of(user)[0].actor(user).grants["web.enter"] == "subtree"
