"""Rich text: what the editor may hold, read as words, compared with other text.

Cleaned on saving and again on drawing, so that what is shown never relies on
what was stored.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

import nh3
from django import forms

#: No class, no style, no script, no address of another site.
TAGS = {
    "p", "br", "h2", "h3", "strong", "em", "u", "sub", "sup", "blockquote", "ul", "ol", "li",
    "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "img": {"src", "alt"}}
#: Word and WPS write headings and bold in many ways; these are the same to us.
_SAME = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "b": "strong", "i": "em", "div": "p"}
_CELL = re.compile(r"\d{1,2}")


class RichText(forms.Textarea):
    """A text area that the editor takes over; without script it takes plain words."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 18, "data-rich": "", **(attrs or {})})


def no_picture(address: str) -> bool:
    return False


def clean(html: str, is_picture: Callable[[str], bool] = no_picture) -> str:
    """Only what ``TAGS`` names; the same text cleaned twice is the same.

    ``is_picture`` says which addresses are pictures that the app keeps itself.
    """
    for there, here in _SAME.items():
        html = re.sub(rf"<(/?){there}(?=[\s>/])", rf"<\g<1>{here}", html, flags=re.IGNORECASE)

    def own(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if is_picture(value) else None
        if name in {"colspan", "rowspan"}:
            return value if _CELL.fullmatch(value) else None
        return value[:200]

    return nh3.clean(
        html,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags={"script", "style", "title", "xml", "template", "iframe", "object"},
        attribute_filter=own,
        strip_comments=True,
        link_rel=None,
        url_schemes=set(),
    ).strip()


def without_empty_pictures(html: str) -> str:
    """Pictures that lost their address (of a file, of another site) leave nothing behind."""
    return re.sub(r"<img(?![^>]*\bsrc=)[^>]*>", "", html)


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
