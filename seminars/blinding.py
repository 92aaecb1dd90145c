"""Taking out of a text what would tell a judge whose it is. Plain functions of plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape, unescape

MASK = "××"
#: Ends of names of places and units; what is before them names the place as well.
_ENDS = (
    "有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "分公司", "集团公司", "集团",
    "公司", "街道办事处", "街道", "社区", "自治县", "自治区", "居委会", "村委会", "县", "区", "市",
    "镇", "乡", "村", "厂", "所", "局", "院", "学校", "中心", "支部", "工会",
)  # fmt: skip
_TAG = re.compile(r"(<[^>]+>)")
_BLOCK = re.compile(r"</?(?:p|h2|h3|li|tr|td|th|table|ul|ol|blockquote|br)\b", re.IGNORECASE)


def short_forms(name: str) -> list[str]:
    """A name and what people say for it: 红旗村 and 红旗, 星火机械公司 and 星火机械."""
    found = [name]
    for end in _ENDS:
        if name.endswith(end) and len(name) - len(end) >= 2:
            found.append(name[: -len(end)])
            break
    return found


def _plain(character: str) -> str:
    """The character as it is compared; empty for spaces and invisible ones."""
    folded = unicodedata.normalize("NFKC", character)[:1].casefold()[:1]
    return "" if not folded or folded.isspace() or unicodedata.category(folded) == "Cf" else folded


def _squeezed(characters: Sequence[str]) -> tuple[str, list[int]]:
    """Text without spaces, with the place of each character in the original."""
    kept, places = [], []
    for place, character in enumerate(characters):
        if plain := _plain(character):
            kept.append(plain)
            places.append(place)
    return "".join(kept), places


def _hits(characters: Sequence[str], words: Iterable[str]) -> list[tuple[int, int]]:
    text, places = _squeezed(characters)
    found: list[tuple[int, int]] = []
    taken = [False] * len(text)
    for word in sorted({_squeezed(word)[0] for word in words} - {""}, key=len, reverse=True):
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not any(taken[start:end]):
                taken[start:end] = [True] * len(word)
                found.append((places[start], places[end - 1]))
            start = text.find(word, end)
    return found


def holds(text: str, word: str) -> bool:
    """Whether a word stands in a text, spaces and width of characters aside."""
    return bool(_hits(list(text), [word]))


def masked(text: str, words: Iterable[str]) -> str:
    """Plain text with the words taken out."""
    characters = list(text)
    _mask(characters, _hits(characters, words))
    return "".join(characters)


def masked_html(html: str, words: Iterable[str]) -> str:
    """The same for rich text; a word is found over bold and line breaks within a paragraph."""
    parts = _TAG.split(html)
    characters: list[str] = []
    owners: list[int] = []
    for number, part in enumerate(parts):
        if part.startswith("<") and part.endswith(">"):
            if _BLOCK.match(part):
                # A private-use character: no word is found across two paragraphs.
                characters.append("\ue000")
                owners.append(-1)
            continue
        for character in unescape(part):
            characters.append(character)
            owners.append(number)
    _mask(characters, _hits(characters, words))
    texts: dict[int, list[str]] = {}
    for owner, character in zip(owners, characters, strict=True):
        texts.setdefault(owner, []).append(character)
    return "".join(
        part
        if part.startswith("<") and part.endswith(">")
        else escape("".join(texts.get(number, [])), quote=False)
        for number, part in enumerate(parts)
    )


def _mask(characters: list[str], hits: Iterable[tuple[int, int]]) -> None:
    # Every name becomes two marks: their number must not tell its length.
    for first, last in hits:
        characters[first] = MASK
        for place in range(first + 1, last + 1):
            characters[place] = ""
