"""小结汇总: the units' own words, question by question, within reach and at a fixed cost."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from docx import Document

from orgs.imports import workbook_lines
from responsibilities.models import QuarterlyReturn
from responsibilities.queries.passages import passages, questions_of
from responsibilities.services.returns import save_cells, start_return, submit_return
from responsibilities.services.review import accept_return
from tests.factories.returns import fill, make_form, open_quarter

NAME = "东风镇 红旗村"
URL = "responsibilities:passages"


def wrote(cast, period, unit, filer, **texts):
    obligation = unit.obligations.get(period=period)
    row = start_return(obligation, actor=filer)
    fill(row, filer)
    save_cells(row, actor=filer, changes=texts, base={})
    submit_return(row, actor=filer)
    return QuarterlyReturn.objects.get(pk=row.pk)


@pytest.fixture
def quarter(cast):
    period, _ = open_quarter(cast, form=make_form(cast))
    first = wrote(
        cast, period, cast.hongqi, cast.secretary,
        XJ_1="一、办夜校\n二、=建站点", XJ_2="场地不足",
    )  # fmt: skip
    accept_return(first, actor=cast.township)
    return period


def test_words_of_accepted_returns_stand_in_the_order_of_the_tree(cast, quarter):
    first, second, *_ = questions_of(quarter)
    found = passages(cast.dongfeng, quarter, first)
    assert [(row.unit.name, row.said) for row in found] == [
        (cast.hongqi.name, "一、办夜校\n二、=建站点")
    ]
    assert list(passages(cast.dongfeng, quarter, second, words="场地 不足"))
    assert not list(passages(cast.dongfeng, quarter, second, words="场地 充足"))
    assert [cell.label for cell in questions_of(quarter)][:3] == [
        "主要做法", "存在问题", "下步打算和建议",
    ]  # fmt: skip


def test_what_waits_for_review_is_shown_when_asked_for(cast, quarter, sign_in):
    row = QuarterlyReturn.objects.get(unit=cast.hongqi, period=quarter)
    QuarterlyReturn.objects.filter(pk=row.pk).update(state="submitted")
    client = sign_in(cast.township)
    asked = {"period": quarter.pk, "unit": cast.dongfeng.pk}
    assert "办夜校" not in client.get(reverse(URL), asked).content.decode()
    page = client.get(reverse(URL), {**asked, "all": "1"}).content.decode()
    assert "办夜校" in page
    assert "待审核" in page


def test_another_branch_is_not_there(cast, quarter, sign_in):
    client = sign_in(cast.township)
    assert client.get(reverse(URL), {"unit": cast.tenant.pk + 99999}).status_code == 404
    assert sign_in(cast.stranger).get(reverse(URL)).content.decode().count("办夜校") == 0


def test_the_draft_and_the_list_hold_every_word(cast, quarter, sign_in):
    client = sign_in(cast.office)
    answer = client.get(reverse("responsibilities:passages_export", args=["docx"]))
    lines = [paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs]
    at = lines.index("一、主要做法")
    assert lines[at + 1 : at + 4] == [
        f"1. {cast.dongfeng.name} {cast.hongqi.name}",
        "一、办夜校",
        "二、=建站点",
    ]
    assert "二、存在问题" in lines

    answer = client.get(reverse("responsibilities:passages_export", args=["xlsx"]))
    _, *rows = workbook_lines(answer.content)
    assert list(rows[0][:4]) == ["单位", "状态", "主要做法", "存在问题"]
    assert list(rows[1][:4]) == [
        f"{cast.dongfeng.name} {cast.hongqi.name}",
        "已通过",
        "一、办夜校\n二、=建站点",
        "场地不足",
    ]


def test_nothing_written_is_said_kindly(cast, sign_in):
    assert "还没有开启填报" in sign_in(cast.office).get(reverse(URL)).content.decode()


def test_the_page_costs_the_same_for_one_unit_and_many(
    cast, quarter, sign_in, django_assert_max_num_queries
):
    client = sign_in(cast.township)
    client.get(reverse(URL))
    with django_assert_max_num_queries(11):
        client.get(reverse(URL))
