"""Characters that may reach a printed page."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass

# Control and format characters (bidi overrides, zero-width, soft hyphen) can
# make a printed name read differently from the stored one; lone surrogates and
# noncharacters cannot be written at all.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Cn"})
_SPACES = str.maketrans({"\t": " ", "\r": "\n", "\u2028": "\n", "\u2029": "\n"})


def clean(text: str) -> str:
    """Drop what cannot be seen; keep line breaks, turn tabs into spaces."""
    if text.isprintable():
        return text  # almost every cell of a table: nothing to drop, nothing to turn
    text = text.replace("\r\n", "\n").translate(_SPACES)
    # Line by line: a drawing has many lines and in none of them anything to drop.
    return "\n".join(line if line.isprintable() else _seen(line) for line in text.split("\n"))


def _seen(line: str) -> str:
    return "".join(char for char in line if unicodedata.category(char) not in _REFUSED)


def clean_values(value: object) -> object:
    """Clean every string of a context, however deep, and hand back fresh containers.

    Strings come back as plain ``str``: a value marked as safe HTML loses the
    mark and is escaped like any other.
    """
    if isinstance(value, str):
        return clean(str.__str__(value) + "")
    if is_dataclass(value) and not isinstance(value, type):
        return clean_values(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): clean_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_values(item) for item in value]
    return value
