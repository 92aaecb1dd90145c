"""Line breaks of a title: words whole, lines as a trapezoid or a diamond.

GB/T 9704-2012 7.3.1: 回行时做到词意完整，排列对称，长短适宜，间距恰当，
使用梯形或菱形; never a rectangle, never an hourglass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

# 版心 156 mm at 22 pt holds 20 characters; one on each side stays free.
LINE_WIDTH = 18.0

# Words of our documents that a reader would stumble over when split. The list
# need not be complete: a line break typed in the title always wins.
WORDS = (
    "党工共建", "党建带工建", "党建", "工建", "工会", "总工会", "党委", "党支部", "党组织",
    "基层党组织", "领导小组", "办公室", "组织部", "委员会", "先进集体", "先进个人", "先进单位",
    "先进基层党组织", "优秀共产党员", "优秀工会工作者", "模范职工之家", "工人先锋号",
    "劳动模范", "五一劳动奖章", "责任制", "目标任务", "季度报表", "考核", "考核结果", "年度",
    "情况", "工作", "表扬", "通报", "通报表扬", "表彰", "决定", "通知", "意见", "方案", "办法",
    "报告", "请示", "批复", "纪要", "会议", "督查", "整改", "改制", "双组双建", "职工", "企业",
    "社区", "街道", "乡镇", "全市", "全县", "全区", "成绩", "突出", "成绩突出", "开展", "做好",
    "印发", "实施", "试行", "关于", "专项", "行动",
)  # fmt: skip
# A number with its measure word, a short book title, an ordinal. \u3014 and
# \u3015 are the brackets of a document number.
_RUN = re.compile(
    "[0-9A-Za-z.．%％\u3014\u3015\\-—–:：/]+(?:年度|[年月日号次届期第个名])*"
    "|《[^《》]{1,12}》|第[一二三四五六七八九十]+[届次期]"
)
_NO_START = frozenset("，。、；：？！”’）》〉\u3015】…·的和与及之等了在于")
_NO_END = frozenset("（“‘《〈\u3014【关对在把向为第")


def split_words(title: str, keep: Iterable[str] = ()) -> list[str]:
    """Cut a title into pieces that may not be broken, longest known word first."""
    known = sorted({*WORDS, *(word for word in keep if word)}, key=len, reverse=True)
    pieces: list[str] = []
    at = 0
    while at < len(title):
        run = _RUN.match(title, at)
        word = (
            run.group() if run else next((w for w in known if title.startswith(w, at)), title[at])
        )
        pieces.append(word)
        at += len(word)
    return pieces


def width(text: str) -> float:
    """Width in characters; Latin letters and digits take about half."""
    return sum(0.55 if char.isascii() else 1.0 for char in text)


def title_lines(
    title: str, *, keep: Iterable[str] = (), line_width: float = LINE_WIDTH
) -> list[str]:
    """Break a title over as few lines as it needs, in an allowed shape."""
    if "\n" in title:
        return [line.strip() for line in title.split("\n") if line.strip()]
    pieces = split_words(title.strip(), keep)
    total = width(title)
    if total <= line_width:
        return [title.strip()]
    breaks = [i for i in range(1, len(pieces)) if _may_break(pieces[i - 1], pieces[i])]
    fewest = int(-(-total // line_width))
    for count in range(fewest, min(fewest + 2, 6)):
        shaped = _best_shape(pieces, breaks, count, line_width)
        if shaped:
            return shaped
    return _filled(title.strip(), line_width)


def _may_break(before: str, after: str) -> bool:
    return after[0] not in _NO_START and before[-1] not in _NO_END


def _best_shape(
    pieces: Sequence[str], breaks: Sequence[int], count: int, line_width: float
) -> list[str] | None:
    if len(breaks) > 40:  # no title is that long; the combinations would be too many
        return None
    best: tuple[float, list[str]] | None = None
    for chosen in combinations(breaks, count - 1):
        edges = (0, *chosen, len(pieces))
        lines = ["".join(pieces[a:b]) for a, b in pairwise(edges)]
        widths = [width(line) for line in lines]
        if max(widths) > line_width:
            continue
        cost = _ugliness(widths)
        if best is None or cost < best[0]:
            best = (cost, lines)
    return best[1] if best else None


def _ugliness(widths: Sequence[float]) -> float:
    """Distance from a well-shaped title: similar lines, yet no two alike."""
    mean = sum(widths) / len(widths)
    cost = sum((w - mean) ** 2 for w in widths) / len(widths)
    steps = [b - a for a, b in pairwise(widths)]
    cost += sum(6.0 for step in steps if abs(step) < 1.0)  # rectangle
    if any(a < 0 < b for a, b in pairwise(steps)):  # hourglass
        cost += 60.0
    if widths[-1] < mean * 0.5:
        cost += 40.0
    return cost


def _filled(title: str, line_width: float) -> list[str]:
    lines, line = [], ""
    for char in title:
        if line and width(line + char) > line_width:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]
