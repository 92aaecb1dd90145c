from __future__ import annotations

import io

import pdfplumber
import pytest

from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.rendering import MissingGlyphs, RenderingError
from tests.commons.documents.samples import RARE_NAMES
from tests.commons.documents.test_rendering import needs_fonts

pytestmark = needs_fonts


def row(name="李堃", **changes):
    return {
        "name": name,
        "unit": "星火机械公司工会",
        "text": "在2026年度党工共建工作中成绩突出，被评为优秀工会工作者。",
        "number": "示工证202600001",
        "issuer": "示范市总工会",
        "issued_on": "2026年12月6日",
        "code": "0001-7F3K-9QWD",
        "url": "https://gongjian.example.cn/verify/0001-7F3K-9QWD/",
    } | changes


def pages(content):
    """The text of each page as a reader copies it out."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in pdf]


def test_each_row_is_a_page_and_rare_names_can_be_copied_out():
    found = pages(certificate_batch("荣誉证书", [row(name) for name in RARE_NAMES]))
    assert len(found) == len(RARE_NAMES)
    for name, text in zip(RARE_NAMES, found, strict=True):
        assert f"{name} 同志：" in text
        assert "荣誉证书" in text
        assert "证书编号：示工证202600001" in text
        assert "2026年12月6日" in text


def test_rows_with_another_wording_keep_their_order():
    rows = [row(f"王{n}号", text=f"第{n % 3}种称号。") for n in range(7)]
    found = pages(certificate_batch("荣誉证书", rows))
    for n, text in enumerate(found):
        assert f"王{n}号" in text
        assert f"第{n % 3}种称号。" in text


def test_a_unit_is_not_called_comrade():
    (text,) = pages(certificate_batch("荣誉证书", [row("示范市总工会机关党支部", salutation="")]))
    assert "示范市总工会机关党支部：" in text
    assert "同志" not in text


def test_fonts_are_kept_once_and_subset():
    import pikepdf

    content = certificate_batch("结业证书", [row(f"学员{n}") for n in range(50)])
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts = {font.BaseFont for page in pdf.pages for font in page.obj.Resources.Font.values()}
        files = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and "/Length1" in o]
        assert len(files) <= len(fonts)
        assert all("+" in str(font) for font in fonts)


def test_the_same_rows_give_the_same_bytes():
    rows = [row(name) for name in RARE_NAMES]
    assert certificate_batch("荣誉证书", rows) == certificate_batch("荣誉证书", rows)


def test_a_long_name_is_set_smaller_and_stays_on_its_line():
    content = certificate_batch("荣誉证书", [row("甲" * 50)])
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert max(char["x1"] for char in pdf.pages[0].chars) < 260 / 25.4 * 72


@pytest.mark.parametrize("field", ["name", "unit", "text", "number"])
def test_what_cannot_stand_on_one_page_is_refused_by_row(field):
    with pytest.raises(RenderingError, match="第2份证书"):
        certificate_batch("荣誉证书", [row(), row(**{field: "长" * 10_000})])


def test_a_character_no_font_has_is_refused():
    with pytest.raises(MissingGlyphs, match="U\\+E123"):
        certificate_batch("荣誉证书", [row("李\ue123")])


def test_nobody_and_nameless_are_refused():
    with pytest.raises(RenderingError, match="没有可以打印的证书"):
        certificate_batch("荣誉证书", [])
    with pytest.raises(RenderingError, match="第1份证书没有姓名"):
        certificate_batch("荣誉证书", [row("\u200b")])


def test_hostile_words_are_printed_as_words():
    hostile = row(
        "<b>(甲)\\",
        text="<img src='file:///etc/passwd'>{{ kind }}\u202e甲",
        unit="</section>\x00) Tj",
    )
    (text,) = pages(certificate_batch("荣誉证书", [hostile]))
    for words in ("<b>(甲)\\", "<img src='file:///etc/passwd'>{{ kind }}甲", "</section>) Tj"):
        assert words in text.replace("\n", "")
