"""Long reports: printed in parts, their table rows written onto the finished pages.

Nine tenths of the time of a long report goes into the cells of its tables:
each is a box with a line with a text. Here a row is one empty box of the
height its words will need. Where it came to stand is known after the layout,
and the words are written there with the glyphs of a sheet printed in the same
fonts, as on certificates. Heads, captions, charts and totals are laid out as ever.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from gongjian.commons.documents.rendering import OwnFont, RenderedFile, choose_fonts, fonts_in_use
from gongjian.commons.documents.rendering.characters import clean
from gongjian.commons.documents.rendering.engine import print_with_places
from gongjian.commons.documents.rendering.joining import join
from gongjian.commons.documents.rendering.stamping import (
    Alphabet,
    Glyph,
    read_alphabet,
    width,
    write,
)

LETTERS = "documents/letters.html"
# As overview.css and report.css lay out the cells of a listing.
_SIZE, _LINE, _PAD_TOP, _PAD_SIDE, _RULE = 9.5, 14.0, 2.0, 4.0, 0.5
_PX = 0.75  # pt
_ASCENT = 0.88
_GREY, _BLACK = "0.549 g", "0 g"
_TOKEN = re.compile(r"[\x21-\x7e]+|\s+|.", re.DOTALL)
_NEVER_FIRST = frozenset("，。、；：？！）》〉】」』”’…%％)]},.;:!?")
#: Lines of a row that surely fit onto one page.
_MOST_LINES = 30
#: Width of the page's text, from which the widths of columns are shares.
_TEXT_PT = 156 / 25.4 * 72

Edges = Mapping[str, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row to be written: the mark of its table, and each cell's lines."""

    table: str
    cells: Sequence[tuple[Sequence[str], bool]]

    @property
    def lines(self) -> int:
        return max(len(texts) for texts, _ in self.cells)


def press_parts(
    template_name: str, parts: Sequence[Mapping[str, Any]]
) -> Generator[int, None, RenderedFile]:
    """Print a long document part by part and join the parts; tells the pages so far.

    Layout slows down and grows with the length of a document: eight parts of
    twenty-five pages take a third less time and memory than two hundred at
    once. The template is told how many pages stand before its part. What is
    joined is neither tagged nor PDF/A.
    """
    choose_fonts()
    fonts = fonts_in_use()
    pen = _Pen(parts, fonts)
    printed: list[bytes] = []
    places: list[Edges] = []
    pages = 0
    for part in parts:
        # The page after an odd number of pages is the back of the last sheet.
        place = {"pages_before": pages, "first_page": pages + 1, "starts_left": pages % 2 == 1}
        file, found = print_with_places(template_name, {**pen.spared(part), **place}, {}, fonts)
        printed.append(file.content)
        places += found
        pages += file.pages
        yield pages
    content = join(printed, finish=lambda whole: pen.write(whole, places))
    return RenderedFile(content, pages, hashlib.sha256(content).hexdigest())


