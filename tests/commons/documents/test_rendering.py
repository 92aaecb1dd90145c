from __future__ import annotations

import io
import subprocess

import pdfplumber
import pytest
from django.core.management import CommandError, call_command

from gongjian.commons.documents.rendering import (
    IncompleteContext,
    MissingGlyphs,
    RefusedResource,
    RenderedFile,
    choose_fonts,
    render_pdf,
)
from gongjian.commons.documents.rendering.characters import clean, clean_values
from gongjian.commons.documents.rendering.layout import check_layout
from gongjian.commons.documents.rendering.masthead import masthead
from gongjian.commons.documents.rendering.paragraphs import Paragraph, paragraphs
from gongjian.commons.documents.rendering.title import title_lines, width
from tests.commons.documents.samples import NUMBER, RARE_NAMES, assessment_report, circular

choose_fonts()
_found = subprocess.run(["fc-list", ":family=FandolFang"], capture_output=True, check=False).stdout
needs_fonts = pytest.mark.skipif(not _found, reason="the fonts of official documents are missing")


def text_of(file: RenderedFile) -> str:
    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def fonts_of(file: RenderedFile) -> dict[str, bool]:
    """Name of each font in the file → whether its outlines are in the file too."""
    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        return {char["fontname"]: "+" in char["fontname"] for p in pdf.pages for char in p.chars}


@pytest.fixture(scope="module")
def printed() -> RenderedFile:
    return render_pdf("documents/circular.html", circular())


@needs_fonts
def test_what_was_written_can_be_copied_out_again(printed):
    text = text_of(printed)
    imprint = (NUMBER, "2026年12月6日印发", "核验码：0001-7F3K-9QWD")
    for words in (*imprint, *RARE_NAMES):
        assert words in text


@needs_fonts
def test_fonts_travel_with_the_file(printed):
    fonts = fonts_of(printed)
    assert all(fonts.values())
    assert any("FandolFang" in name for name in fonts)
    assert any("Noto-Serif-CJK-SC-Bold" in name for name in fonts)


@needs_fonts
def test_the_figures_of_the_standard_hold(printed):
    findings = check_layout(printed.content)
    assert [str(finding) for finding in findings if not finding.is_right] == []
    elements = {finding.element.split("（")[0] for finding in findings}
    assert {"发文机关标志上边", "红色分隔线长度", "版记末条分隔线", "行距", "满行右边"} <= elements


@needs_fonts
def test_the_imprint_stands_on_an_even_page(printed):
    assert printed.pages % 2 == 0


@needs_fonts
def test_table_heads_are_repeated_on_each_page():
    text = text_of(render_pdf("documents/circular.html", circular()))
    assert text.count("序号") >= 2


@needs_fonts
def test_full_pages_hold_twenty_two_lines():
    from gongjian.commons.documents.rendering.layout import read_lines

    body = "\n".join(circular()["body"].replace("\n", "") for _ in range(6))
    file = render_pdf("documents/circular.html", circular(body=body, attachments=[]))
    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        second = [line for line in read_lines(pdf.pages[1]) if line.size == 16.0]
    assert len(second) == 22


@needs_fonts
@pytest.mark.parametrize("seal", ["", "42"])
@pytest.mark.parametrize("organs", [["甲市总工会"], ["甲市委组织部", *["甲市总工会"] * 3]])
def test_one_or_several_organs_with_or_without_seal(seal, organs):
    context = circular(organs=organs, signatures=organs, seal_mm=seal, attachments=[])
    file = render_pdf("documents/circular.html", context)
    assert [str(f) for f in check_layout(file.content) if not f.is_right] == []
    assert ("用印位" in text_of(file)) is bool(seal)


@needs_fonts
def test_drafts_bear_a_watermark():
    assert "草" in text_of(render_pdf("documents/circular.html", circular(is_draft=True)))


@needs_fonts
def test_hostile_text_is_printed_as_text():
    hostile = (
        "</p><script>alert(1)</script><style>@page{size:A6}</style>"
        "<img src='file:///etc/passwd'><link rel=stylesheet href='http://example.com/x.css'>"
        "<object data='file:///etc/passwd'></object>{{ number }}{% load static %}"
    )
    file = render_pdf(
        "documents/circular.html",
        circular(title=hostile[:60], body=hostile, main_recipients=hostile, attachments=[]),
    )
    text = text_of(file).replace("\n", "")
    assert "<script>alert(1)</script>" in text
    assert "{{" in text
    assert "root:" not in text
    assert [f for f in check_layout(file.content) if "纸张" in f.element and not f.is_right] == []


@needs_fonts
def test_ten_thousand_characters_without_a_space_stay_on_the_page():
    rows = [["1", "A" * 10_000, "长" * 2_000, "甲"]]
    attachment = {**circular()["attachments"][0], "rows": rows}
    file = render_pdf(
        "documents/circular.html", circular(body="x" * 10_000, attachments=[attachment])
    )
    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        assert max(char["x1"] for page in pdf.pages for char in page.chars) < 190 / 25.4 * 72


