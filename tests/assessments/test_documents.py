from __future__ import annotations

import io
import zipfile

import pdfplumber
import pytest
from django.urls import reverse

from assessments.documents import (
    COMMENDATION,
    PRAISE,
    build_circular,
    draft_circular,
    request_unit_report,
    request_unit_reports,
)
from assessments.models import CommendationList, UnitScore
from assessments.services import (
    decide_commendation,
    draft_commendation,
    issue_commendation,
    run_assessment,
)
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.reports import run_report
from gongjian.commons.documents.services import (
    issue_document,
    render_document,
    sign_off_document,
)
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from tests.factories.assessments import make_group, make_official, make_scheme


@pytest.fixture
def result(cast, figures):
    for unit, value in ((cast.dongfeng, "90"), (cast.xicheng, "100"), (cast.nanlu, "50")):
        figures.give("A01", unit.pk, None, numerator=value, denominator="100", target="100")
        figures.give("A02", unit.pk, "40", target="40")
    scheme = make_scheme(cast.office, [make_group(cast.office)])
    run = run_assessment(scheme, actor=cast.office)
    return make_official(run, office=cast.office, leader=cast.leader)


@pytest.fixture
def praised(result, cast) -> CommendationList:
    best = UnitScore.objects.get(run=result, unit=cast.xicheng)
    commendation = draft_commendation(
        result,
        actor=cast.office,
        values={"title": "关于表扬2026年度党工共建工作先进单位的通报", "kind": "praise"},
        picks={best.pk: ""},
    )
    return decide_commendation(commendation, actor=cast.leader)


def text_of(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "".join(page.extract_text() for page in pdf.pages).replace("\n", "")


def test_praise_never_claims_to_be_a_title(praised):
    context = build_circular(praised)
    assert "表彰" not in context.title + context.body
    assert context.attachments[0].rows == [["1", "西城街道", "乡镇街道", "优秀"]]
    assert (PRAISE.is_commendation, COMMENDATION.is_commendation) == (False, True)


def test_a_list_not_decided_yields_no_circular(result, cast):
    best = UnitScore.objects.get(run=result, unit=cast.xicheng)
    draft = draft_commendation(
        result, actor=cast.office, values={"title": "表扬"}, picks={best.pk: ""}
    )
    with pytest.raises(StateConflict, match="还没有审定"):
        draft_circular(draft, actor=cast.office)
    with pytest.raises(NotPermitted):
        draft_circular(draft, actor=cast.county)


def test_the_circular_goes_from_draft_to_print(praised, cast, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    document = draft_circular(praised, actor=cast.office)
    issued = issue_document(sign_off_document(document, actor=cast.leader), actor=cast.office)
    file = render_document(issued.pk, actor=cast.office)

    text = text_of(read_file(file))
    assert "西城街道" in text
    assert issued.document_number in text
    assert issued.document_number.startswith("示党工组\u3014")
    assert issue_commendation(praised, actor=cast.office).state == "issued"


def test_the_button_drafts_a_document(praised, cast, sign_in):
    client = sign_in(cast.office)
    url = reverse("assessments:circular_create", args=[praised.pk])
    assert client.get(url).status_code == 200
    response = client.post(url)
    document = OfficialDocument.objects.get()
    assert response.url == document.get_absolute_url()
    assert str(document) in client.get(praised.get_absolute_url()).content.decode()


def test_one_unit_gets_its_report_as_pdf(result, cast, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    score = UnitScore.objects.get(run=result, unit=cast.dongfeng)
    job = run_report(request_unit_report(score, actor=cast.county).pk)

    assert (job.status, job.error) == ("done", "")
    text = text_of(read_file(job.file))
    assert "东风镇" in text
    assert "94.00" in text


def test_all_units_come_in_one_archive_within_the_reach(result, cast, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    job = run_report(request_unit_reports(result, actor=cast.county).pk)
    with zipfile.ZipFile(io.BytesIO(read_file(job.file))) as archive:
        assert archive.namelist() == ["001_东风镇测评报告.pdf", "002_西城街道测评报告.pdf"]


def test_reports_of_other_units_are_refused(result, cast):
    score = UnitScore.objects.get(run=result, unit=cast.nanlu)
    with pytest.raises(NotPermitted):
        request_unit_report(score, actor=cast.county)
    with pytest.raises(DomainError, match="没有可以生成报告"):
        request_unit_reports(result, actor=cast.secretary)


def test_the_report_buttons_lead_to_the_report_centre(result, cast, sign_in):
    client = sign_in(cast.office)
    group = result.unit_scores.first().peer_group_id
    score = UnitScore.objects.get(run=result, unit=cast.nanlu)
    for url in (
        reverse("assessments:run_report", args=[result.pk]) + f"?group={group}",
        reverse("assessments:unit_report", args=[score.pk]),
    ):
        assert client.get(url).status_code == 200
        assert client.post(url).url == reverse("documents:report_centre")
    assert "3 家" in client.get(reverse("documents:report_centre")).content.decode()
