from __future__ import annotations

from urllib.parse import quote

import pytest
from django.urls import reverse

from gongjian.commons.documents.models import OfficialDocument, ReportJob
from gongjian.commons.documents.reports import request_report, run_report
from gongjian.commons.documents.services import (
    issue_document,
    render_document,
    sign_off_document,
    void_document,
)
from tests.commons.documents.test_services import draft, issued

LIST = reverse("documents:officialdocument_list")
FORM = {
    "kind": "documents.circular",
    "title": "关于季度情况的通报",
    "organs": "示范市党工共建领导小组办公室\n示范市总工会",
    "mark": "示党工组",
    "main_recipients": "各县（市、区）总工会：",
    "body": "情况如下。",
    "printer": "示范市总工会办公室",
    "seal": "on",
}


pytestmark = pytest.mark.usefixtures("prints")


def test_the_office_sees_drafts_and_a_secretary_only_issued_documents(cast, sign_in):
    draft(cast, title="尚未印发的通报")
    issued(cast, title="已经印发的通报")

    page = sign_in(cast.office).get(LIST).content.decode()
    assert "尚未印发的通报" in page

    page = sign_in(cast.secretary).get(LIST).content.decode()
    assert "已经印发的通报" in page
    assert "尚未印发的通报" not in page


def test_a_stranger_finds_nothing(cast, sign_in):
    document = issued(cast)
    client = sign_in(cast.stranger)
    assert client.get(document.get_absolute_url()).status_code == 404
    assert document.title not in client.get(LIST).content.decode()


def test_lists_take_the_same_number_of_queries(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.office)
    counts = []
    for _ in range(2):
        issued(cast)
        with django_assert_max_num_queries(30) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_draft_is_typed_signed_and_issued(cast, sign_in):
    answer = sign_in(cast.office).post("/documents/new/", FORM)
    document = OfficialDocument.objects.get()
    assert answer.status_code == 302
    assert document.organs == ["示范市党工共建领导小组办公室", "示范市总工会"]
    assert document.context["main_recipients"] == "各县（市、区）总工会"

    step = reverse("documents:officialdocument_step", args=[document.pk, "sign_off"])
    client = sign_in(cast.leader)
    assert "签发" in client.get(document.get_absolute_url()).content.decode()
    assert client.get(step).status_code == 200
    assert client.post(step, {}).status_code == 302

    step = reverse("documents:officialdocument_step", args=[document.pk, "issue"])
    assert sign_in(cast.office).post(step, {}).status_code == 302
    page = sign_in(cast.office).get(document.get_absolute_url()).content.decode()
    assert "1号" in page
    assert "正在印制" in page


def test_a_refused_issue_says_why_on_the_page(cast, sign_in):
    document = sign_off_document(
        draft(cast, kind="documents.commendation", title="表彰决定"), actor=cast.leader
    )
    step = reverse("documents:officialdocument_step", args=[document.pk, "issue"])
    answer = sign_in(cast.office).post(step, {"reason": "急用"})
    assert answer.status_code == 422
    assert "请填写批准文件" in answer.content.decode()


def test_the_form_asks_for_a_mark_without_figures(cast, sign_in):
    answer = sign_in(cast.office).post(
        "/documents/new/", {**FORM, "mark": "示党工\u30142026\u3015"}
    )
    assert answer.status_code == 422
    assert "只填机关代字" in answer.content.decode()


def test_only_drafts_are_edited(cast, sign_in):
    document = draft(cast)
    client = sign_in(cast.office)
    url = reverse("documents:document_edit", args=[document.pk])
    assert "关于季度工作情况的通报" in client.get(url).content.decode()
    assert client.post(url, {**FORM, "title": "另一个标题"}).status_code == 302
    assert OfficialDocument.objects.get().title == "另一个标题"

    sign_off_document(document, actor=cast.leader)
    assert client.post(url, FORM).status_code == 409


