"""Text stamped on finished pages, in the fonts the page was printed with.

A page laid out once costs milliseconds to copy and tens of them to lay out
again. What differs from copy to copy is written onto it. The characters come
from a sheet printed in the same run (one page that holds each of them once):
so they have the same fonts, the same replacement for what a font lacks, the
same refusal of what none has, and can be copied out as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

from . import MissingGlyphs

_PX = 0.75  # pt


@dataclass(frozen=True, slots=True)
class Glyph:
    font: str
    code: str  # four hexadecimal digits
    advance: float  # em


Alphabet = Mapping[str, Glyph]


def read_alphabet(page: pikepdf.Page) -> dict[str, Glyph]:
    """Which font and glyph the page uses for each of its characters."""
    fonts = {str(name): _Font(font) for name, font in page.obj.Resources.Font.items()}
    found: dict[str, Glyph] = {}
    current = ""
    for instruction in pikepdf.parse_content_stream(page, "Tf TJ Tj"):
        operands = instruction.operands
        if str(instruction.operator) == "Tf":
            current = str(operands[0])
            continue
        font = fonts[current]
        parts: Iterable[Any] = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
        for part in parts:
            if not isinstance(part, pikepdf.String):
                continue
            raw = bytes(part)
            for at in range(0, len(raw), 2):
                code = raw[at : at + 2].hex()
                if char := font.text.get(code):
                    advance = font.widths.get(int(code, 16), 1000.0) / 1000
                    found.setdefault(char, Glyph(current, code, advance))
    return found


class _Font:
    def __init__(self, font: Any) -> None:
        self.text = dict(_mapping(font.ToUnicode.read_bytes().decode("ascii")))
        self.widths: dict[int, float] = {}
        entries = list(font.DescendantFonts[0].W)
        while entries:
            first, widths = int(entries.pop(0)), entries.pop(0)
            for offset, width in enumerate(widths):
                self.widths[first + offset] = float(width)


def _mapping(table: str) -> Iterable[tuple[str, str]]:
    for block in table.split("beginbfchar")[1:]:
        for line in block.split("endbfchar")[0].strip().splitlines():
            code, text = line.strip().strip("<>").split("> <")
            yield code, bytes.fromhex(text).decode("utf-16-be")


def width(text: str, alphabet: Alphabet) -> float:
    """Width of the text in em."""
    return sum(alphabet[char].advance if char in alphabet else 0.3 for char in text)


def write(text: str, alphabet: Alphabet, *, x: float, y: float, size: float) -> str:
    """PDF operators that write the text from a point on its baseline, in pt from below left."""
    runs: list[tuple[str, float, list[str]]] = []
    at = 0.0
    for char in text:
        if char == " ":
            at += 0.3
            runs.append(("", at, []))
            continue
        glyph = alphabet.get(char)
        if glyph is None:
            raise MissingGlyphs(char)
        if not runs or runs[-1][0] != glyph.font:
            runs.append((glyph.font, at, []))
        runs[-1][2].append(glyph.code)
        at += glyph.advance
    return "".join(
        f"BT {font} {size:g} Tf 1 0 0 1 {x + start * size:.2f} {y:.2f} Tm "
        f"<{''.join(codes)}> Tj ET\n"
        for font, start, codes in runs
        if codes
    )


def fitting(text: str, alphabet: Alphabet, *, size: float, room: float) -> float:
    """The size at which the text fits into so many pt, at most the wanted one."""
    return min(size, room / max(width(text, alphabet), 0.01))


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the page, in pt from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @classmethod
    def of(cls, place: tuple[float, float, float, float], height: float) -> Box:
        left, top, right, bottom = (value * _PX for value in place)
        return cls(left, height - bottom, right, height - top)


class Press:
    """Copies of printed pages, each with its own stamp; page and fonts are kept once."""

    def __init__(self, printed: pikepdf.Pdf, letters: pikepdf.Pdf) -> None:
        """``printed`` holds what is copied, ``letters`` the glyphs of what is stamped."""
        self.target = printed
        self._bases = list(printed.pages)
        self._forms = [printed.make_indirect(page.as_form_xobject()) for page in self._bases]
        fonts: dict[str, Any] = {}
        for page in letters.pages:
            for name, font in page.obj.Resources.get("/Font", {}).items():
                if str(name) not in fonts:
                    fonts[str(name)] = printed.copy_foreign(font)
        self._fonts = printed.make_indirect(pikepdf.Dictionary(fonts))
        self._resources = [
            printed.make_indirect(
                pikepdf.Dictionary(Font=self._fonts, XObject=pikepdf.Dictionary(Base=form))
            )
            for form in self._forms
        ]

    def stamp(self, base: int, operators: str) -> None:
        content = f"q /Base Do Q\n{operators}".encode("ascii")
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=self._bases[base].obj.MediaBox,
            Resources=self._resources[base],
            Contents=self.target.make_stream(content),
        )
        self.target.pages.append(pikepdf.Page(self.target.make_indirect(page)))

    def drop_bases(self) -> None:
        del self.target.pages[: len(self._bases)]
