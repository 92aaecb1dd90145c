"""Rich text of dispatches: cleaned on saving and again on drawing, and read as plain words."""

from __future__ import annotations

import base64
import binascii
import difflib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape

import nh3
from PIL import Image, UnidentifiedImageError

#: What a dispatch may hold. No class, no style, no script, no address but our own pictures.
TAGS = {
    "p", "br", "h2", "h3", "strong", "em", "u", "sub", "sup", "blockquote", "ul", "ol", "li",
    "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "img": {"src", "alt"}}
#: Word and WPS write headings and bold in many ways; these are the same to us.
_SAME = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "b": "strong", "i": "em", "div": "p"}
#: Pictures are kept under this address; the number is the row of the picture.
PICTURE = re.compile(r"/bulletins/pictures/(\d+)/")
_DATA_PICTURE = re.compile(
    r"<img\b[^>]*?\bsrc\s*=\s*([\"'])data:image/(?:png|jpeg|jpg|gif|webp|bmp);base64,"
    r"([A-Za-z0-9+/=\s]+?)\1[^>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"\d{1,2}")
LONGEST = 60_000
MOST_PICTURES = 12
#: Longest side in pixels: enough for the printed column at 200 dpi.
PICTURE_SIDE = 1400
#: A picture that unpacks to more is a bomb and no photo.
MOST_PIXELS = 40_000_000


def clean(html: str) -> str:
    """Only what ``TAGS`` names; the same text cleaned twice is the same."""
    for there, here in _SAME.items():
        html = re.sub(rf"<(/?){there}(?=[\s>/])", rf"<\g<1>{here}", html, flags=re.IGNORECASE)
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags={"script", "style", "title", "xml", "template", "iframe", "object"},
        attribute_filter=_own,
        strip_comments=True,
        link_rel=None,
        url_schemes=set(),
    ).strip()


def _own(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if PICTURE.fullmatch(value) else None
    if name in {"colspan", "rowspan"}:
        return value if _CELL.fullmatch(value) else None
    return value[:200]


def without_empty_pictures(html: str) -> str:
    """Pictures that lost their address (of a file, of another site) leave nothing behind."""
    return re.sub(r"<img(?![^>]*\bsrc=)[^>]*>", "", html)


def keep_pictures(html: str, keep: Callable[[bytes], int]) -> str:
    """Take pictures out of the text and leave their address; ``keep`` gives the row number.

    Each is drawn anew, so that nothing but pixels is left of the file: no
    place, no camera, no script hidden in it.
    """
    kept = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal kept
        picture = _redrawn(found[2])
        if picture is None or kept >= MOST_PICTURES:
            return ""
        kept += 1
        return f'<img src="/bulletins/pictures/{keep(picture)}/">'

    return _DATA_PICTURE.sub(replace, html)


def _redrawn(encoded: str) -> bytes | None:
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
            drawn = io.BytesIO()
            picture.convert("RGB").save(drawn, "PNG", optimize=True)
            return drawn.getvalue()
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


_BLOCK_END = re.compile(r"</(?:p|h2|h3|li|tr|blockquote)>|<br\s*/?>", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dh]>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def plain_of(html: str) -> str:
    """The words alone, a paragraph a line; for searching, counting and comparing."""
    text = _CELL_END.sub("　", _BLOCK_END.sub("\n", html))
    lines = (" ".join(unescape(line).split()) for line in _TAG.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def html_of(plain: str) -> str:
    """Paragraphs of words typed without an editor."""
    return "".join(f"<p>{escape(line.strip())}</p>" for line in plain.split("\n") if line.strip())


# --- differences -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, went or came."""

    kind: str  # "same", "gone", "new"
    text: str


_TOKEN = re.compile(r"[A-Za-z0-9.%]+|\n|.")


def differences(before: str, after: str) -> list[Piece]:
    """Before and after, character by character, as an editor would mark them."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return list(_joined(matcher, old, new))


def _joined(
    matcher: difflib.SequenceMatcher[str], old: list[str], new: list[str]
) -> Iterator[Piece]:
    for tag, start, stop, begin, end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[start:stop]))
            continue
        if stop > start:
            yield Piece("gone", "".join(old[start:stop]))
        if end > begin:
            yield Piece("new", "".join(new[begin:end]))


# --- likeness ----------------------------------------------------------------------------


def pairs(text: str) -> set[str]:
    """Neighbouring characters; texts that share most of them say the same."""
    plain = re.sub(r"[\W_]+", "", text)
    return {plain[place : place + 2] for place in range(len(plain) - 1)}


def likeness(one: set[str], other: set[str]) -> float:
    """Share of the shorter text's pairs that the other has as well, 0 to 1."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
