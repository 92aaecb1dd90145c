"""Screens of what is owed: the list, requests for more time, whom to call."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.masking import masked
from orgs.models import User
from responsibilities.models import ExtensionRequest, Obligation
from tests.factories.orgs import make_unit
from tests.factories.returns import ask_more_time, make_due, open_quarter


def url(name: str, *args: object) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.get(unit=cast.hongqi, period=period)


def day(owed: Obligation, days: int = 5) -> str:
    return (owed.due_on + timedelta(days=days)).isoformat()


def test_a_unit_asks_from_its_return_and_the_superior_answers(cast, sign_in, owed):
    client = sign_in(cast.secretary)
    page = client.get(url("return_fill", owed.pk)).content.decode()
    assert url("extension_ask", owed.pk) in page
    assert client.get(url("extension_ask", owed.pk)).status_code == 200
    answer = client.post(
        url("extension_ask", owed.pk), {"until": day(owed), "reason": "支部换届"}, follow=True
    )
    assert "待审批" in answer.content.decode()
    asked = ExtensionRequest.objects.get()
    assert url("extension_grant", asked.pk) not in answer.content.decode()

    client = sign_in(cast.township)
    assert url("extension_grant", asked.pk) in client.get(asked.get_absolute_url()).content.decode()
    client.post(url("extension_grant", asked.pk), {"until": day(owed, 3), "reason": ""})
    owed.refresh_from_db()
    assert owed.extended_to.isoformat() == day(owed, 3)


def test_a_wrong_day_stands_beside_its_field(cast, sign_in, owed):
    answer = sign_in(cast.secretary).post(
        url("extension_ask", owed.pk), {"until": owed.due_on.isoformat(), "reason": "换届"}
    )
    assert answer.status_code == 422
    assert "须晚于今天" in answer.content.decode()


@pytest.mark.parametrize("who", ["secretary", "county", "neighbour", "stranger"])
def test_others_do_not_reach_the_decision(cast, sign_in, owed, who):
    asked = ask_more_time(owed, cast.secretary)
    client = sign_in(getattr(cast, who))
    assert client.get(url("extension_grant", asked.pk)).status_code == 404


def test_many_requests_are_shown_before_they_are_answered(cast, sign_in, owed):
    second = Obligation.objects.get(unit=cast.xinghuo, period=owed.period)
    ids = [ask_more_time(owed, cast.secretary).pk, ask_more_time(second, cast.neighbour).pk]
    client = sign_in(cast.township)
    preview = client.post(url("extension_decide_many"), {"ids": ids}).content.decode()
    assert "红旗村" in preview
    assert "星火机械公司" in preview
    assert ExtensionRequest.objects.filter(state="asked").count() == 2
    refused = client.post(
        url("extension_decide_many"), {"ids": ids, "confirmed": "1", "decision": "refuse"}
    )
    assert refused.status_code == 422
    client.post(url("extension_decide_many"), {"ids": ids, "confirmed": "1", "decision": "grant"})
    assert ExtensionRequest.objects.filter(state="granted").count() == 2


def test_the_office_frees_and_binds_units_from_the_list(cast, sign_in, owed):
    client = sign_in(cast.office)
    assert "应报清单" in client.get(url("duty_list")).content.decode()
    data = {"ids": [owed.pk], "kind": "exempt"}
    assert "红旗村" in client.post(url("duty_change"), data).content.decode()
    client.post(url("duty_change"), {**data, "confirmed": "1", "reason": "停产"})
    owed.refresh_from_db()
    assert owed.is_exempt
    assert "停产" in client.get(url("duty_list") + "?standing=exempt").content.decode()
    client.post(
        url("duty_change"),
        {"ids": [owed.pk], "kind": "unexempt", "confirmed": "1", "reason": "复产"},
    )
    owed.refresh_from_db()
    assert not owed.is_exempt


def test_the_superior_extends_but_does_not_free(cast, sign_in, owed):
    client = sign_in(cast.township)
    assert client.post(url("duty_change"), {"ids": [owed.pk], "kind": "exempt"}).status_code == 404
    client.post(
        url("duty_change"),
        {
            "ids": [owed.pk],
            "kind": "extend",
            "confirmed": "1",
            "until": day(owed),
            "reason": "换届",
        },
    )
    owed.refresh_from_db()
    assert owed.extended_to.isoformat() == day(owed)


def test_the_list_and_the_phones_leave_as_workbooks(cast, sign_in, owed):
    client = sign_in(cast.township)
    for answer in (
        client.get(url("duty_export")),
        client.post(url("phone_export"), {"reason": "电话催办"}),
    ):
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        names = [row[0] for row in book.get_sheet_by_index(0).to_python()[2:]]
        assert names == ["红旗村", "星火机械公司"]


def test_numbers_are_masked_until_somebody_says_what_for(cast, sign_in, owed):
    User.objects.filter(pk=cast.secretary.user_id).update(work_phone="0579-86120123")
    client = sign_in(cast.township)
    page = client.get(url("phone_list")).content.decode()
    assert "057*-******23" in page
    assert "86120123" not in page

    refused = client.post(url("phone_list"), {"reason": " "})
    assert refused.status_code == 422
    assert "请写明用途" in refused.content.decode()
    assert "86120123" not in refused.content.decode()

    shown = client.post(url("phone_list"), {"reason": "逐家电话催办"}).content.decode()
    assert 'href="tel:0579-86120123"' in shown
    seen = TrailEntry.objects.get(action="responsibilities.phones.seen")
    assert (seen.reason, seen.after["count"], seen.subject_id) == (
        "逐家电话催办", 1, cast.dongfeng.pk,
    )  # fmt: skip

    asked = client.get(url("phone_export"))
    assert "用途会记入操作记录" in asked.content.decode()
    assert client.post(url("phone_export"), {"reason": ""}).status_code == 422
    client.post(url("phone_export"), {"reason": "上门走访"})
    assert TrailEntry.objects.get(action="responsibilities.phones.taken").reason == "上门走访"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0579-86120123", "057*-******23"),
        ("13812345678", "138******78"),
        ("8612012", "861**12"),
        ("861201", "******"),
        ("", ""),
        ("转 8001", "* ****"),
    ],
)
def test_a_masked_number_tells_two_apart_and_no_more(number, shown):
    assert masked(number) == shown


def test_who_was_reminded_when_stands_on_the_obligation(cast, sign_in, owed):
    client = sign_in(cast.township)
    client.post(url("progress_urge"), {"unit": cast.dongfeng.pk, "period": owed.period_id})
    page = client.get(url("duty_detail", owed.pk)).content.decode()
    assert "人工催办" in page
    assert "站内未读" in page
    assert "赵春梅" in client.get(url("phone_list")).content.decode()


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("duty_list", "secretary", 404),
        ("phone_list", "secretary", 404),
        ("phone_list", "leader", 404),
        ("duty_list", "leader", 200),
        ("duty_list", "county", 200),
        ("extensionrequest_list", "secretary", 200),
    ],
)
def test_who_sees_which_list(cast, sign_in, owed, name, who, status):
    assert sign_in(getattr(cast, who)).get(url(name)).status_code == status


def test_another_branch_is_not_shown(cast, sign_in, owed):
    client = sign_in(cast.other_county)
    assert client.get(f"{url('duty_list')}?unit={cast.qinghe.pk}").status_code == 404
    assert client.get(url("duty_detail", owed.pk)).status_code == 404


@pytest.mark.parametrize("extended", [1, 3])
def test_duty_list_costs_the_same_for_one_and_three(
    cast, sign_in, owed, extended, django_assert_num_queries
):
    rows = Obligation.objects.filter(period=owed.period).order_by("pk")
    keep = list(rows.values_list("pk", flat=True)[:extended])
    rows.exclude(pk__in=keep).delete()
    client = sign_in(cast.office)
    with django_assert_num_queries(11):
        client.get(reverse("responsibilities:duty_list"))


@pytest.mark.parametrize("count", [1, 2])
def test_extensionrequest_list_costs_the_same_for_one_and_two(
    cast, sign_in, owed, count, django_assert_num_queries
):
    pairs = [(cast.hongqi, cast.secretary), (cast.xinghuo, cast.neighbour)]
    for unit, actor in pairs[:count]:
        ask_more_time(Obligation.objects.get(unit=unit, period=owed.period), actor)
    client = sign_in(cast.township)
    with django_assert_num_queries(7):
        client.get(reverse("responsibilities:extensionrequest_list"))


def test_a_unit_founded_since_files_next_time_unless_the_office_admits_it(cast, sign_in, owed):
    make_unit(
        cast.tenant, cast.dongfeng, "990001001003", "新安村", level="grassroots", category="village"
    )
    client = sign_in(cast.office)
    assert "1 家单位本期新设，下期起报" in client.get(url("duty_list")).content.decode()
    assert "新安村" in client.get(url("duty_admit")).content.decode()
    assert sign_in(cast.township).get(url("duty_admit")).status_code == 404
    client = sign_in(cast.office)
    client.post(url("duty_admit"))
    assert Obligation.objects.filter(unit__name="新安村").count() == 1


def test_nobody_is_admitted_after_the_deadline(cast, sign_in, owed):
    make_unit(
        cast.tenant, cast.dongfeng, "990001001003", "新安村", level="grassroots", category="village"
    )
    make_due(owed.period, today() - timedelta(days=1))
    answer = sign_in(cast.office).post(url("duty_admit"))
    assert answer.status_code == 409
    assert "从下一期起报" in answer.content.decode()
    assert not Obligation.objects.filter(unit__name="新安村").exists()
