"""Every layout: measured, read back, filled with hostile text, beside its Word copy."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import docx
import pikepdf
import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from docx.oxml.ns import qn

from gongjian.commons.documents import specimens
from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.layouts import choices_like, layouts
from gongjian.commons.documents.rendering import RenderedFile, RenderingError, render_pdf
from gongjian.commons.documents.rendering.layout import check_layout
from gongjian.commons.documents.rendering.masthead import letterhead
from gongjian.commons.documents.rendering.paragraphs import minutes
from gongjian.commons.documents.word import build_docx
from tests.commons.documents.test_rendering import needs_fonts

pytestmark = needs_fonts

KEYS = [layout.key for layout in layouts]


def pages_of(content):
    pdf = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in pdf]


def wrong(content):
    return [str(finding) for finding in check_layout(content) if not finding.is_right]


def printed(key, values=None) -> RenderedFile:
    layout = layouts[key]
    return render_pdf(layout.template, values or layout.specimen())


@pytest.mark.parametrize("key", KEYS)
def test_each_layout_keeps_its_measures(key):
    assert wrong(printed(key).content) == []


@pytest.mark.parametrize(("organs", "seal"), [(1, 0), (2, 42), (3, 42), (4, 0), (5, 42)])
def test_one_to_five_organs(organs, seal):
    values = {**specimens.circular(organs, seal_mm=seal), "attachments": []}
    file = printed("circular", values)
    assert wrong(file.content) == []
    text = "".join(pages_of(file.content))
    assert text.count("用印位") == (organs if seal else 0)


@pytest.mark.parametrize(
    "length", [2, 6, *(pytest.param(n, marks=pytest.mark.slow) for n in (12, 18, 24))]
)
def test_up_to_thirty_pages(length):
    file = printed("circular", specimens.circular(length=length))
    assert wrong(file.content) == []
    assert file.pages % 2 == 0
    elements = {finding.element for finding in check_layout(file.content)}
    assert {"每行字数", "每面行数"} <= elements


@pytest.mark.parametrize(
    ("organs", "length"),
    [
        (3, 4),
        *(
            pytest.param(organs, length, marks=pytest.mark.slow)
            for organs in range(1, 6)
            for length in (1, 3, 8, 16, 24)
        ),
    ],
)
def test_one_to_five_organs_on_one_to_thirty_pages(organs, length):
    seal = 42 if organs % 2 else 0
    values = specimens.circular(organs, length=length, seal_mm=seal)
    file = printed("circular", values)
    assert wrong(file.content) == []
    assert file.pages % 2 == 0
    assert file.pages >= length
    assert length < 24 or 28 <= file.pages <= 40
    last = pages_of(file.content)[-1]
    assert "抄送" in last
    assert f"— {file.pages} —" in last


def test_one_page_of_text_still_keeps_its_imprint_on_the_back():
    values = {**specimens.circular(1, length=2), "body": "现予通报。"}
    file = printed("circular", values)
    assert wrong(file.content) == []
    assert file.pages == 2
    assert "抄送" in pages_of(file.content)[1]


@pytest.mark.parametrize("key", ["letter", "minutes", "upward", "ledger", "bulletin"])
@pytest.mark.parametrize(
    "length", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in (10, 24))]
)
def test_the_other_long_layouts_keep_their_measures(key, length):
    values = plain(layouts[key].specimen())
    if key == "ledger":
        values["rows"] = values["rows"] * length
    elif key == "bulletin":
        values["sections"] = values["sections"] * length
    else:
        values["body"] = "\n".join([values["body"]] * length)
    file = printed(key, values)
    assert wrong(file.content) == []
    assert file.pages > 1


@pytest.mark.parametrize("rows", [33, 34, 35, 36])
def test_what_closes_a_ledger_never_stands_alone(rows):
    values = plain(layouts["ledger"].specimen())
    values["rows"] = values["rows"][:rows]
    file = printed("ledger", values)
    last = pages_of(file.content)[-1]
    assert f"共{rows}行" in last
    assert "企业有限公司" in last
    assert wrong(file.content) == []


@pytest.mark.parametrize("key", KEYS)
def test_text_can_be_copied_out_and_every_font_is_inside(key):
    import pikepdf

    content = printed(key).content
    values = layouts[key].specimen()
    text = "".join(pages_of(content)).replace("\r\n", "").replace("\n", "")
    assert str(values.get("number") or values.get("organ")) in text
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            for font in page.obj.Resources.get("/Font", {}).values():
                told = font.DescendantFonts[0].FontDescriptor
                assert "+" in str(font.BaseFont)
                assert "/FontFile2" in told or "/FontFile3" in told
                assert "/ToUnicode" in font


@pytest.mark.parametrize("key", ["circular", "letter", "minutes", "form", "ledger"])
def test_no_glyph_is_the_empty_box(key):
    import pikepdf

    with pikepdf.open(io.BytesIO(printed(key).content)) as pdf:
        for page in pdf.pages:
            for operands, operator in pikepdf.parse_content_stream(page, "TJ Tj"):
                parts = operands[0] if str(operator) == "TJ" else operands
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        assert b"\0\0" not in {raw[at : at + 2] for at in range(0, len(raw), 2)}


HOSTILE = (
    "</td></p><script>alert(1)</script><style>@page{size:A6}</style>"
    "<img src='file:///etc/passwd'>{{ title }}{% load static %}\u202e\u200b\x00甲"
)
#: Fields that are not words: figures of the page, links, and text that its own app has cleaned.
NOT_WORDS = {
    "width", "widths", "columns", "rows", "height_mm", "seal_mm", "half_seal_mm", "url",
    "urge_count", "verification", "is_label", "is_picture", "is_draft", "several",
}  # fmt: skip


def paths(values, prefix=()):
    """Where the words of a context stand; of a list the first entry."""
    for key, value in values.items():
        if key in NOT_WORDS and not isinstance(value, list):
            continue
        if isinstance(value, str):
            yield (*prefix, key)
        elif isinstance(value, Mapping):
            yield from paths(value, (*prefix, key))
        elif isinstance(value, list) and value and key != "widths":
            yield from _inside(value, (*prefix, key))


def _inside(value, prefix):
    if isinstance(value[0], str):
        yield (*prefix, 0)
    elif isinstance(value[0], Mapping):
        yield from paths(value[0], (*prefix, 0))
    elif isinstance(value[0], list):
        yield from _inside(value[0], (*prefix, 0))


def plain(value):
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def with_text(values, path, text):
    values = plain(values)
    place = values
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return values


@pytest.mark.parametrize("key", KEYS)
def test_hostile_words_in_every_field_are_only_words(key):
    values = plain(layouts[key].specimen())
    found = [path for path in paths(values) if not (key == "bulletin" and path[-1] == "body")]
    assert found
    for path in found:
        is_head = path[0] in {"organs", "signatures"}
        values = with_text(values, path, HOSTILE[:40] if is_head else HOSTILE)
    file = printed(key, values)
    text = "".join(pages_of(file.content)).replace("\r\n", "").replace("\n", "")
    assert "alert(1)" in text
    assert "root:" not in text
    assert "\u202e" not in text
    assert [one for one in wrong(file.content) if "纸张" in one] == []
    copy = zipfile.ZipFile(io.BytesIO(build_docx(key, values)))
    assert b"&lt;script&gt;" in copy.read("word/document.xml")
    assert not any("media" in name for name in copy.namelist())


@pytest.mark.parametrize("key", [key for key in KEYS if key != "ledger"])
def test_ten_thousand_characters_stay_on_the_paper(key):
    values = layouts[key].specimen()
    path = next(
        path for path in paths(plain(values))
        if path[-1] in {"body", "text", "requirement", "demand", "editor_note", "plan", "unit", 0}
        and path[0] not in {"organs", "signatures"} and (key, path[-1]) != ("bulletin", "body")
    )  # fmt: skip
    file = printed(key, with_text(values, path, "长" * 10_000))
    text = "".join(pages_of(file.content))
    assert text.count("长") >= 10_000


@pytest.mark.parametrize("key", KEYS)
def test_the_word_copy_can_be_read_back(key):
    values = layouts[key].specimen()
    document = docx.Document(io.BytesIO(build_docx(key, values)))
    words = docx_words(build_docx(key, values))
    for name in ("title", "number"):
        if values.get(name):
            assert str(values[name])[:8] in words.replace("\n", "")
    section = document.sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    if key == "ledger":
        assert section.page_width > section.page_height
    else:
        assert round(section.left_margin.mm) == 28
        assert grid.get(qn("w:type")) == "linesAndChars"
        # 22 lines of this pitch and 28 places of this width make the text area.
        assert abs(int(grid.get(qn("w:linePitch"))) / 20 * 22 / 72 * 25.4 - 229.8) < 1
        place = 16 + int(grid.get(qn("w:charSpace"))) / 4096
        assert abs(place * 28 / 72 * 25.4 - 156) < 0.5
    normal = document.styles["Normal"].element.rPr.rFonts
    assert normal.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_an_endless_cell_of_a_ledger_says_what_it_leaves_out():
    values = with_text(layouts["ledger"].specimen(), ("rows", 0, 0), "长" * 10_000)
    text = "".join(pages_of(printed("ledger", values).content)).replace("\r\n", "")
    assert text.count("长") == 300
    assert "全文10000字" in text
    assert "长" * 10_000 in docx_words(build_docx("ledger", values))


def docx_words(content):
    document = docx.Document(io.BytesIO(content))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return words + "\n".join(c.text for t in document.tables for r in t.rows for c in r.cells)


def test_word_tables_repeat_their_heads():
    document = docx.Document(io.BytesIO(build_docx("ledger", layouts["ledger"].specimen())))
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert len(document.tables[0].rows) == 61


def test_the_letter_has_no_number_on_its_first_page_only():
    values = dict(specimens.letter())
    values["body"] = "\n".join([values["body"]] * 6)
    file = printed("letter", values)
    first, *rest = pages_of(file.content)
    assert file.pages > 1
    assert "— 1 —" not in first
    assert "— 2 —" in rest[0]
    assert wrong(file.content) == []


def test_minutes_name_those_present_after_the_text():
    found = minutes("议定事项。\n出席：李堃，陈喆。\n请假：吴明。")
    assert found.text == "议定事项。"
    assert found.present == (("出席", "李堃，陈喆。"), ("请假", "吴明。"))
    text = "".join(pages_of(printed("minutes").content))
    assert text.index("研究双组双建工作") < text.index("出席：") < text.index("请假：")
    assert "用印位" not in text


def test_the_head_of_a_letter_fits_the_rule():
    assert float(letterhead(["甲" * 30]).size) < 16
    assert letterhead([]).text == ""


@pytest.mark.parametrize("key", ["circular", "letter", "minutes"])
def test_the_name_of_an_organ_that_fits_no_head_is_refused(key):
    values = with_text(layouts[key].specimen(), ("organs", 0), "长" * 10_000)
    with pytest.raises(RenderingError, match="版头排不下"):
        printed(key, values)


def test_layouts_of_one_context_may_stand_in_for_each_other():
    keys = {layout.key for layout in choices_like("documents/circular.html")}
    assert keys == {"circular", "upward", "letter", "minutes"}
    assert all(layouts[key].context is CircularContext for key in keys)
    assert choices_like("documents/follow_up_order.html") == [layouts["order"]]
    assert choices_like("nowhere.html") == []


def test_a_page_of_another_layout_is_found_out(tmp_path):
    """A letter that calls itself a circular is not let through."""
    import pikepdf

    file = tmp_path / "wrong.pdf"
    with pikepdf.open(io.BytesIO(printed("letter").content)) as pdf:
        pdf.docinfo["/Keywords"] = "layout-official"
        pdf.save(file)
    with pytest.raises(CommandError, match="不符合"):
        call_command("check_layout", str(file))


@pytest.mark.slow
def test_samples_of_every_layout_are_written_and_measured(tmp_path):
    call_command("sample_documents", str(tmp_path))
    names = {path.stem for path in tmp_path.glob("*.pdf")}
    assert {*KEYS, "certificate", "circular-5-organs"} <= names
    assert {path.stem for path in tmp_path.glob("*.docx")} == names - {"certificate"}
    # As they are issued: PDF/A-2a, with structure. Certificates are stamped and are neither.
    for path in tmp_path.glob("*.pdf"):
        with pikepdf.open(path) as pdf, pdf.open_metadata() as told:
            assert (told.get("pdfaid:part") == "2") == (path.stem != "certificate"), path.stem
            assert ("/StructTreeRoot" in pdf.Root) == (path.stem != "certificate"), path.stem
    call_command("check_layout", *map(str, tmp_path.glob("*.pdf")))
