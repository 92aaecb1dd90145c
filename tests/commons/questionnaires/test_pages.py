"""The designer as its users meet it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.commons.questionnaires.models import Question, Questionnaire
from tests.factories.questionnaires import checklist


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    cast, sign_in, django_assert_num_queries, count
):
    for number in range(count):
        checklist(cast, title=f"检查表{number}")
    client = sign_in(cast.office)
    address = reverse("questionnaires:questionnaire_list")
    client.get(address)
    with django_assert_num_queries(6):
        page = client.get(address)
    assert page.content.decode().count("第1版") == count


def test_from_nothing_to_a_checklist_in_use(cast, sign_in):
    client = sign_in(cast.office)
    client.post(
        reverse("questionnaires:questionnaire_create"),
        {"title": "村级检查表", "purpose": "inspection", "minimum_sample": 5},
    )
    made = Questionnaire.objects.get()
    version = made.versions.get()
    question = {
        "section": "组织建设",
        "text": "会员花名册",
        "kind": "choice",
        "weight": "20",
        "options": "齐全=100\n有缺\uff1d50\n没有=0",
        "scale_top": 5,
        "note_on": "有缺",
        "finding_on": "没有",
        "is_required": "on",
    }
    answer = client.post(reverse("questionnaires:question_add", args=[version.pk]), question)
    assert answer.status_code == 302
    stored = Question.objects.get()
    assert [item["score"] for item in stored.options] == [100, 50, 0]
    assert (stored.note_on, stored.finding_on) == (["有缺"], ["没有"])
    client.post(
        reverse("questionnaires:questionnaireversion_step", args=[version.pk, "publish"]), {}
    )
    page = client.get(made.get_absolute_url()).content.decode()
    assert "已启用" in page
    assert "没有 · 记问题" in page
    assert reverse("questionnaires:question_add", args=[version.pk]) not in page


def test_a_question_is_refused_beside_its_field(cast, sign_in):
    made = checklist(cast).questionnaire
    client = sign_in(cast.office)
    client.post(reverse("questionnaires:draft_next", args=[made.pk]), {})
    version = made.versions.order_by("-number").first()
    answer = client.post(
        reverse("questionnaires:question_add", args=[version.pk]),
        {"text": "好不好", "kind": "choice", "weight": "5", "options": "好=200", "scale_top": 5},
    )
    assert answer.status_code == 422
    assert "得分应在0到100之间" in answer.content.decode()


def test_others_do_not_find_the_designer(cast, sign_in):
    made = checklist(cast).questionnaire
    client = sign_in(cast.secretary)
    for name, args in (
        ("questionnaire_list", []),
        ("questionnaire_detail", [made.pk]),
        ("questionnaire_edit", [made.pk]),
    ):
        assert client.get(reverse(f"questionnaires:{name}", args=args)).status_code == 404
    assert sign_in(cast.stranger).get(made.get_absolute_url()).status_code == 404
