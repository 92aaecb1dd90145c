"""Pages: lists that do not grow in queries, the phone's bundle, who sees what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.shelves import todos_of
from inspections.models import Finding, Visit
from inspections.services.circulars import issue_circular, write_circular
from inspections.services.inspecting import Bundle, save_bundle, sign_visit, start_visit
from inspections.services.instructing import appoint_instructor
from inspections.services.planning import ask_exception, draw_up_plan
from inspections.services.visiting import name_member
from orgs.models import Post
from orgs.queries import actor_of
from tests.factories.inspections import (
    arranged,
    assignment,
    confirmed,
    filled,
    finding_item,
    inspector,
    plan_line,
    under_way,
)
from tests.factories.orgs import seat


def many_plans(cast, count):
    for number in range(count):
        draw_up_plan(
            cast.city, actor=cast.office, values={"year": 2030 + number, "title": f"计划{number}"}
        )


def many_exceptions(cast, count):
    for number in range(count):
        ask_exception(
            cast.city,
            actor=cast.office,
            unit=cast.hongqi,
            values={
                "topic": f"核查{number}",
                "reason": "来信",
                "starts_on": today(),
                "ends_on": today(),
            },
        )


def many_visits(cast, count):
    line = plan_line(cast, cast.hongqi, limit=9)
    for _ in range(count):
        arranged(cast, line=line, team=False)


def many_findings(cast, count):
    visit = filled(cast, findings=[finding_item() for _ in range(count)])
    sign_visit(visit, actor=cast.office)


def many_promises(cast, count):
    visit = filled(cast)
    due = str(today() + timedelta(days=30))
    items = [
        {"key": f"0d5b3a52-4c4f-4a0e-8a57-6d8d7c1f000{number}", "text": "协调场地", "due_on": due}
        for number in range(count)
    ]
    save_bundle(visit, actor=cast.office, bundle=Bundle(help_items=items))
    sign_visit(visit, actor=cast.office)


def circular(cast, number=0):
    return write_circular(
        cast.city,
        actor=cast.office,
        values={
            "title": f"通报{number}",
            "starts_on": today() - timedelta(days=30),
            "ends_on": today(),
            "opening": "总体较好。",
        },
    )


def many_circulars(cast, count):
    for number in range(count):
        circular(cast, number)


def many_instructors(cast, count):
    for number in range(count):
        appoint_instructor(
            cast.city,
            actor=cast.office,
            values={
                "name": f"卫{number}",
                "duty": "干部",
                "starts_on": today(),
                "ends_on": today() + timedelta(days=300),
            },
        )


LISTS = {
    "inspections:inspectionplan_list": (many_plans, 6),
    "inspections:inspectionexception_list": (many_exceptions, 6),
    "inspections:visit_list": (many_visits, 6),
    "inspections:finding_list": (many_findings, 7),
    "inspections:help_list": (many_promises, 6),
    "inspections:circular_list": (many_circulars, 6),
    "inspections:instructor_list": (many_instructors, 7),
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_often_for_three_as_for_one(
    cast, sign_in, django_assert_num_queries, name, count
):
    make, queries = LISTS[name]
    make(cast, count)
    client = sign_in(cast.office)
    client.get(reverse(name))
    with django_assert_num_queries(queries):
        page = client.get(reverse(name))
    assert page.status_code == 200
    assert page.content.decode().count("<tr") == count + 1


@pytest.mark.parametrize("viewer", ["office", "county"])
def test_the_coverage_asks_as_often_for_three_units_as_for_one(
    cast, sign_in, django_assert_num_queries, viewer
):
    # The county has three grassroots units without a union, the city has four.
    actor = getattr(cast, viewer)
    client = sign_in(actor)
    client.get(reverse("inspections:coverage"))
    with django_assert_num_queries(6):
        page = client.get(reverse("inspections:coverage")).content.decode()
    assert page.count("<tr") == {"office": 5, "county": 4}[viewer]


# --- the phone ----------------------------------------------------------------


def post(client, visit, **bundle):
    return client.post(
        reverse("inspections:visit_save", args=[visit.pk]),
        json.dumps(bundle),
        content_type="application/json",
    )


def given(value="", *, na=False, note=""):
    return {"value": value, "na": na, "note": note}


def test_a_bundle_that_arrives_twice_makes_one_finding(cast, sign_in):
    visit = under_way(cast)
    question = visit.version.questions.first()
    client = sign_in(cast.office)
    sent = {
        "answers": {str(question.pk): given("no")},
        "base": {},
        "findings": [{**finding_item(question.pk), "stamp": ""}],
        "remarks": {"conclusion": "总体较好"},
        "remark_base": {"conclusion": ""},
    }
    first = post(client, visit, **sent).json()
    second = post(client, visit, **sent).json()
    assert (first["errors"], first["conflicts"]) == ({}, {})
    assert second["stamps"] == first["stamps"]
    assert visit.findings.count() == 1
    visit.refresh_from_db()
    assert visit.conclusion == "总体较好"
    assert visit.sheet.answers.get().value == "no"


def test_what_another_inspector_changed_meanwhile_is_asked_about(cast, sign_in):
    visit = under_way(cast)
    item = finding_item()
    client = sign_in(cast.office)
    stamp = post(client, visit, findings=[item]).json()["stamps"][item["key"]]
    other = {**item, "text": "届满两年未换届", "stamp": stamp}
    save_bundle(visit, actor=inspector(cast), bundle=Bundle(findings=[other]))
    answer = post(client, visit, findings=[{**item, "text": "届满", "stamp": stamp}]).json()
    assert answer["conflicts"][item["key"]]["text"] == "届满两年未换届"
    assert "冯晓" in answer["conflicts"][item["key"]]["author"]
    assert visit.findings.get().text == "届满两年未换届"


def test_a_broken_bundle_is_refused_and_changes_nothing(cast, sign_in):
    visit = under_way(cast)
    client = sign_in(cast.office)
    for body in ("", "[]", '{"findings": [{"key": "x"}]}', '{"answers": {"a": 1}}'):
        answer = client.post(
            reverse("inspections:visit_save", args=[visit.pk]),
            body,
            content_type="application/json",
        )
        assert answer.status_code == 422, body
    assert not Finding.objects.exists()


def test_a_finding_without_words_is_told_and_the_rest_stored(cast, sign_in):
    visit = under_way(cast)
    empty, good = finding_item(text=""), finding_item()
    answer = post(sign_in(cast.office), visit, findings=[empty, good]).json()
    assert set(answer["errors"]) == {empty["key"]}
    assert visit.findings.count() == 1


def test_only_the_team_opens_the_sheet_and_only_while_it_is_open(cast, sign_in):
    visit = under_way(cast)
    address = reverse("inspections:visit_fill", args=[visit.pk])
    assert sign_in(cast.office).get(address).status_code == 200
    for other in (cast.leader, cast.secretary, cast.stranger):
        assert sign_in(other).get(address).status_code == 404
        assert post(sign_in(other), visit).status_code == 404
    filled_visit = Visit.objects.get(pk=visit.pk)
    first, second = filled_visit.version.questions.all()
    client = sign_in(cast.office)
    post(client, visit, answers={str(first.pk): given("yes"), str(second.pk): given("3")}, base={})
    sign_visit(filled_visit, actor=cast.office)
    assert client.get(address).status_code == 409
    assert post(client, visit).status_code == 409


def test_what_the_team_writes_is_its_own_until_the_head_signs(cast, sign_in):
    visit = filled(cast)
    page = sign_in(cast.secretary).get(visit.get_absolute_url()).content.decode()
    assert "没有按期换届" not in page
    sign_visit(visit, actor=cast.office)
    page = sign_in(cast.secretary).get(visit.get_absolute_url()).content.decode()
    assert "没有按期换届" in page
    finding = visit.findings.get()
    assert sign_in(cast.secretary).get(finding.get_absolute_url()).status_code == 200
    assert sign_in(cast.neighbour).get(finding.get_absolute_url()).status_code == 404
    assert sign_in(cast.stranger).get(finding.get_absolute_url()).status_code == 404


def test_each_is_told_what_waits_for_him(cast):
    visit = filled(cast)
    assert any("继续检查" in todo.title for todo in todos_of(cast.office))
    sign_visit(visit, actor=cast.office)
    assert any("确认督查情况" in todo.title for todo in todos_of(cast.secretary))


def test_a_notice_is_issued_from_its_page(cast, sign_in):
    visit = confirmed(cast)
    client = sign_in(cast.office)
    address = reverse("inspections:notice_issue", args=[visit.pk])
    assert "没有按期换届" in client.get(address).content.decode()
    finding = visit.findings.get()
    answer = client.post(
        address, {"findings": [finding.pk], "due_on": str(today() + timedelta(days=9))}
    )
    assert answer.status_code == 302
    finding.refresh_from_db()
    assert finding.follow_up.unit == cast.hongqi


def test_a_circular_keeps_the_table_of_its_day(cast, sign_in):
    visit = confirmed(cast)
    item = issue_circular(circular(cast), actor=cast.office)
    assert [row.state for row in item.rows.all()] == ["已记录"]
    assert item.figures["found"] == 1
    page = sign_in(cast.secretary).get(item.get_absolute_url()).content.decode()
    assert "没有按期换届" in page
    assert visit.findings.get().text in page


def test_the_pages_around_a_visit_open(cast, sign_in):
    visit = confirmed(cast)
    walked = assignment(cast)
    client = sign_in(cast.office)
    for name, args in (
        ("calendar", []),
        ("visit_create", []),
        ("visit_detail", [visit.pk]),
        ("inspectionplan_detail", [visit.lines.get().line.plan_id]),
        ("exception_ask", []),
        ("instructor_detail", [walked.instructor_id]),
        ("walk_note", [walked.pk]),
        ("instructor_send", [walked.instructor_id]),
        ("circular_create", []),
    ):
        assert client.get(reverse(f"inspections:{name}", args=args)).status_code == 200, name


def test_the_unit_checks_itself_by_the_same_questions_beforehand(cast, sign_in):
    visit = arranged(cast)
    page = sign_in(cast.secretary).get(visit.get_absolute_url()).content.decode()
    assert "可先对照自查" in page
    assert visit.version.questions.first().text in page


def test_a_liaison_sent_along_opens_the_visit_and_no_other(cast, sign_in):
    liaison = actor_of(seat(cast.tenant, cast.city, "liaison", "联络员", "白露"), cast.tenant)
    line = plan_line(cast, cast.hongqi, limit=9)
    sent, other = arranged(cast, line=line), arranged(cast, line=line)
    name_member(sent, actor=cast.office, post=Post.objects.get(pk=liaison.post_id))
    client = sign_in(liaison)
    assert client.get(sent.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    start_visit(sent, actor=liaison)
    assert client.get(reverse("inspections:visit_fill", args=[sent.pk])).status_code == 200