def test_unseen_characters_are_dropped():
    assert clean("张\u202e三\u200b李\x00四\ufeff\ud800") == "张三李四"
    assert clean("一\t二\r\n三") == "一 二\n三"
    assert clean_values({"a": ["\u202e甲", {"b": 1}]}) == {"a": ["甲", {"b": 1}]}


@needs_fonts
def test_a_character_no_font_has_stops_the_printing():
    with pytest.raises(MissingGlyphs, match="U\\+E123"):
        render_pdf("documents/circular.html", circular(title="关于\ue123的通报"))


def test_a_missing_value_is_named():
    context = circular()
    del context["number"]
    with pytest.raises(IncompleteContext, match="number"):
        render_pdf("documents/circular.html", context)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "http://127.0.0.1/", "https://example.com/x.png", "ftp://x/", "data:,x",
     "static:../../manage.py", "static:circular.html", "picture:unknown", "static:"],
)  # fmt: skip
def test_the_fetcher_serves_nothing_from_outside(url):
    from gongjian.commons.documents.rendering.sources import ClosedFetcher

    fetcher = ClosedFetcher({"known": b"x"})
    with pytest.raises(ValueError, match="refused"):
        fetcher.fetch(url)
    with pytest.raises(ValueError, match="refused"):
        fetcher.open(url)
    assert fetcher.fetch("picture:known").read() == b"x"
    assert b"@page" in fetcher.fetch("static:official.css").read()


def test_a_template_that_asks_outside_is_refused(monkeypatch):
    from gongjian.commons.documents.rendering import engine

    monkeypatch.setattr(engine, "_markup", lambda *a, **k: "<img src='file:///etc/passwd'>")
    with pytest.raises(RefusedResource, match="/etc/passwd"):
        render_pdf("documents/circular.html", {})


@needs_fonts
def test_the_assessment_report_shows_figures_and_charts():
    file = render_pdf("documents/assessment_report.html", assessment_report())
    text = text_of(file)
    assert "县区组排名（共8家）" in text
    assert "6 × min(92.4% ÷ 90%, 1)" in text
    assert "组内平均" in text


@needs_fonts
def test_a_unit_in_a_small_group_gets_no_rank():
    file = render_pdf("documents/assessment_report.html", assessment_report(rank=None))
    assert "排名" not in text_of(file)


@needs_fonts
def test_check_layout_fails_on_a_page_that_is_off(tmp_path, printed, capsys):
    right = tmp_path / "right.pdf"
    right.write_bytes(printed.content)
    call_command("check_layout", str(right))
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(render_pdf("documents/assessment_report.html", assessment_report()).content)
    call_command("check_layout", str(wrong))
    from weasyprint import HTML

    wrong.write_bytes(HTML(string="<p style='font-size:16pt'>错").write_pdf())
    with pytest.raises(CommandError, match="不符合"):
        call_command("check_layout", str(wrong))


def test_titles_break_between_words_into_a_good_shape():
    lines = title_lines("关于表扬2026年度党工共建目标任务责任制考核先进集体和先进个人的通报")
    assert "".join(lines) == "关于表扬2026年度党工共建目标任务责任制考核先进集体和先进个人的通报"
    assert all(width(line) <= 18 for line in lines)
    assert not any(line.startswith(("的", "和", "、")) for line in lines)
    assert not any(line.endswith("先进") or line.startswith("集体") for line in lines)
    assert title_lines("关于表扬的通报") == ["关于表扬的通报"]
    assert title_lines("甲\n乙") == ["甲", "乙"]


def test_three_lines_never_make_an_hourglass():
    title = "中共示范市委组织部示范市总工会关于2026年度党建带工建目标任务责任制考核情况的通报"
    lines = title_lines(title, keep=["中共示范市委组织部", "示范市总工会"])
    widths = [width(line) for line in lines]
    assert len(lines) == 3
    assert not widths[0] > widths[1] < widths[2]


def test_short_organ_names_are_spread_over_the_longest():
    head = masthead(["中共示范市委组织部", "示范市总工会"])
    assert [line.letter_spacing for line in head.lines] == ["0.000", "0.600"]
    assert masthead(["示范市总工会"]).lines[0].text == "示范市总工会文件"
    assert float(masthead(["甲" * 30]).size) < 16


def test_levels_are_told_from_the_words():
    assert paragraphs("一、总则\n（一）要求。内容。\n1. 细则\n\n正文") == [
        Paragraph(1, "一、总则", ""),
        Paragraph(2, "（一）要求。", "内容。"),
        Paragraph(0, "", "1. 细则"),
        Paragraph(0, "", "正文"),
    ]
