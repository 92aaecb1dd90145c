"""Odd numbers over many returns: ranked, within reach, at the same cost for many."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.imports import workbook_lines
from orgs.models import Unit
from responsibilities.authority import REVIEW_RETURN
from responsibilities.queries.outliers import outliers
from tests.factories.returns import make_form, open_quarter, submitted


@pytest.fixture
def year(cast):
    """Four quiet quarters and a fifth with two odd numbers, one odder than the other."""
    form = make_form(cast)
    for place, (year, ordinal) in enumerate([(2025, 1), (2025, 2), (2025, 3), (2025, 4)]):
        period, _ = open_quarter(cast, form=form, year=year, ordinal=ordinal)
        submitted(cast, cast.hongqi, period, cast.secretary, Z203=str(10 + place), Z602="8")
    period, _ = open_quarter(cast, form=form, year=2026, ordinal=1)
    submitted(cast, cast.hongqi, period, cast.secretary, Z203="90", Z602="60")
    return period


def test_the_oddest_comes_first_with_what_stands_beside_it(cast, year):
    found = outliers(cast.township.scope(REVIEW_RETURN), year)

    assert [one.cell.code for one in found] == ["Z203", "Z602"]
    assert (found[0].value, found[0].last, found[0].history_median) == (90, 13, 11.5)
    assert found[0].remark == "情况属实"
    assert found[0].score > found[1].score


def test_a_reviewer_sees_the_units_below_and_nobody_else(cast, sign_in, year):
    url = reverse("responsibilities:outliers")
    page = sign_in(cast.township).get(url, {"period": year.pk}).content.decode()
    assert "红旗" in page
    assert "发展会员数" in page
    assert sign_in(cast.secretary).get(url).status_code == 404
    other = sign_in(cast.county).get(url, {"period": year.pk}).content.decode()
    assert "没有明显异常" in other


def test_those_without_a_word_are_picked_out(cast, sign_in, year):
    client = sign_in(cast.township)
    url = reverse("responsibilities:outliers")
    answer = client.get(url, {"period": year.pk, "silent": "1"})
    assert (answer.context["total"], answer.context["silent"]) == (2, 0)
    assert answer.context["rows"] == []


def test_the_list_is_taken_along_as_a_workbook(cast, sign_in, year):
    client = sign_in(cast.township)
    url = reverse("responsibilities:outliers_export")
    _, head, *lines = workbook_lines(client.get(url, {"period": year.pk}).content)
    assert list(head[:4]) == ["单位", "栏号", "栏目", "本期"]
    assert [(line[1], line[3], line[-1]) for line in lines] == [
        ("Z203", "90", "情况属实"),
        ("Z602", "60", "情况属实"),
    ]
    assert sign_in(cast.secretary).get(url).status_code == 404


def test_the_page_costs_the_same_for_one_return_and_many(
    cast, sign_in, django_assert_num_queries, year
):
    client = sign_in(cast.township)
    url = reverse("responsibilities:outliers")
    client.get(url)
    with django_assert_num_queries(7):
        client.get(url, {"period": year.pk})
    beside = Unit.objects.get(pk=cast.neighbour.unit_id)
    submitted(cast, beside, year, cast.neighbour, Z203="5")
    with django_assert_num_queries(7):
        client.get(url, {"period": year.pk})
