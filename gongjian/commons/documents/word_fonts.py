"""Names of fonts in a Word document: those of the tenant's own in place of the usual ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

_PLACES = tuple(qn(f"w:{name}") for name in ("ascii", "hAnsi", "eastAsia", "cs"))


def name_own_fonts(document: WordDocument, names: Mapping[str, str]) -> None:
    """Write the new name wherever the old one stands: in the text, the styles and the edges."""
    if not names:
        return
    for part in _parts(document):
        for fonts in part.iter(qn("w:rFonts")):
            for place in _PLACES:
                own = names.get(fonts.get(place, ""))
                if own:
                    fonts.set(place, own)


def _parts(document: WordDocument) -> Iterator[Any]:
    yield document.element
    yield document.styles.element
    for section in document.sections:
        for edge in (section.header, section.footer, section.even_page_header,
                     section.even_page_footer, section.first_page_header,
                     section.first_page_footer):  # fmt: skip
            # To ask an edge that is not there for its element would make one.
            if not edge.is_linked_to_previous:
                yield edge._element
