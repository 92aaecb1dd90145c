"""Sizes of the red head: one organ on a line of its own, or several with 「文件」 beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_PAGE_WIDTH_PT = 156 / 25.4 * 72
_TOP_EDGE_MM = 37.4  # 35 mm below 版心, whose first line starts 2.4 mm above its glyphs
_SINGLE_LARGEST = 46.0
_JOINT_LARGEST = 37.0
_TALLEST_PT = 170.0  # more organs than fit get smaller type, so that body text stays on page 1
_LEADING = 1.35


@dataclass(frozen=True, slots=True)
class HeadLine:
    text: str
    letter_spacing: str  # em; spreads a short name over the width of the longest


@dataclass(frozen=True, slots=True)
class Masthead:
    lines: tuple[HeadLine, ...]
    word: str
    size: str  # pt
    line_height: str  # pt
    offset: str  # mm from the top of the page's content box to the first line


def masthead(organs: Sequence[str], word: str = "文件") -> Masthead:
    """Fit the organs' names into 156 mm; the leading organ comes first as given."""
    names = [name.strip() for name in organs if name.strip()]
    joint = len(names) > 1
    longest = max((len(name) for name in names), default=1)
    if joint:
        room = longest + (len(word) + 0.4 if word else 0)
        size = min(_JOINT_LARGEST, _PAGE_WIDTH_PT / room, _TALLEST_PT / _LEADING / len(names))
    else:
        names = [f"{names[0]}{word}"] if names else [word]
        size = min(_SINGLE_LARGEST, _PAGE_WIDTH_PT / max(len(names[0]), 1))
        longest = len(names[0])
    size = int(size * 10) / 10
    line = size * _LEADING
    half_leading_mm = (line - size) / 2 / 72 * 25.4
    return Masthead(
        lines=tuple(HeadLine(name, _spread(name, longest)) for name in names),
        word=word if joint else "",
        size=f"{size:.1f}",
        line_height=f"{line:.2f}",
        offset=f"{_TOP_EDGE_MM - half_leading_mm:.2f}",
    )


def _spread(name: str, longest: int) -> str:
    if len(name) < 2:
        return "0"
    return f"{(longest - len(name)) / (len(name) - 1):.3f}"
