from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gongjian.commons.evidence import storage
from gongjian.commons.evidence.models import EvidenceUpload, EvidenceUse
from gongjian.commons.evidence.services.keeping import take_away
from gongjian.foundation.audit.models import TrailEntry
from responsibilities.models import ExtensionRequest, Obligation
from tests.factories.evidence import PDF, attached, photo
from tests.factories.follow_ups import in_hand
from tests.factories.returns import open_quarter, submitted

#: Drawn anew for every answer, or said by the one who asks: the address in the account menu.
_TOKEN = re.compile(rb"[A-Za-z0-9]{64}|from=[^\"]*")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.get(unit=cast.hongqi, period=period)


@pytest.fixture
def use(cast, owed) -> EvidenceUse:
    return attached(owed, cast.secretary, slot="Z201", name="发展会员 名册.pdf")


def at(name: str, record, slot: str = "") -> str:
    kind = record._meta.label_lower
    return f"{reverse(f'evidence:{name}')}?kind={kind}&id={record.pk}&slot={slot}"


def test_the_branch_above_opens_the_file_and_it_is_written_down(cast, use, sign_in):
    answer = sign_in(cast.township).get(use.file_url)

    assert answer.status_code == 200
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    entry = TrailEntry.objects.get(action="evidence.evidence.downloaded")
    assert entry.actor_label == cast.township.label


@pytest.mark.parametrize("person", ["neighbour", "other_county", "stranger"])
def test_guessing_the_number_finds_nothing(cast, use, owed, sign_in, person):
    client = sign_in(getattr(cast, person))
    nowhere = client.get(reverse("evidence:file", args=[10**9]))

    for url in (
        use.file_url,
        reverse("evidence:small", args=[use.pk]),
        at("panel", owed, "Z201"),
        at("search", owed),
        at("add", owed),
    ):
        answer = client.get(url)
        assert answer.status_code == 404, url
        assert _TOKEN.sub(b"", answer.content) == _TOKEN.sub(b"", nowhere.content)
    for url in (
        reverse("evidence:remove", args=[use.pk]),
        at("cite", owed),
        at("begin", owed),
    ):
        body = {"evidence": use.evidence_id, "key": uuid.uuid4(), "name": "a", "size": 3}
        assert client.post(url, body).status_code == 404
    assert EvidenceUse.objects.filter(removed_at=None).count() == 1


def test_no_address_leads_to_the_folder(cast, use, sign_in):
    file = use.evidence.file
    client = sign_in(cast.secretary)

    for path in (
        f"/static/../files/{storage.relative_path(file.sha256)}",
        f"/files/{storage.relative_path(file.sha256)}",
        f"/evidence/{file.sha256}/file/",
    ):
        assert client.get(path).status_code == 404


def test_a_removed_piece_is_gone_for_everybody_but_its_undo(cast, use, sign_in):
    take_away(use, actor=cast.secretary)
    client = sign_in(cast.secretary)

    assert client.get(use.file_url).status_code == 404
    assert client.post(reverse("evidence:restore", args=[use.pk])).status_code == 200
    assert client.get(use.file_url).status_code == 200


def test_a_server_in_front_may_send_the_file(cast, use, sign_in, settings):
    settings.EVIDENCE_ACCEL_PREFIX = "/protected/"

    answer = sign_in(cast.secretary).get(use.file_url)

    sha256 = use.evidence.file.sha256
    path = f"/protected/{cast.tenant.pk}/evidence/{sha256[:2]}/{sha256}"
    assert answer["X-Accel-Redirect"] == path
    assert answer.content == b""


def test_a_thumbnail_is_shown_for_pictures_alone(cast, owed, use, sign_in):
    picture = attached(owed, cast.secretary, name="a.jpg", content=photo())
    client = sign_in(cast.township)

    answer = client.get(reverse("evidence:small", args=[picture.pk]))
    assert answer["Content-Type"] == "image/jpeg"
    assert client.get(reverse("evidence:small", args=[use.pk])).status_code == 404


def test_a_file_goes_up_in_pieces_over_the_wire(cast, owed, sign_in):
    client, key = sign_in(cast.secretary), uuid.uuid4()
    begun = client.post(at("begin", owed), {"key": key, "name": "a.pdf", "size": len(PDF)})
    assert begun.json() == {"received": 0, "size": len(PDF), "use": None}
    url = reverse("evidence:receive", args=[key])

    def send(offset: int, piece: bytes):
        return client.post(
            url,
            piece,
            content_type="application/octet-stream",
            headers={"Upload-Offset": str(offset)},
        )

    assert send(0, PDF[:30]).json()["received"] == 30
    assert send(50, PDF[50:]).status_code == 409
    assert client.get(url).json()["received"] == 30
    assert send(30, PDF[30:]).json()["use"] == EvidenceUse.objects.get().pk
    assert "a.pdf" in client.get(at("panel", owed)).content.decode()


