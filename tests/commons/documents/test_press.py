"""Rows of long reports are written onto the pages: the same words, in their columns."""

from __future__ import annotations

import io
from decimal import Decimal
from itertools import pairwise

import pdfplumber
import pypdfium2
import pytest

from gongjian.commons.documents.rendering import MissingGlyphs, RenderedFile, render_pdf
from gongjian.commons.documents.reporting.content import Column, Listing, Section
from gongjian.commons.documents.reporting.paper import TEMPLATE, paper_values
from gongjian.commons.documents.reporting.press import _Pen, press_parts
from tests.commons.documents.test_rendering import needs_fonts

pytestmark = needs_fonts

COLUMNS = [Column("单位", 30), Column("说明", 50), Column("得分", 20, 2)]
LONG = "坚持每月一次板凳会，收到意见一百零六条，办结九十八条；职工到会率由六成提高到八成。"
HOSTILE = '<b onclick="x">&amp; file:///etc/passwd \u202e反\u0000写 ]] > ) ( \\ {{ 7 }}'
ROWS = [
    ["红旗村", LONG, Decimal("95.5")],
    ["王𬭎㛃堃喆頔犇", "—", None],
    ["第三村", HOSTILE, Decimal(-7)],
    ["第四村", "A-very-long-word-that-has-no-blank-" * 3, Decimal(1234567)],
]


def values_of(rows, *, has_total: bool = False):
    listing = Listing("各单位得分", COLUMNS, rows, has_total=has_total)
    return paper_values(
        [Section("报送情况", blocks=[listing])],
        title="报告", organ="办公室", made_on="2026年10月1日", lead="",
    )  # fmt: skip


def pressed(values) -> RenderedFile:
    printing = press_parts(TEMPLATE, [values])
    while True:
        try:
            next(printing)
        except StopIteration as end:
            return end.value


def letters(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    # A hyphen at the end of a line is told as one that may be dropped.
    return sorted("".join(text.replace("\x02", "-").split()))


def test_what_is_written_is_what_would_be_laid_out():
    values = values_of([*ROWS, *([f"{n}村", "正常", Decimal(n)] for n in range(60))])
    written, laid_out = pressed(values), render_pdf(TEMPLATE, values)
    assert letters(written.content) == letters(laid_out.content)
    assert written.pages == laid_out.pages


def test_words_stand_in_their_columns_and_lines_on_one_grid():
    with pdfplumber.open(io.BytesIO(pressed(values_of(ROWS, has_total=False)).content)) as pdf:
        (page,) = pdf.pages
        chars = [char for char in page.chars if abs(char["size"] - 9.5) < 0.01]
        words = page.extract_words()
    heads = {word["text"]: word for word in words if word["text"] in {"单位", "说明", "得分"}}
    assert len(heads) == 3
    body = [char for char in chars if char["top"] > heads["单位"]["bottom"]]
    assert min(char["x0"] for char in body) > 79  # the edge of the text and the cell's own
    assert max(char["x1"] for char in body) < 522
    figures = [word for word in words if word["text"] in {"95.50", "-7.00", "1,234,567.00"}]
    assert len(figures) == 3
    assert len({round(word["x1"], 1) for word in figures}) == 1
    lines = sorted({round(char["top"], 1) for char in body if "一" <= char["text"] <= "鿿"})
    assert len(lines) > 4
    for above, below in pairwise(lines):
        # Within a row 14 pt, from row to row the cell's edges more.
        assert min(abs((below - above) % 14 - rest) for rest in (0, 4, 4.5, 5, 14)) < 0.3


def test_a_total_is_laid_out_as_ever():
    with pdfplumber.open(
        io.BytesIO(pressed(values_of([*ROWS, ["合计", "", Decimal(9)]], has_total=True)).content)
    ) as pdf:
        fonts = {char["fontname"] for char in pdf.pages[0].chars if char["text"] == "计"}
    assert any("Sans" in font for font in fonts)


def test_nothing_of_a_hostile_text_is_more_than_text():
    content = pressed(values_of([["村", HOSTILE, None]])).content
    pdf = pypdfium2.PdfDocument(content)
    text = "".join(pdf[0].get_textpage().get_text_bounded().split())
    assert "file:///etc/passwd" in text
    assert "反写" in text
    assert "\u202e" not in text
    assert b"/JavaScript" not in content
    assert b"/URI" not in content


def test_a_letter_no_font_has_is_refused():
    with pytest.raises(MissingGlyphs):
        pressed(values_of([["村\U000e0fff\U0010fffd", "x", None]]))


def test_a_row_longer_than_a_page_goes_over_to_the_next():
    words = "".join(f"第{n}件事办结。" for n in range(900))
    values = values_of([["村", words, None], ["邻村", "正常", Decimal(1)]])
    file = pressed(values)
    assert letters(file.content) == letters(render_pdf(TEMPLATE, values).content)
    text = "".join(page.get_textpage().get_text_bounded()
                   for page in pypdfium2.PdfDocument(file.content))  # fmt: skip
    assert "第899件事" in "".join(text.split())


def test_the_same_report_is_the_same_file():
    assert pressed(values_of(ROWS)).sha256 == pressed(values_of(ROWS)).sha256


def test_no_line_begins_with_a_closing_mark_or_is_too_wide():
    values = values_of([[LONG * 3, HOSTILE, None]])
    pen = _Pen([values], ())
    for room in (4.0, 5.5, 9.0, 14.2):
        for text in (LONG * 3, "字" * 50, "（一）（二）“三”，" * 9, "A-b-c" * 30):
            pen.letters.update({char: next(iter(pen.letters.values())) for char in text})
            lines = pen._wrapped(text, room)
            assert "".join(lines) == text
            assert not any(line[0] in "，。；、）”" for line in lines[1:])
            assert all(pen._width(line) <= room + 1 for line in lines)