class _Pen:
    """The letters of all tables, and the rows that wait for their place."""

    def __init__(self, parts: Sequence[Mapping[str, Any]], fonts: tuple[OwnFont, ...]) -> None:
        self.rows: dict[str, _Row] = {}
        self.tables = 0
        self.source: pikepdf.Pdf | None = None
        self.letters: dict[str, Glyph] = {}
        wanted = sorted(
            {
                letter
                for part in parts
                for block in _listings(part)
                for row in block["rows"]
                for cell in row
                for letter in clean(cell["text"])
                if not letter.isspace()
            }
        )
        if wanted:
            self._read_letters(wanted, fonts)

    def _read_letters(self, wanted: Sequence[str], fonts: tuple[OwnFont, ...]) -> None:
        sheet, _ = print_with_places(LETTERS, {"letters": wanted}, {}, fonts)
        self.source = pikepdf.open(io.BytesIO(sheet.content))
        for page in self.source.pages:
            for letter, glyph in read_alphabet(page).items():
                self.letters.setdefault(letter, glyph)

    def spared(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """The part with an empty box for each row."""
        if "sections" not in part:
            return dict(part)
        sections = [
            {**section, "blocks": [self._spared(block) for block in section["blocks"]]}
            for section in part["sections"]
        ]
        return {**part, "sections": sections}

    def _spared(self, block: Mapping[str, Any]) -> Mapping[str, Any]:
        if block["kind"] != "listing" or not block["rows"]:
            return block
        rooms = [column["width"] * _TEXT_PT / 100 - 2 * _PAD_SIDE for column in block["columns"]]
        table = f"c{self.tables}"
        rows = [
            _Row(
                table,
                [
                    (self._wrapped(clean(cell["text"]), (room - _RULE) / _SIZE), cell["is_figure"])
                    for cell, room in zip(row, rooms, strict=True)
                ],
            )
            for row in block["rows"]
        ]
        if max(row.lines for row in rows) > _MOST_LINES:
            # A row that may have to go over to the next page is left to the layout.
            return block
        self.tables += 1
        boxes = []
        for row in rows:
            name = f"r{len(self.rows)}"
            self.rows[name] = row
            boxes.append({"name": name, "height": f"{row.lines * _LINE + 2 * _PAD_TOP:g}"})
        return {**block, "table": table, "boxes": boxes, "rows": []}

    def _wrapped(self, text: str, room: float) -> list[str]:
        """The text in lines of at most so many em; no line begins with a closing mark."""
        lines: list[list[str]] = [[]]
        left = room
        for token in _tokens(text, self._width, room):
            width = self._width(token)
            if width > left and lines[-1]:
                carried = [] if token.isspace() else [token]
                while carried and carried[0][0] in _NEVER_FIRST and len(lines[-1]) > 1:
                    carried.insert(0, lines[-1].pop())
                lines.append(carried)
                left = room - self._width("".join(lines[-1]))
            else:
                lines[-1].append(token)
                left -= width
        return ["".join(line).strip() for line in lines]

    def _width(self, text: str) -> float:

        return width(text, self.letters)

    def write(self, whole: pikepdf.Pdf, places: Sequence[Edges]) -> None:
        """Write every row where its box came to stand."""
        if self.source is None:
            return
        fonts: dict[str, Any] = {}
        for page in self.source.pages:
            for name, font in page.obj.Resources.Font.items():
                fonts.setdefault(str(name), font)
        # Names of their own: the page has the same faces with other glyphs in them.
        known = {name: f"/Row{number}" for number, name in enumerate(sorted(fonts))}
        copied = {known[name]: whole.copy_foreign(font) for name, font in fonts.items()}
        letters = {
            letter: replace(glyph, font=known[glyph.font]) for letter, glyph in self.letters.items()
        }
        for page, found in zip(whole.pages, places, strict=True):
            height = float(page.obj.MediaBox[3])
            words = "".join(self._operators(found, height, letters))
            if not words:
                continue
            for name, font in copied.items():
                page.obj.Resources.Font[name] = font
            page.contents_add(b"q", prepend=True)
            page.contents_add(f"Q q\n{words}Q".encode("ascii"))

    def _operators(self, found: Edges, height: float, letters: Alphabet) -> Iterator[str]:
        for name, place in found.items():
            row = self.rows.get(name)
            if row is None:
                continue
            top, bottom = height - place[1] * _PX, height - place[3] * _PX
            for number, (texts, is_figure) in enumerate(row.cells):
                left, _, right, _ = (edge * _PX for edge in found[f"{row.table}-{number}"])
                yield f"{_GREY} {right - _RULE:.2f} {bottom:.2f} {_RULE} {top - bottom:.2f} re f\n"
                yield f"{_BLACK}\n"
                for line, text in enumerate(texts):
                    start = left + _PAD_SIDE
                    if is_figure:
                        start = right - _RULE - _PAD_SIDE - width(text, letters) * _SIZE
                    base = _PAD_TOP + line * _LINE + (_LINE - _SIZE) / 2 + _ASCENT * _SIZE
                    yield write(text, letters, x=start, y=top - base, size=_SIZE)


def _listings(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in part.get("sections", ()):
        yield from (block for block in section["blocks"] if block["kind"] == "listing")


def _tokens(text: str, width: Any, room: float) -> Iterator[str]:
    """Words that stay whole, except one that is wider than the line."""
    for token in _TOKEN.findall(text):
        if len(token) > 1 and width(token) > room:
            yield from token
        else:
            yield " " if token.isspace() else token
