"""Printing of drafts and of issued documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongjian.commons.documents.contexts import printing_values
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.numbering import open_number
from gongjian.commons.documents.rendering import RenderedFile, RenderingError, render_pdf
from gongjian.commons.documents.slots import Slots, headed, slots_of
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError


def draft_values(document: OfficialDocument) -> dict[str, Any]:
    """Values of a draft, with the place of the number left open."""
    return printing_values(
        headed(document.context),
        number=document.document_number or open_number(document.mark),
        signed_on=long_date(today()),
        verification=None,
        is_draft=True,
    )


def preview_document(document: OfficialDocument) -> RenderedFile:
    """Print a draft with its watermark; nothing is kept."""
    return print_document(draft_values(document), slots_of(document))


def print_document(
    values: Mapping[str, Any], slots: Slots, *, archive: bool = False
) -> RenderedFile:
    """Print what was looked up before: here the database is not asked."""
    try:
        return render_pdf(slots.template, values, fonts=slots.fonts, archive=archive)
    except RenderingError as error:
        raise DomainError(str(error)) from error
