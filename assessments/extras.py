"""Beside the full score: bonus, penalty and veto, each entry with its evidence.

Bonus by level counts each matter once at its highest level where the rule says
so, then the item's cap holds, then the scheme's. Penalties are taken as they
are. A veto leaves the points alone and limits the grade or bars commendation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessments.enums import Grade, Method
from assessments.verdicts import Reading, cents, exact_value
from gongjian.foundation.kernel.numbers import show

_NONE = Decimal("0.00")
#: From the best to the worst, for limits.
GRADE_ORDER = (Grade.EXCELLENT, Grade.GOOD, Grade.QUALIFIED, Grade.UNQUALIFIED)


@dataclass(frozen=True, slots=True)
class Case:
    """An approved entry of the ledger: what happened, at which level."""

    matter: str
    level: str


@dataclass(frozen=True, slots=True)
class Extra:
    """Signed points of one extra item with their arithmetic in words."""

    points: Decimal
    formula: str


def by_levels(method: str, parameters: Mapping[str, Any], cases: Sequence[Case]) -> Extra:
    """Points of a bonus or a penalty from the cases of one unit."""
    worth = {level["level"]: Decimal(str(level["points"])) for level in parameters["levels"]}
    counted = [worth.get(case.level, Decimal(0)) for case in cases]
    dropped = 0
    if parameters.get("exclusive"):
        best: dict[str, Decimal] = {}
        for case in cases:
            points = worth.get(case.level, Decimal(0))
            best[case.matter] = max(best.get(case.matter, points), points)
        dropped = len(counted) - len(best)
        counted = list(best.values())
    total = sum(counted, Decimal(0))
    words = " + ".join(show(points) for points in counted) or "0"
    if dropped:
        words += f"（同一事项的 {dropped} 次较低级别不重复计）"
    return _signed(method, Fraction(total), words, parameters)


def by_surplus(parameters: Mapping[str, Any], reading: Reading) -> Extra:
    """Points for what goes beyond the base; nothing filed earns nothing."""
    exact = exact_value(reading)
    base = parameters.get("base")
    goal = Fraction(str(base)) if base not in {None, ""} else None
    if goal is None and reading.target is not None:
        goal = Fraction(reading.target)
    if exact is None or goal is None or exact <= goal:
        return Extra(_NONE, "加分 = 0（没有超额）")
    step = Fraction(str(parameters.get("step") or 1))
    over = (exact - goal) / step
    if parameters.get("partial") == "down":
        over = Fraction(over.__floor__())
    points = Fraction(str(parameters["points"]))
    words = f"{show(cents(over))} × {show(cents(points))}"
    return _signed(Method.SURPLUS, over * points, words, parameters)


def _signed(method: str, total: Fraction, words: str, parameters: Mapping[str, Any]) -> Extra:
    cap = parameters.get("cap")
    if cap not in {None, ""} and total > Fraction(str(cap)):
        total, words = Fraction(str(cap)), f"{words}，以 {cap} 分为限"
    points = cents(total)
    if method == Method.PENALTY:
        return Extra(-points, f"扣分 = {words} = {points:.2f}")
    return Extra(points, f"加分 = {words} = {points:.2f}")


def with_extras(
    base: Decimal | None, extras: Iterable[Decimal], bonus_cap: Decimal | None
) -> Decimal | None:
    """The total: base, plus bonus up to the scheme's cap, less penalties, not below zero."""
    if base is None:
        return None
    points = list(extras)
    bonus = sum((each for each in points if each > 0), Decimal(0))
    if bonus_cap is not None:
        bonus = min(bonus, bonus_cap)
    loss = sum((each for each in points if each < 0), Decimal(0))
    return max(base + bonus + loss, _NONE)


def limited(grade: Grade, limits: Iterable[str]) -> Grade:
    """The grade, not better than any limit."""
    worst = GRADE_ORDER.index(grade)
    for limit in limits:
        worst = max(worst, GRADE_ORDER.index(Grade(limit)))
    return GRADE_ORDER[worst]
