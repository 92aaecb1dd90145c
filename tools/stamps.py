"""Steps that are skipped when nothing they depend on has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

SKIPPED = frozenset({"node_modules", "__pycache__", "generated", ".git"})


def files_under(folder: Path, suffixes: frozenset[str] | None = None) -> Iterator[Path]:
    """Yield the files below a folder in a stable order, made and fetched ones left out."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in SKIPPED:
                yield from files_under(path, suffixes)
        elif suffixes is None or path.suffix in suffixes:
            yield path


def fingerprint(paths: Iterable[Path], *facts: str) -> str:
    """Digest names and contents, so that a touched but unchanged file costs nothing."""
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.encode() + b"\0")
    for path in paths:
        digest.update(str(path).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class Stamp:
    """A file that remembers with which inputs a step was last finished."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def matches(self, inputs: str) -> bool:
        return self.path.is_file() and self.path.read_text(encoding="ascii").strip() == inputs

    def write(self, inputs: str) -> None:
        """Remember a finished step; the rename keeps an interrupted one from counting."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_name(self.path.name + ".new")
        unfinished.write_text(inputs + "\n", encoding="ascii")
        unfinished.replace(self.path)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
