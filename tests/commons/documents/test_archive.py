"""What is kept for good: PDF/A-2a with its structure, its fonts, and names that copy out right."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest

from gongjian.commons.documents import specimens
from gongjian.commons.documents.layouts import layouts
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.rendering.layout import check_layout
from tests.commons.documents.test_rendering import needs_fonts

pytestmark = needs_fonts
RARE = ("𬭎", "㛃", "堃", "喆", "頔", "犇")


def archived(key: str, values=None) -> bytes:
    layout = layouts[key]
    return render_pdf(layout.template, values or layout.specimen(), archive=True).content


def structure(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Kind of element → how many of them hang in the tree."""
    found: dict[str, int] = {}

    def walk(element) -> None:
        if isinstance(element, pikepdf.Array):
            for child in element:
                walk(child)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                kind = str(element.S)
                found[kind] = found.get(kind, 0) + 1
            if "/K" in element:
                walk(element.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found


@pytest.mark.parametrize("key", [layout.key for layout in layouts])
def test_every_layout_may_be_archived(key):
    content = archived(key)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "A")
        (intent,) = pdf.Root.OutputIntents
        assert str(intent.S) == "/GTS_PDFA1"
        assert "/DestOutputProfile" in intent
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-CN"
        assert "/ID" in pdf.trailer
        assert not pdf.is_encrypted
        # Nothing that runs or reaches out.
        assert "/OpenAction" not in pdf.Root
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        for page in pdf.pages:
            assert "/Tabs" in page.obj or "/StructParents" in page.obj
            for font in page.obj.Resources.get("/Font", {}).values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
                assert "/ToUnicode" in font
    assert [str(one) for one in check_layout(content) if not one.is_right] == []


def test_headings_paragraphs_and_tables_have_a_structure():
    with pikepdf.open(io.BytesIO(archived("circular"))) as pdf:
        found = structure(pdf)
    assert found.get("/H1", 0) >= 1
    assert found["/P"] > 5
    # A list of forty names and its head, which is repeated by the printer and not by the text.
    assert found["/Table"] >= 1
    assert found["/TR"] >= 41
    assert found["/TH"] >= 4


def test_the_archive_holds_the_same_pages_as_the_preview():
    values = specimens.circular(3)
    plain = render_pdf("documents/circular.html", values)
    kept = render_pdf("documents/circular.html", values, archive=True)
    assert plain.pages == kept.pages
    assert words(plain.content) == words(kept.content)


def test_the_same_document_is_archived_to_the_same_bytes():
    assert archived("letter") == archived("letter")


def words(content: bytes) -> list[str]:
    return [
        page.get_textpage().get_text_bounded().replace("\r\n", "")
        for page in pypdfium2.PdfDocument(content)
    ]


@pytest.mark.parametrize("archive", [False, True])
@pytest.mark.parametrize("key", ["circular", "form", "bulletin"])
def test_names_with_rare_characters_copy_out_whole(key, archive):
    """Several extractors, for each reads the mapping in its own way."""
    import pdfplumber

    layout = layouts[key]
    values = dict(layout.specimen())
    names = "、".join(f"王{char}" for char in RARE)
    if key == "circular":
        values["body"] = f"表扬{names}等同志。"
    elif key == "form":
        values["title"] = names
    else:
        values["signed_by"] = names
    content = render_pdf(layout.template, values, archive=archive).content
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        plumbed = "".join(page.extract_text() for page in pdf.pages)
    for text in ("".join(words(content)), plumbed):
        gathered = "".join(text.split())
        for char in RARE:
            assert f"王{char}" in gathered
    # The private look-alikes of compatibility and radical blocks are never what one copies.
    assert not any("\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff" for char in plumbed)
