"""What each layout is measured against, beyond what all red-headed documents share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .layout import BODY_SIZE, MM, Finding, Line, official_page, paper, read_lines

_EM = BODY_SIZE * MM
_LETTER_TOP, _LETTER_FOOT = 30.0, 277.0


def measure(pdf: Any, name: str) -> list[Finding]:
    """Findings of a whole file, by the name of its layout."""
    if name == "ledger":
        return _ledger(pdf)
    if name == "certificate":
        return [finding for page in pdf.pages for finding in _certificate(page)]
    if name == "bulletin":
        return [finding for page in pdf.pages for finding in _within(page)]
    last = len(pdf.pages)
    findings: list[Finding] = []
    for number, page in enumerate(pdf.pages, start=1):
        findings += official_page(number, last, page, is_letter=name == "letter")
    if name == "form":
        # Ruled sheets keep the page, not the grid of 28 by 22.
        return [f for f in findings if not f.element.startswith(("每行", "每面", "行距", "满行"))]
    first = pdf.pages[0]
    if name == "letter":
        findings += _letter(first)
    if name == "upward":
        findings += _upward(read_lines(first))
    if name == "minutes":
        seals = sum("用印位" in line.text for page in pdf.pages for line in read_lines(page))
        findings.append(Finding(1, "纪要不加盖印章", 0, seals, 0, "处"))
    return findings


def _letter(page: Any) -> list[Finding]:
    lines = read_lines(page)
    red = [line for line in lines if line.is_red]
    rules = sorted(
        (float(r["top"]) * MM, float(r["bottom"]) * MM, float(r["x0"]) * MM, float(r["width"]) * MM)
        for r in page.rects
        if abs(float(r["width"]) * MM - 170) < 2 and float(r["height"]) * MM < 3
    )
    if not red or len(rules) < 4:
        return [Finding(1, "信函标志和红色双线", 5, len(red) + len(rules), 0, "处")]
    head, upper, lower = red[0], rules[0], rules[-1]
    below = [line for line in lines if not line.is_red and line.top > rules[1][1]]
    return [
        Finding(1, "发文机关标志上边（上页边下30毫米）", _LETTER_TOP, head.top),
        Finding(1, "发文机关标志居中", 105, (head.left + head.right) / 2),
        Finding(1, "红色双线距机关标志", 4, upper[0] - head.bottom),
        Finding(1, "红色双线长度", 170, upper[3]),
        Finding(1, "红色双线居中", 105, upper[2] + upper[3] / 2),
        Finding(1, "末条双线（下页边上20毫米）", _LETTER_FOOT, lower[1]),
        Finding(1, "发文字号右边（版心右边缘）", 184, below[0].right),
        Finding(1, "发文字号至红色双线", 16 * 7 / 8 * MM, below[0].top - rules[1][1]),
        Finding(1, "首页不显示页码", 0, _numbers(lines), 0, "个"),
    ]


def _numbers(lines: Sequence[Line]) -> int:
    return sum(line.text.startswith("—") and line.baseline * MM > 264 for line in lines)


def _upward(lines: Sequence[Line]) -> list[Finding]:
    line = next((line for line in lines if "签发人：" in line.text), None)
    if line is None:
        return [Finding(1, "签发人", 1, 0, 0, "处")]
    return [
        Finding(1, "发文字号左端（居左空一字）", 28 + _EM, line.left),
        Finding(1, "签发人右端（居右空一字）", 184 - _EM, line.right),
    ]


def _ledger(pdf: Any) -> list[Finding]:
    findings: list[Finding] = []
    tops = [_head_row(page) for page in pdf.pages]
    for number, page in enumerate(pdf.pages, start=1):
        findings += paper(number, page, 297, 210)
        lines = read_lines(page)
        findings += [
            Finding(number, "左页边不少于20毫米", 20, min(20.0, *(x.left for x in lines))),
            Finding(number, "右页边不少于20毫米", 277, max(277.0, *(x.right for x in lines))),
            Finding(number, "表头", 1, int(tops[number - 1] == tops[0] != ""), 0, "行"),
        ]
        foot = [line for line in lines if line.text.startswith("—")]
        middle = (foot[-1].left + foot[-1].right) / 2 if foot else 0.0
        findings.append(Finding(number, "页码居中", 148.5, middle))
    return findings


def _head_row(page: Any) -> str:
    """The first row of the table on the page."""
    tables = page.find_tables()
    rows = tables[0].extract() if tables else []
    return "|".join(str(cell or "") for cell in rows[0]) if rows else ""


def _certificate(page: Any) -> list[Finding]:
    number = int(page.page_number)
    lines = read_lines(page)
    head = max(lines, key=lambda line: line.size)
    return [
        *paper(number, page, 297, 210),
        Finding(number, "标题居中", 148.5, (head.left + head.right) / 2),
        Finding(number, "文字左边", 42, min(x.left for x in lines if x is not head)),
        Finding(number, "文字右边不超出", 255, max(255.0, *(x.right for x in lines))),
    ]


def _within(page: Any) -> list[Finding]:
    number = int(page.page_number)
    lines = read_lines(page)
    return [
        *paper(number, page, 210, 297),
        Finding(number, "版心左边不超出", 28, min(28.0, *(x.left for x in lines))),
        Finding(number, "版心右边不超出", 184, max(184.0, *(x.right for x in lines))),
    ]
