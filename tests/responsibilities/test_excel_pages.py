"""Pages of workbooks, of filing on behalf and of paper."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.rendering import render_pdf
from responsibilities.models import Obligation, QuarterlyReturn, ReturnUpload
from responsibilities.return_paper import TEMPLATE, printed_return
from tests.factories.returns import VALUES, fill, open_quarter, start, submitted
from tests.responsibilities import workbook_files as made
from tests.responsibilities.test_excel_behalf import filed_on_behalf
from tests.responsibilities.test_excel_files import download


def _url(name: str, *args) -> str:
    return reverse(f"responsibilities:{name}", args=args)


def _file(content: bytes, name: str = "填好.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=period
    )


def test_the_way_of_a_workbook_through_the_pages(cast, sign_in, owed):
    client = sign_in(cast.secretary)
    answer = client.get(_url("return_workbook", owed.pk))
    assert answer.status_code == 200
    assert "return.xlsx" in answer["Content-Disposition"]
    place = made.place_of(answer.content, "Z203")
    filled = made.repacked(answer.content, made.number(place, 12))

    answer = client.post(_url("return_workbook_upload", owed.pk), {"file": _file(filled)})
    kept = ReturnUpload.objects.get()
    assert answer["Location"] == _url("return_upload", kept.pk)
    page = client.get(answer["Location"]).content.decode()
    assert place in page
    assert QuarterlyReturn.objects.count() == 0

    answer = client.post(_url("return_upload", kept.pk))
    assert answer["Location"] == _url("return_fill", owed.pk)
    assert 12 in QuarterlyReturn.objects.get().values
    # The button pressed twice.
    assert client.post(_url("return_upload", kept.pk)).status_code == 302
    assert QuarterlyReturn.objects.get().revision == 1


def test_what_is_no_workbook_is_told_beside_the_field(cast, sign_in, owed):
    answer = sign_in(cast.secretary).post(
        _url("return_workbook_upload", owed.pk), {"file": _file(b"code,value", "表.csv")}
    )

    assert answer.status_code == 422
    assert "不是 Excel 工作簿" in answer.content.decode()


def test_wrong_cells_are_listed_by_place(cast, sign_in, owed):
    content = download(owed, cast.secretary)
    place = made.place_of(content, "Z203")
    bad = made.repacked(content, made.text(place, "约30"))

    answer = sign_in(cast.secretary).post(
        _url("return_workbook_upload", owed.pk), {"file": _file(bad)}, follow=True
    )

    page = answer.content.decode()
    assert "一个数也没有保存" in page
    assert place in page
    assert "“约30”不是数字" in page


def test_an_unanswered_conflict_is_shown_again(cast, sign_in, owed):
    row = fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    content = download(owed, cast.secretary)
    filled = made.repacked(content, made.number(made.place_of(content, "Z203"), 15))
    client = sign_in(cast.secretary)
    client.post(_url("return_workbook_upload", owed.pk), {"file": _file(filled)})
    fill(row, cast.union_chair, Z203=13)
    kept = ReturnUpload.objects.get()

    answer = client.post(_url("return_upload", kept.pk))

    assert answer.status_code == 422
    assert "没有选择用哪一个数" in answer.content.decode()
    key = re.search(r"seen\[([^]]+)\]", answer.content.decode())[1]
    answer = client.post(
        _url("return_upload", kept.pk), {f"seen[{key}]": "13", f"choose[{key}]": "mine"}
    )
    assert answer.status_code == 302
    assert 15 in QuarterlyReturn.objects.get().values


def test_a_kept_upload_is_nobody_elses(cast, sign_in, owed):
    content = download(owed, cast.secretary)
    sign_in(cast.secretary).post(_url("return_workbook_upload", owed.pk), {"file": _file(content)})
    kept = ReturnUpload.objects.get()

    for other in (cast.union_chair, cast.neighbour, cast.township, cast.stranger):
        assert sign_in(other).get(_url("return_upload", kept.pk)).status_code == 404
    for other in (cast.neighbour, cast.stranger):
        assert sign_in(other).get(_url("return_workbook", owed.pk)).status_code == 404
        assert sign_in(other).get(_url("return_workbook_upload", owed.pk)).status_code == 404


def test_a_submitted_return_is_not_downloaded_for_filling(cast, sign_in, owed):
    submitted(cast, cast.hongqi, owed.period, cast.secretary)

    answer = sign_in(cast.secretary).get(_url("return_workbook", owed.pk))
    assert answer.status_code == 422
    assert "已报送" in answer.content.decode()


# --- the grid ---------------------------------------------------------------------------------


def test_the_grid_costs_the_same_for_one_unit_and_for_many(
    cast, sign_in, owed, django_assert_num_queries
):
    client = sign_in(cast.township)
    client.get(_url("behalf_grid"))
    Obligation.objects.exclude(pk=owed.pk).filter(unit__parent=cast.dongfeng).update(is_exempt=True)
    with django_assert_num_queries(10):
        client.get(_url("behalf_grid"))
    Obligation.objects.update(is_exempt=False)
    with django_assert_num_queries(10):
        page = client.get(_url("behalf_grid")).content.decode()
    assert "红旗村" in page
    assert "星火机械公司" in page
    assert "长街社区" not in page


def test_the_grid_saves_by_unit_and_code(cast, sign_in, owed):
    answer = sign_in(cast.township).post(
        _url("behalf_save"),
        {f"cells[{owed.pk}-Z203]": "12", f"base[{owed.pk}-Z203]": "", "cells[9999-Z203]": "1"},
    )

    body = answer.json()
    assert body["units"][str(owed.pk)]["saved"]["Z203"]["value"] == "12"
    assert "无权" in body["locked"]["9999"]


def test_the_chosen_units_are_submitted_after_a_look_at_them(cast, sign_in, owed):
    fill(start(cast, cast.hongqi, owed.period, cast.township), cast.township)
    other = Obligation.objects.get(unit=cast.xinghuo, period=owed.period)
    client = sign_in(cast.township)
    chosen = {"ids": [owed.pk, other.pk], "period": owed.period_id}

    page = client.post(_url("behalf_submit"), chosen).content.decode()
    assert "将报送下列 1 家" in page
    assert "还没有填写" in page
    answer = client.post(
        _url("behalf_submit"),
        {"ids": [owed.pk], "period": owed.period_id, "confirmed": "1", "paper_note": "2号盒"},
    )

    assert answer.status_code == 302
    assert QuarterlyReturn.objects.get().paper_note == "2号盒"


def test_the_workbook_of_all_units_goes_out_and_comes_back(cast, sign_in, owed):
    client = sign_in(cast.township)
    address = f"?period={owed.period_id}"
    content = client.get(_url("behalf_workbook") + address).content
    changed = made.repacked(content, made.number("C7", 11))

    answer = client.post(
        _url("behalf_workbook_upload") + address, {"file": _file(changed)}, follow=True
    )
    assert "C7" in answer.content.decode()
    kept = ReturnUpload.objects.get()
    assert client.post(_url("behalf_upload", kept.pk)).status_code == 302
    assert QuarterlyReturn.objects.get().values[0] == 11


def test_those_who_file_for_nobody_have_no_grid(cast, sign_in, owed):
    for actor in (cast.secretary, cast.leader, cast.viewer):
        client = sign_in(actor)
        for name in ("behalf_grid", "behalf_submit", "behalf_workbook", "behalf_workbook_upload"):
            assert client.get(_url(name)).status_code == 404


def test_the_next_superior_decides_on_the_page_and_the_filer_sees_why_not(cast, sign_in, owed):
    row = filed_on_behalf(cast, owed)
    own = sign_in(cast.township).get(row.get_absolute_url()).content.decode()
    assert "2号盒" in own
    assert 'value="accept"' not in own

    client = sign_in(cast.county)
    page = client.get(row.get_absolute_url()).content.decode()
    assert _url("return_decide", row.pk) in page
    assert client.post(_url("return_decide", row.pk), {"decision": "accept"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "accepted"


def test_a_return_the_unit_filed_itself_is_not_decided_from_further_up(cast, sign_in, owed):
    row = submitted(cast, cast.hongqi, owed.period, cast.secretary)

    answer = sign_in(cast.county).post(_url("return_decide", row.pk), {"decision": "accept"})
    assert answer.status_code == 404


# --- paper ------------------------------------------------------------------------------------


def test_the_paper_names_form_code_and_check(cast, sign_in, owed):
    fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary, Z203=17)
    client = sign_in(cast.secretary)

    page = client.get(_url("return_print", owed.pk)).content.decode()
    assert "2026Q3-990001001001-V1" in page
    assert "校验码" in page
    assert "<b>17</b>" in page
    assert "填表人" in page
    blank = client.get(_url("return_print", owed.pk) + "?blank=1").content.decode()
    assert "<b>17</b>" not in blank
    assert "校验码：" not in blank
    for other in (cast.neighbour, cast.stranger):
        assert sign_in(other).get(_url("return_print", owed.pk)).status_code == 404


def test_the_check_changes_with_the_figures(cast, owed):
    row = fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    before = printed_return(owed, blank=False, url="x")["check"]
    assert printed_return(owed, blank=False, url="x")["check"] == before
    fill(row, cast.secretary, Z203=18)

    assert printed_return(owed, blank=False, url="x")["check"] != before


def test_the_sheet_is_printed_as_pdf(cast, owed):
    fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    values = printed_return(owed, blank=False, url="http://localhost/r/1/")

    file = render_pdf(TEMPLATE, {"paper": values})

    assert file.content.startswith(b"%PDF")
    assert file.pages == 1


def test_the_pdf_is_asked_for_once(cast, sign_in, owed):
    answer = sign_in(cast.township).post(_url("return_pdf", owed.pk), {"blank": "1"})

    assert answer.status_code == 302
    job = ReportJob.objects.get()
    assert job.kind == "responsibilities.return_sheet"
    assert job.parameters["blank"] is True


def test_the_note_of_the_paper_is_kept_from_the_single_sheet_too(cast, sign_in, owed):
    client = sign_in(cast.township)
    page = client.get(_url("return_fill", owed.pk)).content.decode()
    assert 'name="paper_note"' in page
    typed = {f"cells[{code}]": text for code, text in VALUES.items()}

    answer = client.post(
        _url("return_fill", owed.pk), {**typed, "submit": "1", "paper_note": "3号盒"}
    )

    assert answer.status_code == 302
    row = QuarterlyReturn.objects.get()
    assert (row.state, row.paper_note) == ("submitted", "3号盒")
    own = sign_in(cast.secretary).get(_url("return_fill", owed.pk)).content.decode()
    assert 'name="paper_note"' not in own
