"""Marks (canaries): a text that says which row it comes from."""

from __future__ import annotations

import re

#: What a mark looks like in any text; the tilde keeps it apart from random tokens.
MARK = re.compile(r"q~([AB])(\d\d)")
#: Rows that belong to the tenant as a whole carry this mark.
COMMON = 99


def mark(letter: str, place: int) -> str:
    return f"q~{letter}{place:02}"
