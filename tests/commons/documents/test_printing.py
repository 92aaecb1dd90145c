"""One document from draft to the file in the store, printed for good."""

from __future__ import annotations

import io

import pdfplumber

from gongjian.commons.documents import tasks
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.rendering.layout import check_layout
from tests.commons.documents.test_rendering import needs_fonts
from tests.commons.documents.test_services import issued


@needs_fonts
def test_the_task_prints_what_was_issued(cast):
    tasks.render_document(issued(cast).pk)

    document = OfficialDocument.objects.get()
    content = read_file(document.file)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert document.document_number in text
    assert document.verification_code in text
    assert "草" not in text
    assert document.file.sm3 != document.file.sha256
    assert [str(found) for found in check_layout(content) if not found.is_right] == []
