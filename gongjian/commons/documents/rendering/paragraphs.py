"""The levels of a body text: 一、 （一） 1. （1）, told from the words themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIRST = re.compile(r"[一二三四五六七八九十]+、")
_SECOND = re.compile(r"（[一二三四五六七八九十]+）")
# Those who were there, as the minutes (纪要) name them.
_PRESENT = re.compile(r"(主持|出席|列席|参加|特邀|旁听|请假|缺席|记录)：")
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


@dataclass(frozen=True, slots=True)
class Minutes:
    """A body taken apart: what was settled, and who was there."""

    text: str
    present: tuple[tuple[str, str], ...]  # label, names


def minutes(body: str) -> Minutes:
    """Lines that begin with 出席：, 请假： and the like make the list of those present."""
    text: list[str] = []
    present: list[tuple[str, str]] = []
    for line in body.split("\n"):
        found = _PRESENT.match(line.strip())
        if found:
            present.append((found.group(1), line.strip()[found.end() :]))
        else:
            text.append(line)
    return Minutes("\n".join(text), tuple(present))
