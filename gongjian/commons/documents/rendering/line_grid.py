"""Two small changes to WeasyPrint's line layout that Chinese official documents need.

1. *Line grid.* A glyph taken from a fallback font has other metrics and pushes
   its line off the pitch of 22 lines a page. Where the line height is a fixed
   length, every run sits on the em box instead.
2. *Justification.* WeasyPrint widens spaces only, and Chinese has none. The
   rest of a full line is spread between its characters.

Both replace private functions, so they are put in place only for the versions
they were read against. Without them a document still prints, with 21 lines on
some pages and a ragged right edge; ``check_layout`` tells.
"""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

import weasyprint
from weasyprint.css import computed_values, units
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline, preferred
from weasyprint.svg import text as svg_text
from weasyprint.text import line_break

logger = logging.getLogger(__name__)

CHECKED_VERSIONS = range(69, 71)
ASCENT = 0.88  # of the em box above the baseline, as Chinese fonts draw it
WIDEST_GAP_EM = 0.12  # a line that would need more is better left short

_strut = line_break.strut
_split_first_line = line_break.split_first_line
_justify_line = inline.justify_line

# Annotated as Any: WeasyPrint carries no types for its layout.
type_box = Any
type_style = Any


def install() -> bool:
    """Put both changes in place; say whether this WeasyPrint is one they fit."""
    major = int(weasyprint.__version__.split(".")[0])
    if major not in CHECKED_VERSIONS:
        logger.warning("WeasyPrint %s was not checked, plain layout", weasyprint.__version__)
        return False
    users: tuple[ModuleType, ...] = (
        line_break, inline, preferred, units, computed_values, svg_text,
    )  # fmt: skip
    for module in users:
        for name, original, ours in (
            ("strut", _strut, _em_box_strut),
            ("split_first_line", _split_first_line, _em_box_first_line),
        ):
            if getattr(module, name, None) is original:
                setattr(module, name, ours)
    inline.justify_line = _spread_line
    return True


def _has_fixed_line_height(style: type_style) -> bool:
    height = style["line_height"]
    return height != "normal" and not isinstance(height, float) and hasattr(height, "value")


def _em_box_strut(style: type_style) -> tuple[float, float]:
    height, baseline = _strut(style)
    if height and _has_fixed_line_height(style):
        size = style["font_size"]
        baseline = (height - size) / 2 + ASCENT * size
    return height, baseline


def _em_box_first_line(text: str, style: type_style, *args: Any, **kwargs: Any) -> Any:
    layout, length, resume_at, width, height, baseline = _split_first_line(
        text, style, *args, **kwargs
    )
    if style["font_size"] and _has_fixed_line_height(style):
        height = style["font_size"]
        baseline = ASCENT * height
    return layout, length, resume_at, width, height, baseline


def _is_chinese(char: str) -> bool:
    return (
        "\u2e80" <= char <= "\u9fff"
        or "\uf900" <= char <= "\uffef"
        or char >= "\U00020000"
        or char in "“”‘’—…·"
    )


def _text(box: type_box) -> str:
    if isinstance(box, boxes.TextBox):
        return str(box.text)
    if isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        return "".join(_text(child) for child in box.children)
    return ""


def _spread_line(context: Any, line: type_box, extra_width: float) -> None:
    text = _text(line).rstrip()
    if len(text) < 2 or not any(map(_is_chinese, text)):
        _justify_line(context, line, extra_width)
        return
    gap = extra_width / (len(text) - 1)
    if gap <= line.style["font_size"] * WIDEST_GAP_EM:
        _widen(context, line, gap, 0.0)


def _widen(context: Any, box: type_box, gap: float, moved: float) -> float:
    """Add the gap after each character of the box; return how far what follows moves."""
    if isinstance(box, boxes.TextBox):
        box.position_x += moved
        # The style is copied, not changed: it is shared with the other lines.
        box.style = box.style.copy()
        spacing = box.style["letter_spacing"]
        box.style["letter_spacing"] = (0 if spacing == "normal" else spacing) + gap
        layout = line_break.create_layout(box.text, box.style, context, None, 0)
        layout.deactivate()
        box.pango_layout = layout
        box.width += gap * len(box.text)
        return moved + gap * len(box.text)
    if isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        start = moved
        box.position_x += moved
        for child in box.children:
            if child.is_in_normal_flow():
                moved = _widen(context, child, gap, moved)
        box.width += moved - start
        return moved
    box.translate(moved, 0)
    return moved
