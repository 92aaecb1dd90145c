from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.models import CalendarDay, Period
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.dates import today
from orgs import fields
from orgs.models import Appointment, Organization, Post, RoleGrant, Unit, UnitImport, User
from orgs.services import create_post, found_organization
from tests.factories.orgs import make_unit, seat
from tests.orgs.test_imports import HEADER, SMALL

# Counts include the savepoints that stand for the request's transactions, six a page.
HX = {"HX-Request": "true"}
WITH_UNITS = {"administrator", "office", "county", "secretary", "leader", "viewer"}


def page(client, name: str, *args, **query) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


# --- who sees what --------------------


@pytest.mark.parametrize(
    ("name", "seen_by"),
    [
        ("orgs:unit_tree", {"administrator", "office", "county", "secretary", "leader", "viewer"}),
        (
            "orgs:people_list",
            {"administrator", "office", "county", "secretary", "leader", "viewer"},
        ),
        ("orgs:unit_import_create", {"administrator", "office"}),
        ("orgs:unit_import_template", {"administrator", "office"}),
        ("orgs:role_matrix", {"security"}),
        ("orgs:period_list", {"administrator", "office"}),
        ("orgs:trail_list", {"auditor"}),
    ],
)
def test_each_page_opens_to_its_roles_and_does_not_exist_for_others(cast, sign_in, name, seen_by):
    roles = [
        "administrator",
        "office",
        "county",
        "secretary",
        "leader",
        "viewer",
        "security",
        "auditor",
    ]
    answers = {role: sign_in(getattr(cast, role)).get(reverse(name)).status_code for role in roles}
    assert answers == {role: 200 if role in seen_by else 404 for role in roles}


@pytest.mark.parametrize(
    "name",
    ["orgs:unit_create", "orgs:unit_edit", "orgs:unit_move", "orgs:unit_close", "orgs:post_create"],
)
def test_acts_on_a_unit_do_not_exist_for_a_secretary(cast, sign_in, name):
    url = reverse(name, args=[cast.hongqi.pk])
    assert sign_in(cast.secretary).get(url).status_code == 404
    assert sign_in(cast.secretary).post(url).status_code == 404
    assert sign_in(cast.administrator).get(url).status_code == 200


def test_units_of_another_tenant_do_not_exist(cast, sign_in):
    url = reverse("orgs:unit_detail", args=[cast.hongqi.pk])
    assert sign_in(cast.stranger).get(url).status_code == 404


def test_a_visitor_is_asked_to_sign_in(cast, client):
    response = client.get(reverse("orgs:unit_tree"))
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


# --- the navigator --------------------


def test_the_navigator_opens_down_to_the_unit_shown(cast, sign_in):
    text = page(sign_in(cast.office), "orgs:unit_detail", cast.dongfeng.pk)
    for name in ("示范市", "清河县", "云山区", "西城街道", "红旗村"):
        assert name in text
    assert "长街社区" not in text
    assert "南麓镇" not in text


def test_a_level_is_fetched_alone(cast, sign_in):
    text = page(sign_in(cast.office), "orgs:unit_children", cast.xicheng.pk)
    assert "长街社区" in text
    assert "<html" not in text


def test_htmx_gets_the_unit_without_the_navigator(cast, sign_in):
    client = sign_in(cast.office)
    response = client.get(reverse("orgs:unit_detail", args=[cast.qinghe.pk]), headers=HX)
    text = response.content.decode()
    assert "东风镇" in text
    assert "gj-tree" not in text


def test_a_county_sees_its_own_subtree_only(cast, sign_in):
    client = sign_in(cast.county)
    text = page(client, "orgs:unit_tree")
    assert "东风镇" in text
    assert "云山区" not in text
    assert client.get(reverse("orgs:unit_detail", args=[cast.nanlu.pk])).status_code == 404
    assert client.get(reverse("orgs:unit_children", args=[cast.yunshan.pk])).status_code == 404


