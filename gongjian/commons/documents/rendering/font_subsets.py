"""Embeds only the glyphs a document uses, numbered anew, instead of a mostly empty font.

WeasyPrint keeps the numbers of the glyphs: the font it embeds has a place for
each of the 65,535 glyphs of a Chinese font, all but fifty of them empty. It is
made in two passes, half a megabyte large before it is compressed, and costs
thirty milliseconds for every face. Here the glyphs are numbered anew in one
pass. The page goes on naming them by the old numbers, and a table beside the
font says which is which: the charset of a CFF font keyed by CID, embedded bare
as readers expect it, or the CIDToGIDMap of a TrueType font.

What fits neither (a font that varies, that has colours, or whose glyphs are
known by names) is left to WeasyPrint.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from typing import Any

import weasyprint
from weasyprint.pdf import fonts as pdf_fonts
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset

from . import compact_font

logger = logging.getLogger(__name__)

CHECKED_VERSIONS = range(69, 71)
#: Tables that a PDF does not read; layout is over when a font is embedded.
_NOT_READ = (
    b"BASE", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"GDEF", b"GPOS", b"GSUB", b"JSTF", b"LTSH",
    b"PCLT", b"SVG ", b"VORG", b"vhea", b"vmtx",
)  # fmt: skip

# What WeasyPrint does not ask of HarfBuzz itself: which glyph got which number.
_QUESTIONS = """
    typedef ... hb_subset_plan_t;
    typedef ... hb_map_t;
    hb_subset_plan_t * hb_subset_plan_create_or_fail (
        hb_face_t *face, const hb_subset_input_t *input);
    hb_face_t * hb_subset_plan_execute_or_fail (hb_subset_plan_t *plan);
    hb_map_t * hb_subset_plan_new_to_old_glyph_mapping (const hb_subset_plan_t *plan);
    void hb_subset_plan_destroy (hb_subset_plan_t *plan);
    hb_codepoint_t hb_map_get (const hb_map_t *map, hb_codepoint_t key);
"""

_subset = pdf_fonts.Font._harfbuzz_subset if harfbuzz_subset else None
_type = pdf_fonts.Font.type
_describe = pdf_fonts._build_vector_font_dictionary


class _Compact(bytes):
    """A font whose glyphs were numbered anew; ``glyphs`` holds their old numbers in order."""

    glyphs: tuple[int, ...]
    is_cff: bool


def install() -> bool:
    """Put the one pass in place; say whether this WeasyPrint is one it fits."""
    if _subset is None or int(weasyprint.__version__.split(".")[0]) not in CHECKED_VERSIONS:
        logger.warning("WeasyPrint %s was not checked, fonts stay large", weasyprint.__version__)
        return False
    if pdf_fonts.Font._harfbuzz_subset is _subset:
        ffi.cdef(_QUESTIONS)
    pdf_fonts.Font._harfbuzz_subset = _compact_subset
    pdf_fonts.Font.type = property(_type_of)
    pdf_fonts._build_vector_font_dictionary = _describe_compact
    return True


# Annotated as Any: WeasyPrint and cffi carry no types.
def _compact_subset(font: Any, to_unicode: Any, hinting: Any) -> None:
    plain = not (font.missing or font.png or font.svg or font.colr or "fvar" in font.tables)
    content = _compacted(font.hb_face, sorted({0, *to_unicode}), hinting) if plain else None
    if content is None:
        _subset(font, to_unicode, hinting)  # type: ignore[misc]  # there, or install() had refused
    else:
        font.file_content = content


def _compacted(face: Any, wanted: Sequence[int], hinting: Any) -> _Compact | None:
    order = ffi.gc(
        harfbuzz_subset.hb_subset_input_create_or_fail(),
        harfbuzz_subset.hb_subset_input_destroy,
    )
    _fill(harfbuzz_subset.hb_subset_input_glyph_set(order), wanted)
    drop = harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG
    tags = sorted(harfbuzz.hb_tag_from_string(name, -1) for name in _NOT_READ)
    _fill(harfbuzz_subset.hb_subset_input_set(order, drop), tags)
    flags = harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
    if not hinting:
        flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
    harfbuzz_subset.hb_subset_input_set_flags(order, flags)
    plan = harfbuzz_subset.hb_subset_plan_create_or_fail(face, order)
    if plan == ffi.NULL:
        return None
    plan = ffi.gc(plan, harfbuzz_subset.hb_subset_plan_destroy)
    made = harfbuzz_subset.hb_subset_plan_execute_or_fail(plan)
    if made == ffi.NULL:
        return None
    made = ffi.gc(made, harfbuzz.hb_face_destroy)
    # More than was wanted: variants of a character and parts of composed glyphs come along.
    old = harfbuzz_subset.hb_subset_plan_new_to_old_glyph_mapping(plan)
    count = harfbuzz.hb_face_get_glyph_count(made)
    glyphs = tuple(int(harfbuzz_subset.hb_map_get(old, number)) for number in range(count))
    program = _bytes(
        harfbuzz.hb_face_reference_table(made, harfbuzz.hb_tag_from_string(b"CFF ", 4))
    )
    is_cff = bool(program)
    content = (
        compact_font.keyed_by(program, glyphs)
        if is_cff
        else _bytes(harfbuzz.hb_face_reference_blob(made))
    )
    if not content:
        return None
    compact = _Compact(content)
    compact.glyphs, compact.is_cff = glyphs, is_cff
    return compact


def _fill(target: Any, numbers: Sequence[int]) -> None:
    array = ffi.new(f"hb_codepoint_t[{len(numbers)}]", list(numbers))
    harfbuzz.hb_set_add_sorted_array(target, array, len(numbers))


def _bytes(blob: Any) -> bytes:
    blob = ffi.gc(blob, harfbuzz.hb_blob_destroy)
    length = ffi.new("unsigned int *")
    data = harfbuzz.hb_blob_get_data(blob, length)
    return b"" if data == ffi.NULL else bytes(ffi.buffer(data, int(length[0])))


def _type_of(font: Any) -> str:
    content = font.file_content
    if isinstance(content, _Compact):
        return "otf" if content.is_cff else "ttf"
    return str(_type.fget(font))


def _describe_compact(
    dictionary: Any, pdf: Any, font: Any, widths: Any, compress: Any, reference: Any, *args: Any
) -> None:
    stream = pdf.objects[int(reference.split()[0])]
    content = stream.stream[0]
    if isinstance(content, _Compact):
        # Several sizes of one face share the file, and with it its kind.
        font.file_content = content
    _describe(dictionary, pdf, font, widths, compress, reference, *args)
    if not isinstance(content, _Compact):
        return
    own = next(one for one in reversed(pdf.objects) if isinstance(one, dict) and "W" in one)
    if content.is_cff:
        stream.extra["Subtype"] = "/CIDFontType0C"
        del own["CIDToGIDMap"]
        return
    numbers = [0] * (content.glyphs[-1] + 1)
    for number, old in enumerate(content.glyphs):
        numbers[old] = number
    table = pdf_fonts.pydyf.Stream([struct.pack(f">{len(numbers)}H", *numbers)], compress=compress)
    pdf.add_object(table)
    own["CIDToGIDMap"] = table.reference
