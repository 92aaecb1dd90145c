from __future__ import annotations

import pytest
from django.urls import reverse

from responsibilities.models import Obligation, QuarterlyReturn, ReturnForm
from tests.factories.returns import VALUES, make_form, open_quarter, start, submitted


def _url(name: str, obligation: Obligation) -> str:
    return reverse(f"responsibilities:{name}", args=[obligation.pk])


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.get(unit=cast.hongqi, period=period)


def test_opening_the_sheet_writes_nothing(cast, sign_in, owed):
    answer = sign_in(cast.secretary).get(_url("return_fill", owed))

    assert answer.status_code == 200
    assert "发展会员数" in answer.content.decode()
    assert QuarterlyReturn.objects.count() == 0


def test_a_neighbour_does_not_find_the_sheet(cast, sign_in, owed):
    assert sign_in(cast.neighbour).get(_url("return_fill", owed)).status_code == 404
    assert sign_in(cast.stranger).get(_url("return_fill", owed)).status_code == 404


def test_cells_are_kept_one_by_one_and_the_bad_one_is_named(cast, sign_in, owed):
    answer = sign_in(cast.secretary).post(
        _url("return_save", owed),
        {"cells[Z203]": "１２", "base[Z203]": "", "cells[Z201]": "很多", "base[Z201]": ""},
    )

    body = answer.json()
    assert body["saved"]["Z203"]["value"] == "12"
    assert "不是数字" in body["errors"]["Z201"]
    assert QuarterlyReturn.objects.get().revision == 1


def test_a_submitted_return_is_no_longer_saved(cast, sign_in, owed):
    submitted(cast, cast.hongqi, owed.period, cast.secretary)

    answer = sign_in(cast.secretary).post(_url("return_save", owed), {"cells[Z203]": "1"})

    assert answer.status_code == 409
    assert "待审核" in answer.json()["message"]


def test_without_script_the_whole_form_is_submitted(cast, sign_in, owed):
    client = sign_in(cast.secretary)
    typed = {f"cells[{code}]": text for code, text in VALUES.items()}

    answer = client.post(_url("return_fill", owed), {**typed, "submit": "1"})

    assert answer.status_code == 302
    assert QuarterlyReturn.objects.get().state == "submitted"


def test_what_was_typed_wrong_stays_on_the_sheet_with_its_message(cast, sign_in, owed):
    typed = {f"cells[{code}]": text for code, text in VALUES.items()} | {"cells[Z203]": "abc"}

    answer = sign_in(cast.secretary).post(_url("return_fill", owed), {**typed, "submit": "1"})

    assert answer.status_code == 422
    assert 'value="abc"' in answer.content.decode()
    assert "不是数字" in answer.content.decode()
    assert QuarterlyReturn.objects.get().values[0] is not None


def test_a_nil_report_is_filed_with_its_reason(cast, sign_in, owed):
    answer = sign_in(cast.secretary).post(_url("return_nil", owed), {"reason": "本季停产"})

    assert answer.status_code == 302
    assert QuarterlyReturn.objects.get().is_nil


def test_the_superior_files_for_a_child_and_both_are_named(cast, sign_in, owed):
    typed = {f"cells[{code}]": text for code, text in VALUES.items()}

    sign_in(cast.township).post(_url("return_fill", owed), {**typed, "submit": "1"})

    assert "吴建国" in QuarterlyReturn.objects.get().filed_on_behalf


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_returns_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    form = make_form(cast)
    for ordinal in range(1, rows + 1):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        start(cast, cast.hongqi, period, cast.secretary)
    client = sign_in(cast.secretary)
    url = reverse("responsibilities:my_returns")
    client.get(url)

    with django_assert_num_queries(8):
        client.get(url)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_forms_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    for _ in range(rows):
        make_form(cast)
    client = sign_in(cast.office)
    url = reverse("responsibilities:returnform_list")
    client.get(url)

    with django_assert_num_queries(6):
        client.get(url)


def test_the_office_opens_a_quarter(cast, sign_in):
    form = make_form(cast)
    client = sign_in(cast.office)
    url = reverse("responsibilities:open_quarter")
    shown = client.get(url).context["form"].initial
    data = {**shown, "form": form.pk}

    answer = client.post(url, data)

    assert answer.status_code == 302
    assert Obligation.objects.count() == 4


def test_the_form_is_drafted_and_published_by_the_office(cast, sign_in):
    make_form(cast)
    client = sign_in(cast.office)
    url = reverse("responsibilities:returnform_create")
    chosen = client.get(url).context["form"].fields["indicators"].initial

    client.post(url, {"title": "季度报表", "indicators": chosen})
    form = ReturnForm.objects.get(version=2)
    client.post(reverse("responsibilities:returnform_step", args=[form.pk, "publish"]))

    form.refresh_from_db()
    assert form.state == "published"
    assert len(form.cells) == 30