def test_search_finds_by_initials_within_reach(cast, sign_in):
    assert "清河县" in page(sign_in(cast.office), "orgs:unit_search", q="qhx")
    assert "没有找到" in page(sign_in(cast.other_county), "orgs:unit_search", q="qhx")
    assert "清河县" in page(sign_in(cast.office), "orgs:unit_tree", q="qhx")


def test_options_keep_to_the_reach_of_the_act_they_are_for(cast, sign_in):
    def options(actor, **query):
        answer = sign_in(actor).get(reverse("orgs:unit_options"), query).json()
        return [option["text"] for option in answer["options"]]

    assert options(cast.office, q="hqc") == ["红旗村（东风镇）"]
    assert options(cast.other_county, q="hqc") == []
    # A county assigns to the level directly below, though it sees further down.
    to_allocate = "responsibilities.allocate_target"
    assert options(cast.county, q="hqc", **{"for": to_allocate}) == []
    assert options(cast.county, q="dfz", **{"for": to_allocate}) == ["东风镇（清河县）"]


def test_a_unit_field_shows_the_first_units_and_the_chosen_one(cast, monkeypatch):
    monkeypatch.setattr(fields, "AT_ONCE", 2)
    chosen = Unit.objects.get(name="红旗村")
    field = fields.UnitField(permission="orgs.view_unit", label="单位")
    field.offer(Unit.objects.all())

    drawn = field.get_bound_field(forms.Form({"unit": str(chosen.pk)}), "unit").as_widget()

    assert drawn.count("<option") == 4  # the question, two units, the chosen one
    assert f'value="{chosen.pk}" selected data-pinyin="hqc' in drawn
    assert field.clean(str(chosen.pk)) == chosen
    field.offer(Unit.objects.exclude(pk=chosen.pk))
    with pytest.raises(forms.ValidationError, match="不能选它"):
        field.clean(str(chosen.pk))


def test_the_unit_shows_its_organizations_and_holders(cast, sign_in):
    found_organization(
        cast.hongqi,
        actor=cast.office,
        line="party",
        kind="party_branch",
        name="红旗村党支部",
    )
    text = page(sign_in(cast.office), "orgs:unit_detail", cast.hongqi.pk)
    assert "红旗村党支部" in text
    assert "尚未建立" in text
    assert "赵春梅" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_tree_costs_the_same_for_few_and_many(cast, sign_in, django_assert_num_queries, count):
    client = sign_in(cast.office)
    for number in range(count):
        make_unit(cast.tenant, cast.city, f"99{number}", f"新{number}县")
    with django_assert_num_queries(11):
        client.get(reverse("orgs:unit_tree"))


# --- acts on units --------------------

UNIT = {
    "code": "990003",
    "name": "白云县",
    "level": "county",
    "category": "region",
    "worker_count": "5",
    "member_count": "4",
    "party_member_count": "1",
    "enterprise_count": "0",
    "sort_order": "0",
}


def test_a_unit_is_added_changed_moved_and_closed(cast, sign_in):
    client = sign_in(cast.administrator)
    client.post(reverse("orgs:unit_create", args=[cast.city.pk]), UNIT)
    unit = Unit.objects.get(code="990003")
    client.post(reverse("orgs:unit_edit", args=[unit.pk]), {**UNIT, "name": "白云区"})
    client.post(reverse("orgs:unit_move", args=[cast.xicheng.pk]), {"parent": unit.pk})
    client.post(
        reverse("orgs:unit_close", args=[cast.hongqi.pk]),
        {"closed_on": today().isoformat(), "reason": "合并"},
    )

    unit.refresh_from_db()
    assert (unit.name, unit.parent_id, unit.child_count) == ("白云区", cast.city.pk, 1)
    assert Unit.objects.get(pk=cast.xicheng.pk).parent_id == unit.pk
    assert Unit.objects.get(pk=cast.hongqi.pk).closed_on == today()


