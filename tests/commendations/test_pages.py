from __future__ import annotations

import pytest
from django.urls import reverse

from commendations.contributions import build_card, find_todos
from commendations.enums import NominationState
from commendations.models import AwardCategory, Programme
from gongjian.commons.documents.models import ReportJob
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import ask_together
from tests.factories.commendations import (
    DEEDS,
    nomination_of,
    opened,
    programme_of,
    recommended,
)


def todos_for(actor):
    return ask_together([find_todos(actor)])[0]


def titles_for(actor):
    return [todo.title for todo in todos_for(actor)]


def url(name: str, *args: object) -> str:
    return reverse(f"commendations:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, rows
):
    for number in range(rows):
        programme, category = opened(cast, title=f"第{number}次", quota={cast.qinghe.pk: 3})
        recommended(cast, category)
    client = sign_in(cast.office)
    for address in (
        reverse("commendations:programme_list"),
        reverse("commendations:nomination_list", args=[programme.pk]),
    ):
        client.get(address)
        with django_assert_max_num_queries(10):
            client.get(address)


def form(**values) -> dict[str, object]:
    return {
        "title": "年度先进", "kind": "praise", "approval_reference": "", "conditions": "健全。",
        "closes_on": today(), "rest_years": 3, "departments": "纪检监察，公安 人社", **values,
    }  # fmt: skip


def test_set_up_on_screen(cast, sign_in):
    client = sign_in(cast.office)
    client.post(url("programme_create"), form())
    programme = Programme.objects.get()
    assert programme.departments == ["纪检监察", "公安", "人社"]
    client.post(url("programme_edit", programme.pk), form(title="改名"))
    answer = client.post(
        url("category_add", programme.pk),
        {"title": "个人", "holder": "person", "places": 3, "ratios": "好人不少于60%"},
    )
    assert "不认识“好人”" in text(answer)
    client.post(
        url("category_add", programme.pk),
        {
            "title": "个人", "holder": "person", "places": 3,
            "ratios": "一线职工不少于60%\n单位负责人≤15％",
        },
    )  # fmt: skip
    category = AwardCategory.objects.get()
    assert [str(rule) for rule in category.ratios.all()] == [
        "一线职工不少于60%", "单位负责人不超过15%",
    ]  # fmt: skip
    assert "一线职工不少于60%" in text(client.get(url("category_edit", category.pk)))
    client.post(url("allot", category.pk), {f"unit_{cast.qinghe.pk}": 2})
    assert sign_in(cast.secretary).get(programme.get_absolute_url()).status_code == 404
    client = sign_in(cast.office)
    client.post(url("programme_step", programme.pk, "open"), {"reason": ""})
    assert sign_in(cast.secretary).get(programme.get_absolute_url()).status_code == 200


def test_a_draft_is_its_units_alone_and_a_nomination_within_reach(cast, sign_in):
    _, category = opened(cast)
    draft = nomination_of(cast, category)
    for actor in (cast.office, cast.county, cast.neighbour, cast.stranger):
        assert sign_in(actor).get(draft.get_absolute_url()).status_code == 404
    assert sign_in(cast.secretary).get(draft.get_absolute_url()).status_code == 200
    row = recommended(cast, category, cast.neighbour)
    for actor, status in (
        (cast.office, 200), (cast.county, 200), (cast.township, 200), (cast.neighbour, 200),
        (cast.secretary, 404), (cast.other_county, 404), (cast.stranger, 404),
    ):  # fmt: skip
        assert sign_in(actor).get(row.get_absolute_url()).status_code == status


def test_from_nomination_to_form_on_screen(cast, sign_in):
    _, category = opened(cast, holder="person", departments=["公安"])
    client = sign_in(cast.secretary)
    values = {"person": "李平", "duty": "组长", "traits": ["frontline"], "deeds": DEEDS}
    client.post(url("nomination_create", category.pk), {**values, "summary": "<b>好</b>"})
    row = category.nominations.get()
    client.post(
        url("nomination_edit", row.pk), {**values, "summary": "改了", "revision": row.revision}
    )
    client.post(url("nomination_step", row.pk, "send"), {"reason": ""})
    assert "审核推荐" in str(titles_for(cast.township))
    client = sign_in(cast.township)
    client.post(url("opinion", row.pk), {"text": "情况属实。"})
    client = sign_in(cast.county)
    client.post(url("recommend", row.pk), {"text": "同意。"})
    row.refresh_from_db()
    assert (row.state, row.summary) == (NominationState.RECOMMENDED, "改了")
    client = sign_in(cast.office)
    assert "审查 1 个推荐对象" in str(titles_for(cast.office))
    answer = client.post(url("check", row.pk), {"exception": "", "reason": ""})
    assert "还没有公安的意见" in text(answer)
    client.post(
        url("department", row.pk),
        {"organ": "公安", "verdict": "agreed", "text": "", "reference": "公函1号"},
    )
    client.post(url("check", row.pk), {"exception": "", "reason": ""})
    row.refresh_from_db()
    assert row.state == NominationState.CHECKED
    client.post(url("nomination_print", row.pk))
    client.post(url("forms_print", row.category.programme_id))
    assert ReportJob.objects.filter(kind="commendations.forms").count() == 2
    assert build_card(cast.office)["total"] == 1
    assert build_card(cast.county)["used"] == 1


def test_the_form_prints_hostile_words_as_words(cast):
    from commendations.documents import produce_forms

    _, category = opened(cast)
    hostile = "<script>alert(1)</script>{{ 7*7 }}" + DEEDS
    row = recommended(cast, category, deeds=hostile, summary="<img src=file:///etc/passwd>")
    production = produce_forms({"nominations": [row.pk]})
    while True:
        try:
            next(production)
        except StopIteration as end:
            content = end.value.content
            break
    import io

    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as pdf:
        words = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    assert "<script>alert(1)</script>{{7*7}}" in words.replace(" ", "")


def test_a_programme_in_the_making_is_hidden_and_no_card_is_drawn(cast, sign_in):
    programme = programme_of(cast)
    assert build_card(cast.secretary) is None
    assert sign_in(cast.county).get(programme.get_absolute_url()).status_code == 404
