"""The levels of a body text: 一、 （一） 1. （1）, told from the words themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIRST = re.compile(r"[一二三四五六七八九十]+、")
_SECOND = re.compile(r"（[一二三四五六七八九十]+）")
_HEADING_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Paragraph:
    level: int  # 1 黑体, 2 楷体, 0 仿宋: third and fourth levels look like the text
    lead: str  # the part set in the heading face
    text: str  # what follows it on the same line


def paragraphs(body: str) -> list[Paragraph]:
    """One paragraph for each line of the body, empty lines left out."""
    return [_paragraph(line.strip()) for line in body.split("\n") if line.strip()]


def _paragraph(line: str) -> Paragraph:
    level = 1 if _FIRST.match(line) else 2 if _SECOND.match(line) else 0
    if not level:
        return Paragraph(0, "", line)
    # A heading that runs on: only the sentence up to the first full stop is one.
    stop = line.find("。")
    if 0 <= stop < len(line) - 1:
        return Paragraph(level, line[: stop + 1], line[stop + 1 :])
    if len(line) <= _HEADING_LONGEST:
        return Paragraph(level, line, "")
    return Paragraph(0, "", line)