def test_a_taken_code_is_refused_beside_its_field(cast, sign_in):
    response = sign_in(cast.administrator).post(
        reverse("orgs:unit_create", args=[cast.city.pk]), {**UNIT, "code": "990001"}
    )
    assert response.status_code == 422
    assert "这个单位代码已被使用" in response.content.decode()


def test_a_unit_cannot_be_moved_below_its_equal(cast, sign_in):
    url = reverse("orgs:unit_move", args=[cast.dongfeng.pk])
    assert sign_in(cast.office).post(url, {"parent": cast.nanlu.pk}).status_code == 422


def test_both_organizations_are_registered_and_changed(cast, sign_in):
    client = sign_in(cast.office)
    above = found_organization(
        cast.dongfeng,
        actor=cast.office,
        line="union",
        kind="union_association",
        name="东风工联会",
    )
    url = reverse("orgs:organization_create", args=[cast.hongqi.pk, "union"])
    form = client.get(url).context["form"]
    values = {
        "kind": "grassroots_union",
        "name": "红旗村工会",
        "superior": above.pk,
        "approval_number": "东工2026年3号",
    }
    client.post(url, values)

    union = Organization.objects.get(unit=cast.hongqi)
    assert form.initial["superior"] == above
    assert (union.line, union.superior_id, union.approval_number) == (
        "union",
        above.pk,
        "东工2026年3号",
    )
    client.post(
        reverse("orgs:organization_edit", args=[union.pk]), {**values, "name": "红旗村工会委员会"}
    )
    assert Organization.objects.get(pk=union.pk).name == "红旗村工会委员会"
    assert (
        client.get(reverse("orgs:organization_create", args=[cast.hongqi.pk, "other"])).status_code
        == 404
    )


# --- people --------------------


def test_a_new_holder_gets_a_password_that_is_shown_once(cast, sign_in):
    client = sign_in(cast.administrator)
    client.post(
        reverse("orgs:post_create", args=[cast.xinghuo.pk]),
        {"title": "工会主席", "role": "union_chair"},
    )
    post = Post.objects.get(unit=cast.xinghuo, title="工会主席")
    url = reverse("orgs:appoint", args=[post.pk])
    key = client.get(url).context["once_key"]
    values = {
        "username": "luyao",
        "person_name": "路遥",
        "starts_on": today().isoformat(),
        "once_key": key,
    }
    response = client.post(url, values)

    password = response.context["password"]
    user = User.objects.get(username="luyao")
    assert password in response.content.decode()
    assert user.check_password(password)
    assert user.memberships.get().tenant == cast.tenant
    again = client.post(url, values)
    assert again.status_code == 302
    assert Appointment.objects.filter(post=post).count() == 1


def test_an_existing_account_takes_a_second_post(cast, sign_in):
    post = create_post(cast.hongqi, actor=cast.administrator, title="副书记", role="secretary")
    client = sign_in(cast.administrator)
    url = reverse("orgs:appoint", args=[post.pk])
    client.post(url, {"account": cast.secretary.user_id, "starts_on": today().isoformat()})
    assert Appointment.objects.get(post=post).user_id == cast.secretary.user_id


def test_accounts_of_other_tenants_cannot_be_chosen(cast, sign_in):
    post = create_post(cast.hongqi, actor=cast.administrator, title="副书记", role="secretary")
    url = reverse("orgs:appoint", args=[post.pk])
    values = {"account": cast.stranger.user_id, "starts_on": today().isoformat()}
    assert sign_in(cast.administrator).post(url, values).status_code == 422


def test_a_password_is_reset_by_the_administrator_alone(cast, sign_in):
    url = reverse("orgs:password_reset", args=[cast.secretary.appointment_id])
    assert sign_in(cast.office).post(url).status_code == 404
    response = sign_in(cast.administrator).post(url)
    user = User.objects.get(pk=cast.secretary.user_id)
    assert user.check_password(response.context["password"])


