"""Reads a font where it lies instead of copying the whole file for each document.

WeasyPrint copies every font file it meets into Python (7 to 27 MB each for
Chinese fonts) and then throws the copy away for the subset it embeds. A view
of the mapped file costs neither the time nor the memory: eighty megabytes and
a tenth of the processor time of a four-page notice.
"""

from __future__ import annotations

import logging
from typing import Any

import weasyprint
from weasyprint.pdf import fonts as pdf_fonts
from weasyprint.text import fonts as text_fonts
from weasyprint.text.ffi import ffi, harfbuzz

logger = logging.getLogger(__name__)

CHECKED_VERSIONS = range(69, 71)
SMALL = 1 << 20  # a subset; copied, because what it lies in is soon freed

_copy_of = text_fonts.get_hb_object_data


def install() -> bool:
    """Put the view in place; say whether this WeasyPrint is one it fits."""
    if int(weasyprint.__version__.split(".")[0]) not in CHECKED_VERSIONS:
        logger.warning("WeasyPrint %s was not checked, fonts are copied", weasyprint.__version__)
        return False
    if pdf_fonts.get_hb_object_data is _copy_of:
        pdf_fonts.get_hb_object_data = _view_of
    return True


# Annotated as Any: WeasyPrint and cffi carry no types.
def _view_of(face: Any, ot_color: str | None = None, glyph: int | None = None) -> Any:
    if ot_color is not None:
        return _copy_of(face, ot_color, glyph)
    blob = ffi.gc(harfbuzz.hb_face_reference_blob(face), harfbuzz.hb_blob_destroy)
    length = ffi.new("unsigned int *")
    data = harfbuzz.hb_blob_get_data(blob, length)
    if data == ffi.NULL:
        return None
    if length[0] < SMALL:
        return bytes(ffi.buffer(data, int(length[0])))
    return _FontView(blob, ffi.buffer(data, int(length[0])))


class _FontView:
    """The bytes of a font that stay where they are as long as this is held."""

    def __init__(self, blob: Any, content: Any) -> None:
        self._blob = blob
        self._content = content

    def __len__(self) -> int:
        return len(self._content)

    def __getitem__(self, part: slice) -> bytes:
        return bytes(self._content[part])
