"""Sizes of the red head: one organ on a line of its own, or several with 「文件」 beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import RenderingError

_PAGE_WIDTH_PT = 156 / 25.4 * 72
_TOP_EDGE_MM = 37.4  # 35 mm below 版心, whose first line starts 2.4 mm above its glyphs
_SINGLE_LARGEST = 46.0
_JOINT_LARGEST = 37.0
_TALLEST_PT = 170.0  # more organs than fit get smaller type, so that body text stays on page 1
_LEADING = 1.35
_LONGEST_NAME = 60


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
    names = _names(organs)
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


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Red head of a letter (信函格式): the whole name, without 「文件」."""

    text: str
    size: str  # pt
    rule: str  # mm from the top of the page's content box to the upper double rule
    text_offset: str  # mm to the line of the number


_LETTER_LARGEST = 34.0
_CONTENT_TOP_MM = 34.6
_LETTER_RULE_MM = 1.9
_HALF_LEADING_MM = 2.4


def letterhead(organs: Sequence[str]) -> Letterhead:
    """Name of the leading organ 30 mm from the edge of the page, the rule 4 mm below it."""
    text = next(iter(_names(organs)), "")
    size = int(min(_LETTER_LARGEST, _PAGE_WIDTH_PT / max(len(text), 1)) * 10) / 10
    rule = 30 + size / 72 * 25.4 + 4 - _CONTENT_TOP_MM
    # 3号字高的八分之七 between the rule and 发文字号.
    below = rule + _LETTER_RULE_MM + 16 * 7 / 8 / 72 * 25.4 - _HALF_LEADING_MM
    return Letterhead(text, f"{size:.1f}", f"{rule:.2f}", f"{below:.2f}")


def _names(organs: Sequence[str]) -> list[str]:
    names = [name.strip() for name in organs if name.strip()]
    for name in names:
        if len(name) > _LONGEST_NAME:
            raise RenderingError(
                f"发文机关名称“{name[:12]}…”有{len(name)}字，版头排不下，请改用规范化简称。"
            )
    return names


def _spread(name: str, longest: int) -> str:
    if len(name) < 2:
        return "0"
    return f"{(longest - len(name)) / (len(name) - 1):.3f}"
