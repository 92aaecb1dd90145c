"""How a figure is taken and shown."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """One figure beside its floor; ``ratio`` is value ÷ floor.

    ``goal`` is the largest value allowed, of the ratio where ``by_ratio`` says
    so, else of the value itself.
    """

    name: str
    value: float
    unit: str
    floor: float | None
    goal: float | None
    by_ratio: bool = False
    #: For rates and shares, where more is better.
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        return None if not self.floor else self.value / self.floor

    @property
    def met(self) -> bool | None:
        judged = self.ratio if self.by_ratio else self.value
        if self.goal is None or judged is None:
            return None
        return judged >= self.goal if self.at_least else judged <= self.goal

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def median_ms(action: Callable[[], object], rounds: int = 15) -> float:
    """Median of several runs in milliseconds, one to warm up not counted."""
    action()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def paired_ms(
    action: Callable[[], object], floor: Callable[[], object], rounds: int = 15
) -> tuple[float, float]:
    """Medians of two actions run in turn, so that a busy neighbour hits both."""
    action()
    floor()
    ours, theirs = [], []
    for _ in range(rounds):
        for job, taken in ((action, ours), (floor, theirs)):
            start = time.perf_counter()
            job()
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(ours), statistics.median(theirs)


def show(results: list[Result]) -> str:
    """The table for the terminal."""
    lines = [f"{'what':<58}{'value':>12}  {'floor':>10}{'ratio':>8}  {'goal':>8}  met"]
    for result in results:
        floor = "–" if result.floor is None else f"{result.floor:,.2f}"
        ratio = "–" if result.ratio is None else f"{result.ratio:.2f}"
        goal = "–" if result.goal is None else f"{result.goal:g}{'×' if result.by_ratio else ''}"
        met = {True: "yes", False: "NO", None: "–"}[result.met]
        value = f"{result.value:,.2f} {result.unit}"
        lines.append(f"{result.name:<58}{value:>12}  {floor:>10}{ratio:>8}  {goal:>8}  {met}")
    return "\n".join(lines)


def write(results: list[Result], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [result.as_json() for result in results]
    file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
