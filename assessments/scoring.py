"""From a figure to points: pure functions, exact until the last rounding.

Everything is computed with fractions and rounded once, half up to two places,
so that anyone with a pocket calculator comes to the printed score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessments.enums import Grade
from assessments.extras import limited
from assessments.verdicts import Verdict, cents
from gongjian.foundation.kernel.numbers import CENT, largest_remainder, show

#: A smaller group gets no ranks: one of two members could read the other's score off it.
SMALLEST_RANKED_GROUP = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Points of one item with their arithmetic in words."""

    effective_weight: Decimal
    score: Decimal | None
    formula: str
    advice: str


def effective_weights(
    weights: Sequence[Decimal], applies: Sequence[bool], full: Decimal
) -> list[Decimal]:
    """Hand the weight of items that do not apply (不适用) to the others, in proportion.

    The result adds up to the full score to the cent, unless nothing applies.
    """
    counted = [index for index, ok in enumerate(applies) if ok and weights[index] > 0]
    result = [Decimal(0)] * len(weights)
    if not counted:
        return result
    kept = [weights[index] for index in counted]
    shares = kept if sum(kept) == full else largest_remainder(full, kept, CENT)
    for index, share in zip(counted, shares, strict=True):
        result[index] = share
    return result


def formula_of(weight: Decimal, verdict: Verdict, score: Decimal) -> str:
    return f"得分 = {show(weight)} × {verdict.expression} = {score:.2f}"


def score_unit(
    weights: Sequence[Decimal], verdicts: Sequence[Verdict], full: Decimal
) -> tuple[list[Line], Decimal | None]:
    """Score all items of one unit; the total is None when nothing applies to it."""
    effective = effective_weights(weights, [verdict.applies for verdict in verdicts], full)
    lines: list[Line] = []
    for weight, verdict in zip(effective, verdicts, strict=True):
        if verdict.share is None:
            lines.append(Line(Decimal(0), None, verdict.expression, ""))
            continue
        score = cents(Fraction(weight) * verdict.share)
        lines.append(Line(weight, score, formula_of(weight, verdict, score), verdict.advice))
    scores = [line.score for line in lines if line.score is not None and line.effective_weight]
    return lines, sum(scores, Decimal(0)) if scores else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit inside its peer group; ``tie_break`` holds item scores, heaviest weight first."""

    key: int
    total: Decimal
    tie_break: tuple[Decimal, ...] | tuple[int, ...] = ()
    #: Grades that a veto allows at best.
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least score out of 100 for each grade, and the quota of 优秀 in percent."""

    excellent: Decimal = Decimal(90)
    good: Decimal = Decimal(80)
    qualified: Decimal = Decimal(60)
    quota_percent: Decimal = Decimal(20)


def ranks_of(totals: Mapping[int, Decimal]) -> dict[int, int]:
    """Places inside a group, equal totals sharing one; none at all in a group of two."""
    if len(totals) < SMALLEST_RANKED_GROUP:
        return {}
    ordered = sorted(totals.values(), reverse=True)
    first_place: dict[Decimal, int] = {}
    for place, total in enumerate(ordered, start=1):
        first_place.setdefault(total, place)
    return {key: first_place[total] for key, total in totals.items()}


def quota_of(size: int, percent: Decimal) -> int:
    """Places for 优秀 in a group: the share rounded down, but at least one."""
    return max(1, int(size * percent / 100)) if size else 0


def grades_of(
    standings: Sequence[Standing], thresholds: Thresholds, full: Decimal
) -> dict[int, Grade]:
    """Grade a peer group by thresholds, then hold 优秀 to its quota.

    Of equal totals at the edge of the quota the one with more points on the
    heaviest item goes first, then on the next; the stated order ends with the key.
    """
    ordered = sorted(
        standings,
        key=lambda s: (-s.total, tuple(-mark for mark in s.tie_break), s.key),
    )
    places = quota_of(len(ordered), thresholds.quota_percent)
    grades: dict[int, Grade] = {}
    for standing in ordered:
        reached = standing.total * 100 / full
        grade = limited(threshold_grade(reached, thresholds), standing.limits)
        if grade is Grade.EXCELLENT:
            if places:
                places -= 1
            else:
                grade = Grade.GOOD
        grades[standing.key] = grade
    return grades


def threshold_grade(reached: Decimal, thresholds: Thresholds) -> Grade:
    """Grade by the score out of 100 alone."""
    if reached >= thresholds.excellent:
        return Grade.EXCELLENT
    if reached >= thresholds.good:
        return Grade.GOOD
    return Grade.QUALIFIED if reached >= thresholds.qualified else Grade.UNQUALIFIED