def test_the_printed_file_comes_under_its_chinese_name(cast, sign_in):
    document = issued(cast)
    url = reverse("documents:document_download", args=[document.pk])
    assert sign_in(cast.secretary).get(url).status_code == 404
    file = render_document(document.pk, actor=cast.office)

    answer = sign_in(cast.secretary).get(url)

    assert answer.content.startswith(b"%PDF-")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f"filename*=utf-8''{quote(file.name)}" in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert "private" in answer["Cache-Control"]


def test_the_preview_is_shown_and_not_kept(cast, sign_in):
    document = draft(cast)
    url = reverse("documents:document_preview", args=[document.pk])
    answer = sign_in(cast.office).get(url)
    assert answer["Content-Disposition"].startswith("inline")
    assert sign_in(cast.secretary).get(url).status_code == 404
    assert OfficialDocument.objects.get().file is None


def test_an_issued_document_has_no_preview(cast, sign_in):
    document = issued(cast)
    url = reverse("documents:document_preview", args=[document.pk])
    assert sign_in(cast.office).get(url).status_code == 404


def test_anyone_may_verify_without_signing_in(cast, client):
    document = issued(cast, title="关于表扬赵春梅的通报")
    file = render_document(document.pk, actor=cast.office)
    url = reverse("documents:verify", args=[document.verification_code])

    page = client.get(url).content.decode()

    assert document.document_number in page
    assert file.sha256 in page
    assert "有效" in page
    assert "赵春梅" not in page
    void_document(document, actor=cast.leader, reason="赵春梅的名字写错")
    page = client.get(url).content.decode()
    assert "已作废" in page
    assert "赵春梅" not in page


def test_an_unknown_code_is_answered_kindly(db, client):
    answer = client.get("/documents/verify/", {"code": "<script>"})
    assert answer.status_code == 404
    assert "没有查到" in answer.content.decode()
    assert "<script>" not in answer.content.decode().split("<main")[1]
    assert client.get("/documents/verify/").status_code == 200


def test_the_report_centre_polls_only_while_work_is_under_way(cast, sign_in):
    client = sign_in(cast.office)
    url = reverse("documents:report_centre")
    assert client.post(url, {"kind": "documents.ledger"}).status_code == 302
    assert 'hx-trigger="every 700ms"' in client.get(url).content.decode()

    job = run_report(ReportJob.objects.get().pk)

    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "every 700ms" not in fragment
    assert "<html" not in fragment
    download = reverse("documents:report_download", args=[job.pk])
    assert download in fragment
    assert client.get(download).content[:2] == b"PK"


def test_others_reports_are_not_handed_out(cast, sign_in):
    job = request_report("documents.ledger", actor=cast.office)
    run_report(job.pk)
    url = reverse("documents:report_download", args=[job.pk])
    for actor in (cast.county, cast.secretary, cast.stranger):
        assert sign_in(actor).get(url).status_code == 404


def test_a_report_is_cancelled_and_started_again(cast, sign_in):
    job = request_report("documents.ledger", actor=cast.office)
    client = sign_in(cast.office)
    client.post(reverse("documents:report_cancel", args=[job.pk]))
    assert ReportJob.objects.get().status == "cancelled"
    assert client.get(reverse("documents:report_cancel", args=[job.pk])).status_code == 405
    client.post(reverse("documents:report_retry", args=[job.pk]))
    assert ReportJob.objects.get().status == "queued"


def test_what_waits_stands_on_the_work_desk(cast, sign_in):
    document = draft(cast, title="等待签发的通报")
    assert "待签发：等待签发的通报" in sign_in(cast.leader).get("/").content.decode()
    sign_off_document(document, actor=cast.leader)
    assert "待印发：等待签发的通报" in sign_in(cast.office).get("/").content.decode()
    issue_document(document, actor=cast.office)
    assert "等待签发的通报" not in sign_in(cast.office).get("/").content.decode()
