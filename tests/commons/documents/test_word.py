from __future__ import annotations

import io

import docx
import pytest
from django.urls import reverse

from gongjian.commons.documents.layouts import layout_of
from tests.commons.documents.test_services import draft, issued

pytestmark = pytest.mark.usefixtures("prints")


def words_of(response):
    document = docx.Document(io.BytesIO(response.content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def url(document):
    return reverse("documents:document_word", args=[document.pk])


def test_a_draft_and_an_issued_document_can_be_taken_as_word(cast, sign_in):
    client = sign_in(cast.office)
    for document in (draft(cast, title="尚未印发的通报"), issued(cast, title="已经印发的通报")):
        page = client.get(document.get_absolute_url()).content.decode()
        assert url(document) in page
        answer = client.get(url(document))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert document.title in words_of(answer)
    assert document.document_number in words_of(answer)


def test_whoever_may_not_read_a_document_gets_no_copy(cast, sign_in):
    document = draft(cast)
    assert sign_in(cast.secretary).get(url(document)).status_code == 404
    assert sign_in(cast.stranger).get(url(issued(cast))).status_code == 404


def test_the_layout_is_told_from_template_and_signer():
    assert layout_of("documents/circular.html", {"signer": ""}).key == "circular"
    assert layout_of("documents/circular.html", {"signer": "王𬭎"}).key == "upward"
    assert layout_of("documents/letter.html", {"signer": "王𬭎"}).key == "letter"
    assert layout_of("nowhere.html", {}) is None
