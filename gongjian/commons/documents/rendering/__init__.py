"""Official documents as PDF: from plain values to bytes, with no database in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

__all__ = [
    "IncompleteContext",
    "MissingGlyphs",
    "OwnFont",
    "RefusedResource",
    "RenderedFile",
    "RenderingError",
    "ask_for_fonts",
    "fonts_in_use",
    "render_pdf",
]


class RenderingError(Exception):
    """The document cannot be printed as it stands; ``str()`` says why in Chinese."""


class MissingGlyphs(RenderingError):
    """No installed font draws these characters, so a name would come out as a box."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        shown = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in characters)
        super().__init__(
            f"字库中没有下列字符，无法打印：{shown}。请核对原文，或安装含有这些字的字体。"
        )


class IncompleteContext(RenderingError):
    """The template asked for a value the context does not hold."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(f"公文缺少内容：{'、'.join(names)}。请补充后重新生成。")


class RefusedResource(RenderingError):
    """The page asked for a resource outside the program's own."""

    def __init__(self, urls: list[str]) -> None:
        self.urls = urls
        super().__init__(f"公文引用了不允许的外部资源：{'、'.join(urls)}。请删除后重新生成。")


@dataclass(frozen=True, slots=True)
class OwnFont:
    """A font file that prints in place of the free one: for which face, and where it lies."""

    face: str
    path: str
    sha256: str
    #: As offices know the font, for documents that name it and do not hold it.
    family: str = ""


@dataclass(frozen=True, slots=True)
class RenderedFile:
    content: bytes
    pages: int
    sha256: str


class _OwnFonts:
    """Who knows the fonts of the one that prints; nobody until the program is set up."""

    ask: Callable[[], tuple[OwnFont, ...]] = tuple


def ask_for_fonts(ask: Callable[[], tuple[OwnFont, ...]]) -> None:
    """From now on print with these fonts whatever is printed without naming any."""
    _OwnFonts.ask = staticmethod(ask)


def fonts_in_use() -> tuple[OwnFont, ...]:
    return _OwnFonts.ask()


def render_pdf(
    template_name: str,
    context: Mapping[str, object],
    *,
    pictures: Mapping[str, bytes] | None = None,
    fonts: Sequence[OwnFont] | None = None,
    archive: bool = False,
) -> RenderedFile:
    """Print one document.

    The same template and context give the same pages on every machine that
    has the same fonts. ``pictures`` are the only files the page may ask for
    beside our own stylesheets, as ``picture:NAME``. ``fonts`` are used for this
    document alone, those of the tenant in scope where none are named; a
    character they lack comes from the free font as before.
    With ``archive`` the file is PDF/A-2a: tagged, with its structure for readers
    that speak.
    """
    choose_fonts()
    from .engine import print_document  # noqa: PLC0415 -- slow import

    own = fonts_in_use() if fonts is None else tuple(fonts)
    return print_document(template_name, context, pictures or {}, own, archive=archive)


def choose_fonts() -> None:
    """Point fontconfig at the program's own fonts, before Pango first reads it."""
    configured = Path(getattr(settings, "DATA_DIR", "var")) / "fonts" / "fonts.conf"
    if "FONTCONFIG_FILE" not in os.environ and configured.is_file():
        os.environ["FONTCONFIG_FILE"] = str(configured)
