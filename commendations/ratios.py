"""Proportions a list must keep. Plain functions of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from commendations.enums import Bound


@dataclass(frozen=True, slots=True)
class RatioStanding:
    """A rule and how the list stands to it."""

    label: str
    bound: str
    percent: int
    count: int
    total: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.count * 100, self.total) if self.total else Fraction(0)

    @property
    def is_kept(self) -> bool:
        """An empty list keeps every rule; nothing is rounded in anybody's favour."""
        if not self.total:
            return True
        if self.bound == Bound.AT_LEAST:
            return self.share >= self.percent
        return self.share <= self.percent

    @property
    def words(self) -> str:
        bound = "不少于" if self.bound == Bound.AT_LEAST else "不超过"
        return f"{self.label}{bound}{self.percent}%"

    @property
    def shown(self) -> str:
        return f"{self.count}/{self.total}（{float(self.share):.1f}%）"

    @property
    def lacking(self) -> int:
        """How many more (or fewer) it takes, the length of the list unchanged."""
        if self.is_kept:
            return 0
        limit = Fraction(self.percent * self.total, 100)
        if self.bound == Bound.AT_LEAST:
            return -(-limit.numerator // limit.denominator) - self.count
        return self.count - limit.numerator // limit.denominator


def standing_of(
    rules: Iterable[tuple[str, str, str, int]], traits: Sequence[frozenset[str]]
) -> list[RatioStanding]:
    """``rules`` are (trait, label, bound, percent); ``traits`` those of each on the list."""
    return [
        RatioStanding(
            label=label,
            bound=bound,
            percent=percent,
            count=sum(trait in held for held in traits),
            total=len(traits),
        )
        for trait, label, bound, percent in rules
    ]
