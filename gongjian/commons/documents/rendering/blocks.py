"""A page's markup taken apart into titles, lines and tables, for copies in other formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_SKIPPED = frozenset({"head", "style", "script", "svg", "colgroup"})
_KINDS = {"h1": "title", "h2": "head", "h3": "head", "p": "text", "div": "line"}
_BREAKS = frozenset({"br", "p", "div", "span"})


@dataclass(slots=True)
class Words:
    kind: str  # title, head, text, line
    text: str = ""


@dataclass(slots=True)
class GridCell:
    is_head: bool
    columns: int = 1
    text: str = ""


@dataclass(slots=True)
class Grid:
    rows: list[list[GridCell]] = field(default_factory=list)
    heads: int = 0


def page_markup(template: str, values: Mapping[str, Any]) -> str:
    """The page as it goes to the printer."""
    from .engine import markup  # noqa: PLC0415 -- slow import

    return markup(template, values)


def read_blocks(html: str) -> list[Words | Grid]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [
        block
        for block in reader.blocks
        if (any(block.rows) if isinstance(block, Grid) else block.text.strip())
    ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Words | Grid] = []
        self._skipping: list[str] = []
        self._grid: Grid | None = None
        self._cell: GridCell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        # What is drawn apart from the text: marks of a draft, places of seals.
        if tag in _SKIPPED or said.get("class") in {"watermark", "seal-place", "room"}:
            self._skipping.append(tag)
        elif self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
        elif tag == "table":
            self._grid = Grid()
            self.blocks.append(self._grid)
        elif self._grid is not None and tag in {"thead", "tr", "th", "td"}:
            self._start_of_grid(self._grid, tag, said)
        elif self._cell is not None and tag in _BREAKS:
            self._break()
        elif tag in _KINDS and self._cell is None:
            self.blocks.append(Words(_KINDS[tag]))
        elif tag == "span":
            self._break("　")
        elif tag == "br":
            self._break()

    def _start_of_grid(self, grid: Grid, tag: str, said: Mapping[str, str | None]) -> None:
        if tag == "thead":
            grid.heads = -1
        elif tag == "tr":
            grid.rows.append([])
            if grid.heads == -1:
                grid.heads = 1
        else:
            self._cell = GridCell(tag == "th", int(said.get("colspan") or 1))
            grid.rows[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag == "table":
            self._grid = self._cell = None
        elif tag in {"td", "th"}:
            self._cell = None

    def handle_data(self, data: str) -> None:
        text = data.strip("\n\r\t ")
        if self._skipping or not text:
            return
        if self._cell is not None:
            self._cell.text += text
        elif self._grid is None:
            if not self.blocks or isinstance(self.blocks[-1], Grid):
                self.blocks.append(Words("line"))
            last = self.blocks[-1]
            if isinstance(last, Words):
                last.text += text

    def _break(self, by: str = "\n") -> None:
        target = self._cell or (self.blocks[-1] if self.blocks else None)
        if isinstance(target, (GridCell, Words)) and target.text:
            target.text += by
