"""Hostile and clumsy HTML: what is left is what the page and the printer may show."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bulletins.text import (
    MOST_PICTURES,
    clean,
    differences,
    keep_pictures,
    likeness,
    pairs,
    plain_of,
    without_empty_pictures,
)

WORD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><style>p{color:red}</style>"
    "</head><body><!--StartFragment--><h1 style='mso-outline-level:1'>标题</h1>"
    "<p class=MsoNormal style='text-indent:21pt'><b><span lang=EN-US>一、</span>做法</b>"
    "<o:p></o:p></p><table class=MsoTableGrid border=1>"
    "<tr><td width=100><p>单位</p></td><td colspan=2>数</td></tr>"
    "</table><ul><li>甲</li></ul><img src='file:///C:/a.png'></body></html>"
)


def test_what_word_brings_keeps_its_shape_and_nothing_else():
    html = without_empty_pictures(clean(WORD))
    assert html == (
        "<h2>标题</h2><p><strong>一、做法</strong></p>"
        '<table><tbody><tr><td><p>单位</p></td><td colspan="2">数</td></tr></tbody></table>'
        "<ul><li>甲</li></ul>"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src='javascript:alert(1)'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<img src='https://example.test/a.png'>",
        "<img src='/bulletins/pictures/1/../../accounts/'>",
        "<p style='position:fixed'>x</p>",
        "<p onclick='alert(1)'>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='//example.test'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
        "<style>@import 'file:///etc/passwd'</style>",
        "<form action='/x'><input name=a></form>",
        "<td colspan='9999999'>x</td>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<template><img src=x onerror=alert(1)></template>",
        "<object data='data:text/html,<script>alert(1)</script>'></object>",
    ],
)
def test_hostile_html_arrives_harmless(hostile):
    html = without_empty_pictures(clean(hostile))
    for word in ("script", "onerror", "onclick", "style", "src=", "href", "iframe", "999", "form"):
        assert word not in html.lower()


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_and_never_fails(text):
    once = clean(text)
    assert clean(once) == once


@given(st.text(alphabet="<>/ =\"'abcimgsrcpdivscript:&;#x1\n", max_size=200))
def test_markup_soup_leaves_no_tag_that_is_not_ours(soup):
    html = clean(soup)
    assert "<script" not in html.lower()
    assert "onerror" not in html.lower()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> str:
    drawn = io.BytesIO()
    Image.new("RGB", size, "red").save(drawn, kind)
    return base64.b64encode(drawn.getvalue()).decode()


def test_pictures_are_taken_out_drawn_anew_and_made_smaller():
    kept: list[bytes] = []

    def keep(content: bytes) -> int:
        kept.append(content)
        return len(kept)

    html = f'<p>图</p><img alt="a" src="data:image/png;base64,{picture(size=(3000, 1500))}">'
    html = clean(keep_pictures(html, keep))
    assert html == '<p>图</p><img src="/bulletins/pictures/1/">'
    with Image.open(io.BytesIO(kept[0])) as drawn:
        assert drawn.size == (1400, 700)
        assert drawn.format == "PNG"


@pytest.mark.parametrize(
    "content",
    ["AAAA", base64.b64encode(b"<svg onload=alert(1)>").decode(), "!!!!", picture()[:40]],
)
def test_what_is_no_picture_leaves_nothing(content):
    html = keep_pictures(f'<p>a</p><img src="data:image/png;base64,{content}">', lambda _: 1)
    assert without_empty_pictures(clean(html)) == "<p>a</p>"


def test_no_more_than_so_many_pictures():
    count = iter(range(1, 100))
    many = f'<img src="data:image/gif;base64,{picture("GIF")}">' * (MOST_PICTURES + 3)
    assert keep_pictures(many, lambda _: next(count)).count("<img") == MOST_PICTURES


def test_five_megabytes_of_word_are_read_in_a_moment():
    assert (
        plain_of(clean("<p class=MsoNormal style='x'><span>字</span></p>" * 100_000))[:3]
        == "字\n字"
    )


def test_words_alone_have_a_line_for_each_paragraph():
    assert (
        plain_of("<p>甲&amp;乙</p><table><tr><td>一</td><td>二</td></tr></table>") == "甲&乙\n一 二"
    )


def test_differences_are_those_an_editor_marks():
    pieces = differences("槐树下摆开板凳，谈。", "槐树下摆上板凳，面对面谈。")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "槐树下摆"), ("gone", "开"), ("new", "上"), ("same", "板凳，"),
        ("new", "面对面"), ("same", "谈。"),
    ]  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=60))
def test_differences_give_back_both_texts(before, after):
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_likeness():
    same = pairs("红旗村摆板凳开会，解决问题三十六条。")
    assert likeness(same, pairs("红旗村 摆板凳开会，解决问题三十六条！")) == 1
    assert likeness(same, pairs("星火公司攻克焊接难题")) < 0.1
    assert likeness(same, pairs("")) == 0
