"""Names of files as people give them, made harmless and kept readable."""

from __future__ import annotations

import re
import unicodedata

from gongjian.commons.evidence.enums import ENDINGS

LONGEST = 100
#: Separators of paths and what Windows does not take in a name.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')
_SPACES = re.compile(r"\s+")


def clean_name(given: str) -> str:
    """The last part of the name, without controls, direction marks and path characters."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    # Cc, Cf, Cs, Co: line ends, right-to-left overrides (“fdp.exe”), lone surrogates.
    name = "".join(" " if char.isspace() else char for char in name)
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = _SPACES.sub(" ", _FORBIDDEN.sub("_", name)).strip(" .")
    stem, ending = split_name(name)
    if not ending:
        return name[:LONGEST] or "材料"
    return f"{stem[: LONGEST - len(ending) - 1] or '材料'}.{ending}"


def split_name(name: str) -> tuple[str, str]:
    """Stem and ending in lower case; no ending for what is not one."""
    stem, dot, ending = name.rpartition(".")
    if not dot or not ending.isascii() or not ending.isalnum() or len(ending) > 5:
        return name, ""
    return stem, ending.lower()


def name_for(title: str, kind: str) -> str:
    """Name under which the file is handed out: its ending always fits the content."""
    stem, ending = split_name(title)
    return title if ending in ENDINGS[kind] else f"{stem}.{ENDINGS[kind][0]}"
