"""Measures a printed official document against GB/T 9704-2012, in millimetres."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MM = 25.4 / 72
TOLERANCE = 1.0
BODY_SIZE = 16.0
_ASCENT, _DESCENT = 0.88, 0.12
PITCH = 29.6092


@dataclass(frozen=True, slots=True)
class Finding:
    page: int
    element: str
    wanted: float
    found: float
    tolerance: float = TOLERANCE
    unit: str = "mm"

    @property
    def is_right(self) -> bool:
        return abs(self.found - self.wanted) <= self.tolerance

    def __str__(self) -> str:
        mark = "合格" if self.is_right else "不合格"
        return (
            f"第{self.page}页 {self.element}：标准 {self.wanted:.2f} {self.unit}，"
            f"实测 {self.found:.2f} {self.unit}，{mark}"
        )


@dataclass(frozen=True, slots=True)
class Line:
    baseline: float  # pt from the top of the page
    chars: Sequence[dict[str, Any]]

    @property
    def text(self) -> str:
        return "".join(char["text"] for char in self.chars)

    @property
    def size(self) -> float:
        sizes = Counter(round(float(char["size"]), 1) for char in self.chars)
        return sizes.most_common(1)[0][0]

    @property
    def top(self) -> float:
        return (self.baseline - _ASCENT * self.size) * MM

    @property
    def bottom(self) -> float:
        return (self.baseline + _DESCENT * self.size) * MM

    @property
    def left(self) -> float:
        return float(self.chars[0]["x0"]) * MM

    @property
    def right(self) -> float:
        return float(self.chars[-1]["x1"]) * MM

    @property
    def is_red(self) -> bool:
        colour: Sequence[float] = self.chars[0].get("non_stroking_color") or []
        return len(colour) == 3 and colour[0] > 0.7 and colour[1] < 0.3


def check_layout(content: bytes) -> list[Finding]:
    """Compare every element that can be told from the page alone.

    The file names its layout among its keywords; one that names none is
    measured as a document with a red head.
    """
    import pdfplumber  # noqa: PLC0415 -- slow import

    from . import layout_shapes  # noqa: PLC0415 -- circular import

    with pdfplumber.open(io.BytesIO(content)) as pdf:
        words = str((pdf.metadata or {}).get("Keywords", ""))
        name = words.rpartition("layout-")[2].split(",")[0].strip()
        return layout_shapes.measure(pdf, name)


def official_page(number: int, last: int, page: Any, *, is_letter: bool = False) -> list[Finding]:
    """What holds on every page of a document with a red head."""
    findings = paper(number, page, 210, 297)
    lines = read_lines(page)
    if not lines:
        return findings  # a blank page before the 版记 bears no number
    if not (is_letter and number == 1):
        findings += _page_number(number, lines)
    findings += _body(number, lines)
    if number == 1 and not is_letter:
        findings += _head(page, lines)
    if number == last and not is_letter:
        findings += _imprint(number, page)
    return findings


def paper(number: int, page: Any, width: float, height: float) -> list[Finding]:
    return [
        Finding(number, "纸张宽度", width, float(page.width) * MM, 0.5),
        Finding(number, "纸张高度", height, float(page.height) * MM, 0.5),
    ]


def read_lines(page: Any) -> list[Line]:
    """Characters of a page gathered by baseline; a turned watermark is left out."""
    rows: dict[float, list[dict[str, Any]]] = defaultdict(list)
    for char in page.chars:
        if char["text"].strip() and char["upright"]:
            rows[round(float(page.height) - char["matrix"][5], 1)].append(char)
    merged: list[tuple[float, list[dict[str, Any]]]] = []
    for baseline in sorted(rows):
        if merged and baseline - merged[-1][0] < 0.6:
            merged[-1][1].extend(rows[baseline])
        else:
            merged.append((baseline, rows[baseline]))
    return [Line(y, sorted(chars, key=lambda c: c["x0"])) for y, chars in merged]


def _page_number(number: int, lines: Iterable[Line]) -> list[Finding]:
    found = [
        Line(line.baseline, chars)
        for line in lines
        if line.baseline * MM > 264
        and (chars := [c for c in line.chars if round(c["size"], 1) == 14.0])
        and chars[0]["text"] == "—"
    ]
    if len(found) != 1:
        return [Finding(number, "页码个数", 1, len(found), 0, "个")]
    line = found[0]
    em = 14 * MM
    # The dash stands at a third of the em above the baseline.
    dash = (line.baseline - 0.38 * 14) * MM
    side = (
        Finding(number, "页码右端（单页居右空一字）", 184 - em, line.right)
        if number % 2
        else Finding(number, "页码左端（双页居左空一字）", 28 + em, line.left)
    )
    return [side, Finding(number, "页码一字线（版心下7毫米）", 269, dash)]


def _body(number: int, lines: Iterable[Line]) -> list[Finding]:
    body = [line for line in lines if line.size == BODY_SIZE and not line.is_red]
    if not body:
        return []
    # The least and the greatest, with the edge itself among them: a line may
    # begin or end inside 版心, never outside.
    findings = [
        Finding(number, "版心左边不超出", 28, min(28.0, *(line.left for line in body))),
        Finding(number, "版心右边不超出", 184, max(184.0, *(line.right for line in body))),
        Finding(number, "版心下边不超出", 262, max(262.0, body[-1].bottom)),
    ]
    if number > 1:
        findings.append(Finding(number, "首行字顶（天头）", 37, body[0].top))
    pitches = [
        below.baseline - above.baseline
        for above, below in pairwise(body)
        if below.baseline - above.baseline < PITCH * 1.5
    ]
    if pitches:
        worst = max(pitches, key=lambda pitch: abs(pitch - PITCH))
        findings.append(Finding(number, "行距", PITCH * MM, worst * MM, 0.3))
    # A line is full when the next one goes on from the left edge without indent.
    full = [
        line
        for line, below in pairwise(body)
        if below.left < 28.5 and line.right > 180 and below.baseline - line.baseline < PITCH * 1.5
    ]
    if full:
        edges = Counter(round(line.right, 1) for line in full)
        findings.append(Finding(number, "满行右边", 184, edges.most_common(1)[0][0], 0.3))
        # 避头尾 moves one character; Latin letters and digits take half a place, and
        # the indent of a paragraph's first line is places too.
        most = max(_places(line.text) + round((line.left - 28) / _CELL) for line in full)
        findings.append(Finding(number, "每行字数", 28, most, 1, "字"))
    if number > 1 and body[-1].bottom > 260 and body[0].top < 38:
        height = (body[-1].baseline - body[0].baseline) / PITCH + 1
        findings.append(Finding(number, "每面行数", 22, height, 0.2, "行"))
    return findings


#: Width of one of the twenty-eight places, in mm.
_CELL = 156 / 28


def _places(text: str) -> float:
    return sum(0.5 if char.isascii() or char in "“”" else 1.0 for char in text)


def _head(page: Any, lines: Sequence[Line]) -> list[Finding]:
    red = [line for line in lines if line.is_red]
    rules = [r for r in page.rects if abs(float(r["width"]) * MM - 156) < 2 and r["height"] < 3]
    if not red or not rules:
        return []
    findings = [Finding(1, "发文机关标志上边（版心上边下35毫米）", 72, min(x.top for x in red))]
    rule = min(rules, key=lambda r: r["top"])
    findings += [
        Finding(1, "红色分隔线长度", 156, float(rule["width"]) * MM),
        Finding(1, "红色分隔线左端", 28, float(rule["x0"]) * MM),
    ]
    above = [x for x in lines if not x.is_red and x.baseline < float(rule["top"])]
    if above:
        gap = float(rule["top"]) * MM - above[-1].bottom
        findings.append(Finding(1, "发文字号至红色分隔线", 4, gap))
    return findings


def _imprint(number: int, page: Any) -> list[Finding]:
    edges = [*page.rects, *page.lines]
    wide = [edge for edge in edges if abs(float(edge["width"]) * MM - 156) < 1]
    if not wide:
        return []
    return [
        Finding(
            number, "版记末条分隔线（版心下边）", 262, max(float(e["bottom"]) for e in wide) * MM
        )
    ]
