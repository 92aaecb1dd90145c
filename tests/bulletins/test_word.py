"""The issue as a Word document: its head, its pieces with all that the editor holds, its end."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from bulletins.documents import word_of
from bulletins.models import DispatchPicture
from tests.bulletins.test_text import picture
from tests.factories.bulletins import issue_of, sent, series_of, signed

BODY = (
    "<h2>一、做法</h2><h3>（一）开会</h3><p>每月<strong>最后</strong>一个周五，<em>板凳会</em>。</p>"
    "<ol><li>先听</li><li>后议</li></ol><ul><li><p>再办</p></li></ul>"
    "<blockquote><p>群众说好。</p></blockquote>"
    '<table><tr><th colspan="2">年度</th><th>件数</th></tr>'
    '<tr><td rowspan="2">上半年</td><td>一季度</td><td>12</td></tr>'
    "<tr><td>二季度</td><td>24<br>（含续办）</td></tr></table>"
    f'<p>如图：</p><img src="data:image/png;base64,{picture()}">'
    "<script>alert(1)</script>"
)


@pytest.fixture
def document(cast):
    series = series_of(
        cast, notice="内部资料　注意保存", report_to="省总工会", send_to="各县（区）"
    )
    issue = signed(cast, [sent(cast, body=BODY), sent(cast, title="第二篇")], series=series)
    assert DispatchPicture.objects.count() == 1
    return Document(io.BytesIO(word_of(issue).content))


def test_the_head_stands_as_on_the_printed_page(document):
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert lines[:3] == ["内部资料　注意保存", "工运简报", "第1期（总第1期）"]
    assert "示范市党工共建领导小组办公室" in lines[3]
    assert lines[4] == "本期目录"
    red = next(one for one in document.paragraphs if one.text == "工运简报").runs[0]
    assert str(red.font.color.rgb) == "E60012"
    assert red._r.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"


def test_the_pieces_keep_headings_lists_quotations_tables_and_pictures(document):
    lines = [paragraph.text for paragraph in document.paragraphs]
    for line in (
        "一、做法",
        "（一）开会",
        "每月最后一个周五，板凳会。",
        "1. 先听",
        "2. 后议",
        "● 再办",
    ):
        assert line in lines, line
    sentence = next(one for one in document.paragraphs if one.text.startswith("每月"))
    assert [run.text for run in sentence.runs if run.font.bold] == ["最后"]
    titles = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert titles == ["“板凳会”解开职工心头结", "第二篇"]
    table = document.tables[0]
    grid = [[cell.text for cell in row.cells] for row in table.rows]
    assert grid == [
        ["年度", "年度", "件数"],
        ["上半年", "一季度", "12"],
        ["上半年", "二季度", "24\n（含续办）"],
    ]
    assert len(document.inline_shapes) == 1
    assert not any("alert" in line for line in lines)


def test_the_end_names_readers_and_signer_under_rules(document):
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[-3:-1] == ["报：省总工会", "发：各县（区）"]
    assert "签发：" in lines[-1]
    last = document.paragraphs[-1]._p.pPr.findall(qn("w:pBdr"))
    assert [len(border) for border in last] == [2]


def test_the_draft_says_so_and_the_page_hands_it_out(cast, sign_in):
    issue = issue_of(cast, [sent(cast)])
    client = sign_in(cast.office)
    url = reverse("bulletins:issue_word", args=[issue.pk])
    answer = client.get(url)
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert Document(io.BytesIO(answer.content)).paragraphs[0].text == "（样稿）"
    assert sign_in(cast.secretary).get(url).status_code == 404