def test_a_bad_file_is_answered_in_words(cast, owed, sign_in):
    client, key = sign_in(cast.secretary), uuid.uuid4()
    client.post(at("begin", owed), {"key": key, "name": "a.pdf", "size": 6})

    answer = client.post(
        reverse("evidence:receive", args=[key]),
        b"<html>",
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
    )

    assert answer.status_code == 422
    assert "不是可以接收的文件" in answer.json()["message"]
    # Refused, and yet not lost: the same upload may not finish with another content.
    assert EvidenceUpload.objects.get().use is None


def test_another_persons_upload_is_not_there(cast, owed, sign_in):
    key = uuid.uuid4()
    sign_in(cast.secretary).post(at("begin", owed), {"key": key, "name": "a.pdf", "size": 6})
    url = reverse("evidence:receive", args=[key])

    client = sign_in(cast.township)
    assert client.get(url).status_code == 404
    assert client.post(url, b"x", content_type="application/octet-stream").status_code == 404


def test_too_large_is_said_before_anything_is_sent(cast, owed, sign_in):
    body = {"key": uuid.uuid4(), "name": "大.mp4", "size": 100 * 1024 * 1024}
    answer = sign_in(cast.secretary).post(at("begin", owed), body)

    assert answer.status_code == 422
    assert "最大 60 MB" in answer.json()["message"]


def test_without_script_a_file_or_a_place_is_added(cast, owed, sign_in):
    client = sign_in(cast.secretary)
    empty = client.post(at("add", owed), {"title": "空"})
    assert empty.status_code == 422
    assert "请选择文件" in empty.content.decode()

    paper = client.post(at("add", owed), {"title": "村务公开照片", "whereabouts": "档案柜"})
    sent = client.post(at("add", owed), {"file": SimpleUploadedFile("b.pdf", PDF)})

    assert paper.status_code == sent.status_code == 302
    assert EvidenceUse.objects.count() == 2


def test_what_is_there_already_is_found_and_cited(cast, owed, use, sign_in):
    client = sign_in(cast.secretary)

    assert "发展会员 名册" in client.get(at("search", owed) + "&q=名册").content.decode()
    assert "没有找到" in client.get(at("search", owed) + "&q=没有的").content.decode()
    assert client.post(at("cite", owed), {"evidence": use.evidence_id}).status_code == 200
    assert EvidenceUse.objects.filter(evidence=use.evidence).count() == 2


def test_the_sheet_costs_the_same_with_one_piece_and_with_three(
    cast, owed, use, sign_in, django_assert_num_queries
):
    client = sign_in(cast.secretary)
    url = reverse("responsibilities:return_fill", args=[owed.pk])
    client.get(url)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(url)
    attached(owed, cast.secretary, slot="Z202", content=photo(), name="b.jpg")
    attached(owed, cast.secretary, name="c.pdf", content=PDF + b"%\n%%EOF\n")
    with CaptureQueriesContext(connection) as three:
        page = client.get(url).content.decode()

    assert len(three) == len(one)
    assert page.count("data-remove=") == 3
    assert page.count("evidence.js") == 1


def test_the_reviewer_sees_it_beside_the_cell_and_on_paper(cast, owed, use, sign_in):
    attached(owed, cast.township, slot="paper", name="签字页.jpg", content=photo())
    returned = submitted(cast, cast.hongqi, owed.period, cast.secretary)
    client = sign_in(cast.township)

    page = client.get(returned.get_absolute_url()).content.decode()
    paper = client.get(reverse("responsibilities:return_print", args=[owed.pk])).content.decode()
    sheet = client.get(reverse("responsibilities:return_fill", args=[owed.pk])).content.decode()

    assert "发展会员 名册.pdf" in page
    assert "签字页.jpg" in page
    assert "data-zone" not in page
    assert f"SHA-256 {use.evidence.file.sha256[:12]}" in paper
    assert "data-remove=" not in sheet


def test_a_request_for_more_time_carries_its_papers(cast, owed, sign_in):
    attached(owed, cast.secretary, slot="extension", name="防汛通知.pdf")
    client = sign_in(cast.secretary)
    url = reverse("responsibilities:extension_ask", args=[owed.pk])
    assert "防汛通知.pdf" in client.get(url).content.decode()
    day = f"{owed.deadline.replace(year=owed.deadline.year + 1):%Y-%m-%d}"
    client.post(url, {"until": day, "reason": "防汛"})
    asked = ExtensionRequest.objects.get()

    page = sign_in(cast.township).get(asked.get_absolute_url()).content.decode()

    assert "防汛通知.pdf" in page


def test_a_matter_shows_its_evidence_to_who_verifies(cast, sign_in):
    matter = in_hand(cast)
    client = sign_in(cast.secretary)
    report = reverse("follow_ups:followup_report", args=[matter.pk])
    assert "data-zone" in client.get(report).content.decode()
    attached(matter, cast.secretary, name="验收单.pdf")

    page = sign_in(cast.office).get(matter.get_absolute_url()).content.decode()

    assert "验收单.pdf" in page
