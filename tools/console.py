"""What the operator reads: Chinese first, English after it."""

from __future__ import annotations

import sys
from collections.abc import Callable


class Refusal(Exception):
    """The step cannot be done; the text says why and what to type instead."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english


def say(chinese: str, english: str) -> None:
    print(f"· {chinese}  {english}", flush=True)


def warn(chinese: str, english: str) -> None:
    print(f"! {chinese}\n  {english}", file=sys.stderr, flush=True)


def run_as_program(main: Callable[[], int]) -> None:
    """Run a tool and turn a refusal into plain words instead of a traceback."""
    try:
        code = main()
    except Refusal as refusal:
        print(f"\n✗ {refusal.chinese}\n  {refusal.english}\n", file=sys.stderr, flush=True)
        code = 1
    except KeyboardInterrupt:
        print("\n已中断。 Interrupted.", file=sys.stderr, flush=True)
        code = 130
    raise SystemExit(code)