def test_people_are_found_by_name_unit_and_vacancy(cast, sign_in):
    create_post(cast.xinghuo, actor=cast.administrator, title="组织委员", role="viewer")
    client = sign_in(cast.office)
    assert "赵春梅" in page(client, "orgs:people_list", q="赵春")
    assert "赵春梅" in page(client, "orgs:people_list", q="hqc")
    vacant = page(client, "orgs:people_list", vacant="yes")
    assert "组织委员" in vacant
    assert "赵春梅" not in vacant
    assert "赵春梅" not in page(client, "orgs:people_list", role="office", vacant="no")


@pytest.mark.parametrize("count", [1, 3])
def test_people_cost_the_same_for_few_and_many(cast, sign_in, django_assert_num_queries, count):
    for number in range(count):
        seat(cast.tenant, cast.xinghuo, "viewer", f"委员{number}", f"王{number}")
    client = sign_in(cast.office)
    with django_assert_num_queries(7):
        client.get(reverse("orgs:people_list"))


# --- roles, calendar, trail --------------------


def test_a_grant_is_changed_taken_away_and_restored_with_trail(cast, sign_in):
    client = sign_in(cast.security)
    url = reverse("orgs:role_grant_edit", args=["viewer", "orgs.view_unit"])

    client.post(url, {"reach": ""})
    assert sign_in(cast.viewer).get(reverse("orgs:unit_tree")).status_code == 404
    sign_in(cast.security).post(url, {"reach": "tenant"})
    assert RoleGrant.objects.get().reach == "tenant"
    client.post(url, {"reach": "default"})

    assert RoleGrant.objects.count() == 0
    actions = list(
        TrailEntry.objects.filter(action__startswith="orgs.role_grant")
        .order_by("pk")
        .values_list("before__reach", "after__reach")
    )
    assert actions == [("subtree", ""), ("", "tenant"), ("tenant", "subtree")]


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("security_administrator", "orgs.view_unit"),
        ("office", "orgs.grant_role"),
        ("office", "orgs.view_trail"),
        ("secretary", "web.enter"),
        ("nobody", "orgs.view_unit"),
    ],
)
def test_the_three_administrators_stay_apart(cast, sign_in, role, permission):
    url = reverse("orgs:role_grant_edit", args=[role, permission])
    assert sign_in(cast.security).get(url).status_code == 404
    assert sign_in(cast.security).post(url, {"reach": "tenant"}).status_code == 404


def test_the_matrix_marks_what_was_changed(cast, sign_in):
    RoleGrant.objects.create(role="viewer", permission="orgs.view_unit", reach="own")
    assert "is-gold" in page(sign_in(cast.security), "orgs:role_matrix")


def test_a_filing_window_is_changed_with_a_reason(cast, sign_in):
    period = ensure_quarter(2026, 3)
    CalendarDay.objects.create(day=today(), is_working=False, note="台风停工")
    client = sign_in(cast.office)
    assert "台风停工" in page(client, "orgs:period_list")
    url = reverse("orgs:period_edit", args=[period.pk])
    later = period.due_on + timedelta(days=3)
    values = {"opens_on": period.opens_on.isoformat(), "due_on": later.isoformat()}

    assert client.post(url, values).status_code == 422
    client.post(url, {**values, "reason": "台风"})

    assert Period.objects.get().due_on == later
    assert TrailEntry.objects.latest("pk").reason == "台风"
    wrong = {**values, "due_on": "2026-01-01", "reason": "x"}
    assert client.post(url, wrong).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_periods_cost_the_same_for_few_and_many(cast, sign_in, django_assert_num_queries, count):
    for ordinal in range(1, count + 1):
        ensure_quarter(2026, ordinal)
    client = sign_in(cast.office)
    with django_assert_num_queries(7):
        client.get(reverse("orgs:period_list"))


