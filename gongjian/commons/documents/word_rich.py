"""Rich text in a Word document: headings, lists, quotations, tables and the product's pictures.

What comes in has been cleaned (``foundation.web.rich_text``), so only its tags are known here.
No address is ever fetched: a picture is named ``picture:<key>`` and its bytes are handed in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import InvalidImageStreamError, UnrecognizedImageError
from docx.shared import Emu, Mm, Pt

#: Text and heading faces, size of the text in points, and width of the column.
_PICTURE_WIDEST, _PICTURE_HIGHEST = Mm(140), Mm(110)
_BLOCKS = frozenset({"p", "h2", "h3", "li", "blockquote"})
_STYLES = {"strong": "bold", "em": "italic", "u": "underline", "sub": "subscript"}
_STYLES |= {"sup": "superscript"}
_PICTURE = "picture:"


@dataclass(frozen=True, slots=True)
class Faces:
    """Names of the faces, and the function of the layout that dresses a run in one."""

    text: str
    first: str
    second: str
    quote: str
    size: float
    dress: Callable[[Any, str, float], None]


@dataclass(slots=True)
class _List:
    is_numbered: bool
    count: int = 0


@dataclass(slots=True)
class _Cell:
    is_head: bool
    columns: int
    rows: int
    runs: list[tuple[str, frozenset[str]]] = field(default_factory=list)


def write_rich(
    document: WordDocument, html: str, *, faces: Faces, pictures: Mapping[str, bytes]
) -> None:
    """Append the text to the document."""
    writer = _Writer(document, faces, pictures)
    writer.feed(html)
    writer.close()


class _Writer(HTMLParser):
    def __init__(self, document: WordDocument, faces: Faces, pictures: Mapping[str, bytes]) -> None:
        super().__init__(convert_charrefs=True)
        self.document, self.faces, self.pictures = document, faces, pictures
        self.paragraph: Any = None
        self.face = faces.text
        self.marks: list[str] = []
        self.lists: list[_List] = []
        self.quoted = 0
        self.rows: list[list[_Cell]] | None = None
        self.cell: _Cell | None = None

    # --- tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in _STYLES:
            self.marks.append(tag)
        elif tag in {"ul", "ol"}:
            self.lists.append(_List(tag == "ol"))
        elif tag == "table":
            self.rows, self.paragraph = [], None
        elif self.rows is not None:
            self._in_table(self.rows, tag, said)
        elif tag == "br" and self.paragraph is not None:
            self.paragraph.add_run().add_break()
        elif tag == "img":
            self._picture(said.get("src") or "")
        elif tag in _BLOCKS:
            self._start(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _STYLES and tag in self.marks:
            self.marks.remove(tag)
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "table" and self.rows is not None:
            rows, self.rows, self.cell = self.rows, None, None
            self._table([row for row in rows if row])
        elif tag in {"td", "th"}:
            self.cell = None
        elif tag in _BLOCKS and self.rows is None:
            self.paragraph, self.face = None, self.faces.text
            self.quoted -= tag == "blockquote"

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split()) if data.strip() else ""
        if self.cell is not None:
            if text:
                self.cell.runs.append((text, frozenset(self.marks)))
            return
        if self.rows is not None or not text:
            return
        if self.paragraph is None:
            self._start("p")
        self._run(self.paragraph, text, frozenset(self.marks), self.face, self.faces.size)

    # --- what they make

    def _start(self, tag: str) -> None:
        if tag == "blockquote":
            self.quoted += 1
            return
        if tag == "p" and self.lists and self.paragraph is not None:
            return  # an editor's paragraph inside of a point of a list
        places = 2 + 2 * max(self.quoted, 0)
        self.paragraph = self.document.add_paragraph()
        form = self.paragraph.paragraph_format
        form.first_line_indent = Pt(2 * self.faces.size)
        if self.quoted:
            form.left_indent, self.face = Pt((places - 2) * self.faces.size), self.faces.quote
        if tag in {"h2", "h3"}:
            self.face = self.faces.first if tag == "h2" else self.faces.second
            form.keep_with_next = True
        elif tag == "li":
            form.left_indent = Pt(2 * self.faces.size * max(len(self.lists) - 1, 0))
            sign = "● "
            if self.lists and self.lists[-1].is_numbered:
                self.lists[-1].count += 1
                sign = f"{self.lists[-1].count}. "
            self._run(self.paragraph, sign, frozenset(), self.faces.text, self.faces.size)

    def _run(
        self, paragraph: Any, text: str, marks: frozenset[str], face: str, size: float
    ) -> None:
        run = paragraph.add_run(text)
        self.faces.dress(run, face, size)
        for mark in marks:
            setattr(run.font, _STYLES[mark], True)

    def _picture(self, address: str) -> None:
        content = self.pictures.get(address.removeprefix(_PICTURE))
        if not address.startswith(_PICTURE) or content is None:
            return
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        try:
            drawn = paragraph.add_run().add_picture(io.BytesIO(content))
        except (UnrecognizedImageError, InvalidImageStreamError):
            self._run(paragraph, "（图片无法读取）", frozenset(), self.faces.text, self.faces.size)
            return
        scale = min(_PICTURE_WIDEST / drawn.width, _PICTURE_HIGHEST / drawn.height, 1)
        drawn.width, drawn.height = Emu(drawn.width * scale), Emu(drawn.height * scale)
        self.paragraph = None

    def _in_table(self, rows: list[list[_Cell]], tag: str, said: Mapping[str, str | None]) -> None:
        if tag == "tr":
            rows.append([])
        elif tag in {"td", "th"}:
            if not rows:
                rows.append([])
            across, down = (
                min(max(int(said.get(name) or 1), 1), 30) for name in ("colspan", "rowspan")
            )
            self.cell = _Cell(tag == "th", across, down)
            rows[-1].append(self.cell)
        elif tag in {"br", "p"} and self.cell is not None and self.cell.runs:
            self.cell.runs.append(("\n", frozenset()))

    def _table(self, rows: list[list[_Cell]]) -> None:
        """Cells fall into the first free place of their row, as a browser lays them."""
        taken: dict[tuple[int, int], tuple[int, int]] = {}
        placed: list[tuple[int, int, _Cell]] = []
        for at, row in enumerate(rows):
            across = 0
            for cell in row:
                while (at, across) in taken:
                    across += 1
                for down in range(at, min(at + cell.rows, len(rows))):
                    for right in range(across, across + cell.columns):
                        taken[down, right] = (at, across)
                placed.append((at, across, cell))
        if not placed:
            return
        width = max(right for _, right in taken) + 1
        table = self.document.add_table(rows=len(rows), cols=width)
        table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
        for at, across, cell in placed:
            low = min(at + cell.rows, len(rows)) - 1
            box = table.cell(at, across)
            if (low, across + cell.columns - 1) != (at, across):
                box = box.merge(table.cell(low, across + cell.columns - 1))
            paragraph = box.paragraphs[0]
            face = self.faces.first if cell.is_head else self.faces.text
            for text, marks in cell.runs:
                self._run(paragraph, text, marks, face, 12)
