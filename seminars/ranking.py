"""From the judges' points to places. Plain functions of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

CENT = Decimal("0.01")
#: With fewer judges nothing is dropped: two of four would decide alone.
FEWEST_FOR_DROPPING = 5
#: Points apart from the median that make a score conspicuous.
FAR = Decimal(15)
#: Standard deviation above which the judges disagree.
WIDE = Decimal(10)


def counted(scores: Sequence[Decimal], *, drops_extremes: bool) -> list[Decimal]:
    """The scores that count: without one highest and one lowest when the rule says so."""
    ordered = sorted(scores)
    if drops_extremes and len(ordered) >= FEWEST_FOR_DROPPING:
        return ordered[1:-1]
    return ordered


def mean_of(scores: Sequence[Decimal]) -> Decimal | None:
    if not scores:
        return None
    return (sum(scores, Decimal(0)) / len(scores)).quantize(CENT, ROUND_HALF_UP)


def spread_of(scores: Sequence[Decimal]) -> Decimal | None:
    """Standard deviation of all scores, the dropped ones included."""
    if len(scores) < 2:
        return None
    middle = sum(scores, Decimal(0)) / len(scores)
    squares = sum(((score - middle) ** 2 for score in scores), Decimal(0))
    return (squares / len(scores)).sqrt().quantize(CENT, ROUND_HALF_UP)


def is_far(score: Decimal, scores: Sequence[Decimal]) -> bool:
    """Whether one of ``scores`` stands far from their middle; of two nobody can say who is far."""
    if len(scores) < 3:
        return False
    return abs(score - median(scores)) >= FAR


@dataclass(frozen=True, slots=True)
class Place:
    key: int
    rank: int
    score: Decimal
    spread: Decimal | None


def places(scores: Mapping[int, Sequence[Decimal]], *, drops_extremes: bool) -> list[Place]:
    """By score; with equal score the one on which judges agree more; equal in both share a rank."""
    rows: list[tuple[Decimal, Decimal, int, Decimal | None]] = []
    for key, given in scores.items():
        score = mean_of(counted(given, drops_extremes=drops_extremes))
        if score is not None:
            spread = spread_of(given)
            rows.append((-score, spread or Decimal(0), key, spread))
    rows.sort()
    found: list[Place] = []
    for number, (negative, width, key, spread) in enumerate(rows, start=1):
        tied = number > 1 and rows[number - 2][:2] == (negative, width)
        rank = found[-1].rank if tied else number
        found.append(Place(key, rank, -negative, spread))
    return found


def tiers_for(ranked: Sequence[Place], prizes: Sequence[tuple[int, int]]) -> dict[int, int | None]:
    """Prize of each paper. ``prizes`` are (tier, places), best first.

    Papers of one rank get one prize or none of it: when they are more than
    the places left, all of them take the next prize.
    """
    groups: dict[int, list[int]] = {}
    for place in ranked:
        groups.setdefault(place.rank, []).append(place.key)
    left = list(prizes)
    result: dict[int, int | None] = {}
    for rank in sorted(groups):
        keys = groups[rank]
        while left and left[0][1] < len(keys):
            # What the group cannot take whole stays free, and is told to the office.
            left.pop(0)
        tier = left[0][0] if left else None
        result.update(dict.fromkeys(keys, tier))
        if left:
            left[0] = (left[0][0], left[0][1] - len(keys))
            if not left[0][1]:
                left.pop(0)
    return result
