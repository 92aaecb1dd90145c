"""Text as the index keeps it: every pair of neighbouring characters, for each tenant apart.

Chinese has no blanks between words, and word lists miss the half of what is
looked for (names, new trades, parts of words). Pairs miss nothing: a text
that holds the word holds all its pairs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: One character for one, so that a place in the folded text is a place in the text.
FULL_WIDTH = "".join(chr(code) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B)))
FULL_WIDTH += "".join(chr(code) for code in range(0xFF41, 0xFF5B))
HALF_WIDTH = "0123456789abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
_FOLD = str.maketrans(
    FULL_WIDTH + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", HALF_WIDTH + "abcdefghijklmnopqrstuvwxyz"
)
_RUN = re.compile(r"[^\W_]+")
MOST_WORDS, LONGEST_WORD = 6, 40


def fold(text: str) -> str:
    """Capitals and full-width letters and figures are the same as small ones."""
    return text.translate(_FOLD)


def lexemes(text: str, tenant_id: int) -> str:
    """The pairs of a text as PostgreSQL reads a tsvector, without places.

    The tenant stands in each, so that a search walks over the rows of its own
    tenant alone. The last character of a run stands by itself: it begins no pair.
    """
    found: set[str] = set()
    for run in _RUN.findall(fold(text)):
        found.update(run[place : place + 2] for place in range(len(run)))
    return " ".join(f"'{tenant_id}/{pair}'" for pair in sorted(found))


def words_of(asked: str) -> list[str]:
    """What was typed, taken apart at the blanks; every word must be found."""
    words = [word[:LONGEST_WORD] for word in fold(asked).split() if _RUN.search(word)]
    return list(dict.fromkeys(words))[:MOST_WORDS]


def question(words: Sequence[str], tenant_id: int) -> str:
    """The pairs that a text with all these words must hold, as a tsquery."""
    wanted: dict[str, None] = {}
    for word in words:
        for run in _RUN.findall(word):
            if len(run) == 1:
                wanted[f"'{tenant_id}/{run}':*"] = None
            for place in range(len(run) - 1):
                wanted[f"'{tenant_id}/{run[place : place + 2]}'"] = None
    return " & ".join(wanted)


def needles(words: Sequence[str]) -> list[str]:
    """Patterns for the words that pairs alone do not prove: longer ones, and with signs in them."""
    unproven = [word for word in words if len(word) > 2 or not _RUN.fullmatch(word)]
    return [pattern_of(word) for word in unproven]


def pattern_of(word: str) -> str:
    """A word as LIKE reads it, taken by its signs."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it was looked for."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces, place = [], 0
    for hit in re.finditer(pattern, fold(text)) if words else ():
        pieces += [(text[place : hit.start()], False), (text[hit.start() : hit.end()], True)]
        place = hit.end()
    return [(piece, found) for piece, found in [*pieces, (text[place:], False)] if piece]


def excerpt(text: str, words: Sequence[str], *, around: int = 36) -> list[tuple[str, bool]]:
    """The text around the first of the words, marked."""
    folded = fold(text)
    first = min((at for word in words if (at := folded.find(word)) >= 0), default=0)
    start, end = max(0, first - around // 2), min(len(text), first + 2 * around)
    pieces = marked(text[start:end].replace("\n", " "), words)
    before = [("…", False)] if start else []
    return [*before, *pieces, *([("…", False)] if end < len(text) else [])]
