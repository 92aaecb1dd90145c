"""The fonts inside a file: small, each glyph the one of its character, extracted by any reader."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pikepdf
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTCollection, TTFont

from bench.printing import certificate_rows, notice
from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.rendering import compact_font, render_pdf
from gongjian.commons.documents.rendering.stamping import _Font
from tests.commons.documents.test_rendering import needs_fonts

pytestmark = needs_fonts


@pytest.fixture(scope="module")
def sources():
    """Faces by their full name without spaces, as a PDF writes it."""
    faces = {}
    for path in sorted((Path(os.environ["FONTCONFIG_FILE"]).parent).rglob("*")):
        if path.suffix == ".ttc":
            fonts = TTCollection(path, lazy=True).fonts
        elif path.suffix in {".otf", ".ttf"}:
            fonts = [TTFont(path, lazy=True)]
        else:
            continue
        for font in fonts:
            said = str(font["name"].getDebugName(4)).removesuffix(" R")
            faces[said.replace(" ", "-")] = font
    return faces


def fonts_in(content: bytes):
    pdf = pikepdf.open(io.BytesIO(content))
    found = {}
    for page in pdf.pages:
        for font in page.obj.Resources.get("/Font", {}).values():
            found[str(font.BaseFont)] = font
    return pdf, list(found.values())


def drawn(glyph) -> list:
    pen = RecordingPen()
    glyph.draw(pen)
    return pen.value


def outlines(font) -> dict[str, list]:
    """Character → its outline in the embedded font, found the way a reader does."""
    own = font.DescendantFonts[0]
    descriptor = own.FontDescriptor
    texts = _Font(font).text
    if "/FontFile3" in descriptor:
        assert str(descriptor.FontFile3.Subtype) == "/CIDFontType0C"
        program = CFFFontSet()
        program.decompile(io.BytesIO(descriptor.FontFile3.read_bytes()), None)
        glyphs = program[0].CharStrings
        return {text: drawn(glyphs[f"cid{int(code, 16):05}"]) for code, text in texts.items()}
    numbers = own.CIDToGIDMap.read_bytes()
    program = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
    glyphs, order = program.getGlyphSet(), program.getGlyphOrder()
    found = {}
    for code, text in texts.items():
        place = 2 * int(code, 16)
        found[text] = drawn(glyphs[order[int.from_bytes(numbers[place : place + 2], "big")]])
    return found


@pytest.mark.parametrize("what", ["notice", "certificate"])
def test_each_character_has_its_own_outline(what, sources):
    if what == "notice":
        content = render_pdf("documents/circular.html", notice()).content
    else:
        rows = [{**certificate_rows(1)[0], "name": "𬭎㛃堃喆頔犇"}]
        content = certificate_batch("荣誉证书", rows)
    pdf, fonts = fonts_in(content)
    compared = 0
    with pdf:
        for font in fonts:
            name = str(font.BaseFont).split("+", 1)[1]
            source = sources[name]
            characters, glyphs = source.getBestCmap(), source.getGlyphSet()
            for text, outline in outlines(font).items():
                # Parts of one glyph and its variants by language are drawn from elsewhere.
                if len(text) != 1 or not "\u4e00" <= text <= "\u9fff":
                    continue
                wanted = [op for op, _ in drawn(glyphs[characters[ord(text)]])]
                assert [op for op, _ in outline] == wanted, (name, text)
                compared += 1
    assert compared > 20


def test_a_notice_is_small_and_its_fonts_hold_what_it_uses():
    content = render_pdf("documents/circular.html", notice()).content
    assert len(content) < 120_000
    pdf, fonts = fonts_in(content)
    with pdf:
        assert len(fonts) >= 3
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            file = descriptor.get("/FontFile3", descriptor.get("/FontFile2"))
            # No place for each of the 65,535 glyphs the whole font has.
            assert len(file.read_bytes()) < 700 * len(_Font(font).text) + 6000


@pytest.mark.parametrize("program", [b"", b"\x01\x00\x04\x02", b"\x01\x00\x04\x02" + b"\x00" * 40])
def test_what_is_no_font_keyed_by_cid_is_left_alone(program):
    assert compact_font.keyed_by(program, [0, 5]) == b""
