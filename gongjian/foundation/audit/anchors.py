"""Heads of the chain kept outside of the database, so that it cannot be rewritten as a whole.

One line for each sealing, added to a file that nobody but the worker writes. Whoever
rewrites the chain in the database cannot make these lines fit.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings


def _file(beginning: str) -> Path:
    return Path(settings.DATA_DIR) / "anchors" / f"trail-{beginning[:24]}.txt"


def drop(beginning: str, position: int, digest: str) -> None:
    """Add one line to the file of the chain that began so, and wait until the disk has it."""
    file = _file(beginning)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{position} {digest}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def read(beginning: str) -> dict[int, str]:
    """Position → digest of every line that is whole."""
    try:
        text = _file(beginning).read_text(encoding="ascii")
    except FileNotFoundError:
        return {}
    lines = [line.split() for line in text.splitlines()]
    return {int(line[0]): line[1] for line in lines if len(line) == 2 and len(line[1]) == 64}
