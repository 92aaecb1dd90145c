"""Shelf of what speaks against commending a unit. Each app says what it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that speaks against a unit. ``is_final``: no reason helps (一票否决)."""

    words: str
    #: What to do about it, for the unit.
    remedy: str = ""
    is_final: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityCheck:
    """``find`` takes many units at once and names only those with an obstacle."""

    key: str
    label: str
    find: Callable[[Sequence[int], date], Mapping[int, Sequence[Obstacle]]]


eligibility_checks: Registry[EligibilityCheck] = Registry("eligibility_checks")


def obstacles_of(unit_ids: Sequence[int], day: date) -> dict[int, list[Obstacle]]:
    """Everything that any app has against these units on a day."""
    found: dict[int, list[Obstacle]] = {}
    for check in eligibility_checks:
        for unit_id, obstacles in check.find(unit_ids, day).items():
            found.setdefault(unit_id, []).extend(obstacles)
    return found
