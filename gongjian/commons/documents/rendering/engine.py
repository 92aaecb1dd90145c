"""From template to bytes: one font configuration per process, no garbage collection meanwhile."""

from __future__ import annotations

import gc
import hashlib
import io
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path

from django.template import Context, Engine
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration

from . import (
    IncompleteContext,
    MissingGlyphs,
    OwnFont,
    RefusedResource,
    RenderedFile,
    font_data,
    font_subsets,
    line_grid,
)
from .characters import clean_values
from .sources import TEMPLATE_ROOT, ClosedFetcher, FontFetcher, stylesheet

# A template asks with this for its 版记 to stand on an even page, the back of
# the last sheet (GB/T 9704-2012 7.4).
_EVEN_LAST_PAGE = 'data-last-page="even"'
#: What is kept for good: text, colours and structure as ISO 19005-2 asks, level A.
ARCHIVE = "pdf/a-2a"
_MISSING = "\ufdd0%s\ufdd1"
_MISSING_NAME = re.compile("\ufdd0(.*?)\ufdd1")
_NOTDEF = ".notdef glyph"
_SHEET_LINK = re.compile(r'<link rel="stylesheet" href="static:([\w.]+)">')
# By id: left, top, right, bottom in CSS pixels from the page's upper left corner.
Places = dict[str, tuple[float, float, float, float]]
# Pango and the font configuration are shared by the process and not made for threads.
_one_at_a_time = threading.Lock()


@cache
def _templates() -> Engine:
    # An engine of its own: no context processor, no loader beyond our folder,
    # and a value that is not there is found out instead of printed as nothing.
    return Engine(
        dirs=[str(TEMPLATE_ROOT)],
        autoescape=True,
        string_if_invalid=_MISSING,
        libraries={"official": "gongjian.commons.documents.templatetags.official"},
        builtins=["django.template.defaulttags"],
    )


@cache
def _fonts() -> FontConfiguration:
    # A new one for each document costs a gigabyte after forty of them.
    line_grid.install()
    font_data.install()
    font_subsets.install()
    configuration = FontConfiguration()
    # What the process has loaded by now stays for its life: a collection after a
    # printing need not walk it again (forty milliseconds for every document).
    gc.collect()
    gc.freeze()
    return configuration


#: Family that a face of our stylesheets asks for first.
FAMILIES = {
    "fangsong": "FangSong_GB2312",
    "xiaobiaosong": "方正小标宋_GBK",
    "kaiti": "KaiTi_GB2312",
    "heiti": "SimHei",
    "songti": "SimSun",
}


# A configuration is dear (see above): those of the tenants that printed last are kept.
@lru_cache(maxsize=4)
def _fonts_with(own: tuple[OwnFont, ...]) -> tuple[FontConfiguration, CSS | None]:
    if not own:
        return _fonts(), None
    _fonts()
    configuration = FontConfiguration()
    # Both weights are declared: the title's bold must not fall back to another family.
    rules = "".join(
        f"@font-face {{ font-family: '{FAMILIES[font.face]}'; font-weight: {weight};"
        f" src: url(font:{position}) }}\n"
        for position, font in enumerate(own)
        for weight in (400, 700)
    )
    fetcher = FontFetcher([Path(font.path) for font in own])
    sheet = CSS(string=rules, font_config=configuration, url_fetcher=fetcher)
    return configuration, sheet


def print_document(
    template_name: str,
    context: Mapping[str, object],
    pictures: Mapping[str, bytes],
    fonts: tuple[OwnFont, ...] = (),
    *,
    archive: bool = False,
) -> RenderedFile:
    return print_with_places(template_name, context, pictures, fonts, archive=archive)[0]


def print_with_places(
    template_name: str,
    context: Mapping[str, object],
    pictures: Mapping[str, bytes],
    fonts: tuple[OwnFont, ...] = (),
    *,
    archive: bool = False,
) -> tuple[RenderedFile, list[Places]]:
    """Print, and say of each page where its elements with an ``id`` stand."""
    values = {key: clean_values(value) for key, value in context.items()}
    fetcher = ClosedFetcher(pictures)
    with _one_at_a_time, _without_collection(), _missing_glyphs() as missing:
        html = _markup(template_name, values, closing_page="")
        document = _lay_out(html, fetcher, fonts)
        if _EVEN_LAST_PAGE in html and len(document.pages) % 2:
            html = _markup(template_name, values, closing_page="left")
            document = _lay_out(html, fetcher, fonts)
        buffer = io.BytesIO()
        document.write_pdf(buffer, pdf_variant=ARCHIVE if archive else None)
    if fetcher.refused:
        raise RefusedResource(sorted(set(fetcher.refused)))
    if missing:
        raise MissingGlyphs("".join(sorted(missing)))
    content = buffer.getvalue()
    printed = RenderedFile(content, len(document.pages), hashlib.sha256(content).hexdigest())
    return printed, [dict(page.anchors) for page in document.pages]


def markup(template_name: str, context: Mapping[str, object]) -> str:
    """The page before it is laid out, every value escaped."""
    values = {key: clean_values(value) for key, value in context.items()}
    return _markup(template_name, values, closing_page="")


def _markup(template_name: str, values: dict[str, object], *, closing_page: str) -> str:
    template = _templates().get_template(template_name)
    html = str(template.render(Context({**values, "closing_page": closing_page})))
    if names := sorted(set(_MISSING_NAME.findall(html))):
        raise IncompleteContext(names)
    return html


def _lay_out(html: str, fetcher: ClosedFetcher, fonts: tuple[OwnFont, ...]) -> Document:
    configuration, own = _fonts_with(fonts)
    sheets = [_sheet(name) for name in _SHEET_LINK.findall(html)]
    page = HTML(string=_SHEET_LINK.sub("", html), url_fetcher=fetcher)
    return page.render(font_config=configuration, stylesheets=[*sheets, *([own] if own else [])])


@cache
def _sheet(name: str) -> CSS:
    # Our own stylesheets are parsed once a process, not once a layout.
    content = stylesheet(name)
    if content is None:
        raise RefusedResource([f"static:{name}"])
    return CSS(string=content.decode(), font_config=_fonts())


@contextmanager
def _without_collection() -> Iterator[None]:
    # The boxes of a long report make every collection walk them all: half as
    # many pages again per second without.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _GlyphListener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.missing: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(_NOTDEF) and isinstance(record.args, tuple) and record.args:
            self.missing.update(str(record.args[0]))


@contextmanager
def _missing_glyphs() -> Iterator[set[str]]:
    listener = _GlyphListener()
    logger = logging.getLogger("weasyprint")
    # Settings may silence the logger, and this warning is one we live by.
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    logger.addHandler(listener)
    try:
        yield listener.missing
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)
        logger.propagate = propagate