def test_the_auditor_filters_the_trail(cast, sign_in):
    client = sign_in(cast.auditor)
    create_post(cast.hongqi, actor=cast.administrator, title="副书记", role="secretary")
    everything = page(client, "orgs:trail_list")
    assert "方凯" in everything
    assert "方凯" in page(client, "orgs:trail_list", actor="方凯", kind="orgs.post")
    assert "方凯" not in page(client, "orgs:trail_list", kind="orgs.tenant")
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert "方凯" not in page(client, "orgs:trail_list", since=tomorrow)
    assert "方凯" in page(client, "orgs:trail_list", until=today().isoformat())


@pytest.mark.parametrize("count", [1, 3])
def test_the_trail_costs_the_same_for_few_and_many(cast, sign_in, django_assert_num_queries, count):
    for number in range(count):
        create_post(cast.city, actor=cast.administrator, title=f"职务{number}", role="viewer")
    client = sign_in(cast.auditor)
    with django_assert_num_queries(6):
        client.get(reverse("orgs:trail_list"))


# --- import on screen --------------------


def upload(client, text: str, name: str = "单位.csv"):
    file = SimpleUploadedFile(name, text.encode("gb18030"))
    return client.post(reverse("orgs:unit_import_create"), {"file": file}, follow=True)


def test_a_file_is_previewed_and_confirmed_without_a_second_upload(cast, sign_in):
    client = sign_in(cast.office)
    text = f"{HEADER}\n990001,清河新区,9900,县区\n990009,白云县,9900,县区\n"
    preview = upload(client, text)
    assert "清河新区" in preview.content.decode()
    assert "白云县" in preview.content.decode()
    assert Unit.objects.filter(name="白云县").count() == 0

    url = reverse("orgs:unitimport_step", args=[UnitImport.objects.get().pk, "confirm"])
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302

    assert Unit.objects.get(code="990001").name == "清河新区"
    assert Unit.objects.get(code="990009").parent_id == cast.city.pk
    assert "已导入" in page(client, "orgs:unit_import_detail", UnitImport.objects.get().pk)


def test_row_errors_are_shown_and_can_be_downloaded(cast, sign_in):
    client = sign_in(cast.office)
    shown = upload(client, f"{HEADER}\n990009,白云县,77,县区\n").content.decode()
    assert "不能导入" in shown
    kept = UnitImport.objects.get()
    response = client.get(reverse("orgs:unit_import_errors", args=[kept.pk]))
    assert "上级代码" in response.content.decode("utf-8-sig")


def test_a_faulty_file_cannot_be_confirmed_by_address(cast, sign_in):
    client = sign_in(cast.office)
    upload(client, f"{HEADER}\n990009,白云县,77,县区\n")
    url = reverse("orgs:unitimport_step", args=[UnitImport.objects.get().pk, "confirm"])
    assert client.post(url).status_code == 409


def test_a_file_of_another_place_is_refused_with_the_reason(cast, sign_in):
    assert "二者应当一致" in upload(sign_in(cast.office), SMALL).content.decode()


def test_an_unreadable_file_stays_on_the_form(cast, sign_in):
    response = upload(sign_in(cast.office), ",".join(f"列{n}" for n in range(10_000)))
    assert response.status_code == 422
    assert "列" in response.content.decode()
    assert UnitImport.objects.count() == 0


def test_the_template_can_be_imported_as_it_is(cast, sign_in):
    from orgs.imports import read_units

    response = sign_in(cast.office).get(reverse("orgs:unit_import_template"))
    assert read_units(response.content).errors == []


# --- the desk --------------------


def test_the_desk_counts_units_and_coverage_for_the_office(cast, sign_in):
    found_organization(
        cast.hongqi, actor=cast.office, line="party", kind="party_branch", name="红旗村党支部"
    )
    text = page(sign_in(cast.office), "web:desk_cards")
    assert "单位与组织覆盖" in text
    assert "党组织（1/4）" in text
    assert "单位与组织覆盖" not in page(sign_in(cast.secretary), "web:desk_cards")
    assert reverse("web:desk_cards") in page(sign_in(cast.secretary), "web:desk")
