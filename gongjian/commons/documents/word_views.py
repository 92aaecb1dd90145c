"""The editable copy of a document, made when it is asked for and kept nowhere."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from gongjian.commons.documents.authority import VIEW_DOCUMENT
from gongjian.commons.documents.printing import draft_values
from gongjian.commons.documents.queries import PUBLISHED
from gongjian.commons.documents.slots import word_layout_of
from gongjian.commons.documents.views import DocumentRecords, file_answer
from gongjian.foundation.web.pages import DetailPage

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class DocumentWord(DocumentRecords, DetailPage):
    """A Word document with the words of the draft or of the issued document."""

    permission = VIEW_DOCUMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from gongjian.commons.documents.word import build_docx  # noqa: PLC0415 -- slow import

        document = self.get_object()
        layout = word_layout_of(document)
        if layout is None:
            raise Http404
        values = document.context
        if document.state not in PUBLISHED:
            values = draft_values(document)
        return file_answer(
            build_docx(layout.key, values),
            name=f"{document}.docx",
            content_type=DOCX,
            as_attachment=True,
        )
