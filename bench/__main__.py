"""``make bench``: prints the table and writes ``build/bench.json``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import django

from bench.measure import Result, show, write

MEASURES = (
    "hierarchy",
    "filing",
    "pages",
    "screens",
    "printing",
    "rollup",
    "opening",
    "assessing",
    "searching",
)


def main() -> int:
    django.setup()
    chosen = sys.argv[1:] or MEASURES
    results: list[Result] = []
    for name in chosen:
        module = importlib.import_module(f"bench.{name}")
        results.extend(module.measure())
    print(show(results))
    write(results, Path("build") / "bench.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
