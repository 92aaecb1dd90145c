"""What a unit's facts of a year are worth under a rulebook; pure, without a database.

The result has one line for every share that the unit holds in a fact, also
where it is worth nothing: the unit reads on each line which sentence of the
rules made it so. The same function serves the ledger and the simulation of a
rulebook that is not in force yet.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from gongjian.commons.points.enums import (
    ADOPTION,
    COMMISSION_FAILED,
    SUBMISSION,
    Effect,
    OncePer,
    PointLevel,
    Span,
    SplitKind,
    Trigger,
)
from gongjian.commons.points.rules import PLACES, Award, Cap, Consequence, Rulebook
from gongjian.foundation.kernel.numbers import largest_remainder, round_half_up, show

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Share:
    """An author (or only a unit) of a piece, in order of signing."""

    unit_id: int
    person: str = ""
    #: Declared part of the whole, used by ``SplitKind.DECLARED`` alone.
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a piece: submitted, adopted, published, instructed on."""

    pk: int
    kind: str
    #: The piece; reprints and higher adoptions of it have the same.
    family: str
    happened_on: date
    reported_on: date
    shares: tuple[Share, ...]
    level: str = ""
    outlet: str = ""
    outlet_class: str = ""
    traits: frozenset[str] = frozenset()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Points of one share in one fact, or (``fact_id`` None) of the unit's work as a whole."""

    key: str
    fact_id: int | None
    day: date
    person: str
    amount: Decimal
    sentence: str


@dataclass(slots=True)
class _Counted:
    """A fact on its way through the rules."""

    fact: Fact
    award: Award | None
    worth: Decimal
    words: list[str] = field(default_factory=list)

    def drop(self, why: str) -> None:
        self.worth = _NOTHING
        self.words.append(why)


def reckon(
    book: Rulebook, unit_id: int, year: int, facts: Iterable[Fact], *, as_of: date
) -> list[Line]:
    """Lines of a unit in a year, by day. The order in which facts arrive does not matter.

    Totals and rates of a span are judged once it is over on ``as_of``; a span
    that still runs can be made good. Kinds that no line of the table speaks of are
    left out, so that nobody reads a column of zeros. Exclusivity looks at the facts in which this
    unit has a share, so that no unit loses points by a use of the piece for which
    it is not credited.
    """
    own = sorted(
        (
            fact
            for fact in facts
            if fact.happened_on.year == year
            and any(share.unit_id == unit_id for share in fact.shares)
        ),
        key=lambda fact: (fact.happened_on, fact.pk),
    )
    kinds_told = {award.kind for award in book.awards}
    counted = [_worth(book, fact) for fact in own if fact.kind in kinds_told]
    _exclude(book, counted)
    lines = [line for entry in counted for line in _shared(book, entry, unit_id)]
    kinds = {fact.pk: fact.kind for fact in own}
    for cap in book.caps:
        lines = _capped(cap, lines, kinds)
    return lines + _consequences(book, own, lines, year, as_of)


# --- one fact ----------------------------------------------------------------------------


def _worth(book: Rulebook, fact: Fact) -> _Counted:
    award = next(
        (
            award
            for award in book.awards
            if award.fits(
                kind=fact.kind,
                level=fact.level,
                outlet_class=fact.outlet_class,
                traits=fact.traits,
            )
        ),
        None,
    )
    if award is None:
        return _Counted(fact, None, _NOTHING, ["规则中没有对应的计分事项，不计分"])
    entry = _Counted(fact, award, award.amount, [f"{award.label} {show(award.amount)} 分"])
    missing = book.required - fact.traits
    if missing and (not book.required_of or fact.kind in book.required_of):
        entry.drop("不符合计分的前提条件，不计分")
        return entry
    late = (fact.reported_on - fact.happened_on).days
    if book.report_within is not None and late > book.report_within:
        entry.drop(f"超过 {book.report_within} 天才报送（{late} 天），不计分")
        return entry
    for factor in book.factors:
        if factor.trait in fact.traits:
            entry.worth *= factor.times
            entry.words.append(f"乘 {show(factor.times)}")
    return entry


# --- several uses of one piece -----------------------------------------------------------


def _exclude(book: Rulebook, counted: Sequence[_Counted]) -> None:
    """Of the uses of one piece, leave those that the rules add up.

    Only positive points compete, and only within one kind of fact: that a
    piece was sent in does not compete with its adoption.
    """
    families: dict[tuple[str, str], list[_Counted]] = defaultdict(list)
    for entry in counted:
        if entry.worth > 0:
            families[entry.fact.family, entry.fact.kind].append(entry)
    for entries in families.values():
        ranked = sorted(entries, key=_rank)
        if book.once_per != OncePer.USE:
            ranked = _once(book.once_per, ranked)
        if book.keep is not None:
            for entry in ranked[book.keep :]:
                highest = "最高一项" if book.keep == 1 else f"最高 {book.keep} 项"
                entry.drop(f"同一稿件只计{highest}，本项不计分")


def _rank(entry: _Counted) -> tuple[Decimal, int, date, int]:
    """Highest points first; of equals the higher level, then the earlier."""
    levels = PointLevel.values
    level = levels.index(entry.fact.level) if entry.fact.level in levels else -1
    return (-entry.worth, -level, entry.fact.happened_on, entry.fact.pk)


def _once(once_per: OncePer, ranked: Sequence[_Counted]) -> list[_Counted]:
    seen: set[str] = set()
    left = []
    for entry in ranked:
        by_level = once_per == OncePer.LEVEL
        place = entry.fact.level if by_level else entry.fact.outlet
        if place and place in seen:
            entry.drop(f"同一稿件在同一{'层级' if by_level else '载体'}只计一次，本项不计分")
            continue
        seen.add(place)
        left.append(entry)
    return left


# --- shares ------------------------------------------------------------------------------


def _shared(book: Rulebook, entry: _Counted, unit_id: int) -> list[Line]:
    shares = entry.fact.shares
    weights = _weights(book, shares)
    amounts = _amounts(book, entry.worth, weights)
    lines = []
    for place, (share, amount) in enumerate(zip(shares, amounts, strict=True)):
        if share.unit_id != unit_id:
            continue
        words = list(entry.words)
        if entry.worth and book.split != SplitKind.FULL and len(shares) > 1:
            words.append(_part_words(book, place, weights))
        lines.append(
            Line(
                key=f"fact:{entry.fact.pk}:{place}",
                fact_id=entry.fact.pk,
                day=entry.fact.happened_on,
                person=share.person,
                amount=amount,
                sentence="；".join(words) + "。",
            )
        )
    return lines


def _weights(book: Rulebook, shares: Sequence[Share]) -> list[Decimal]:
    if book.split == SplitKind.RATIO and len(shares) > 1:
        return [*book.ratio, *[_NOTHING] * len(shares)][: len(shares)]
    if book.split == SplitKind.DECLARED:
        return [share.weight for share in shares]
    return [Decimal(1)] * len(shares)


def _amounts(book: Rulebook, worth: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Cents that add up to the whole; every author the whole where nothing is shared."""
    if book.split == SplitKind.FULL or len(weights) == 1:
        return [round_half_up(worth)] * len(weights)
    if not any(weights):
        return [_NOTHING] * len(weights)
    cents = largest_remainder(abs(round_half_up(worth)), weights, step=PLACES)
    return [cent if worth >= 0 else -cent for cent in cents]


def _part_words(book: Rulebook, place: int, weights: Sequence[Decimal]) -> str:
    if not weights[place]:
        return f"第 {place + 1} 作者不参与分配"
    if book.split == SplitKind.EQUAL:
        return f"{len(weights)} 位作者平均分配"
    if book.split == SplitKind.RATIO:
        ratio = ":".join(show(weight) for weight in weights if weight)
        return f"作者按 {ratio} 分配，本项为第 {place + 1} 作者"
    part = 100 * weights[place] / sum(weights)
    return f"按申报份额 {show(round_half_up(part, Decimal('0.1')))}% 计"


# --- caps --------------------------------------------------------------------------------


def span_of(span: Span, day: date) -> tuple[int, ...]:
    if span == Span.MONTH:
        return (day.year, day.month)
    if span == Span.QUARTER:
        return (day.year, (day.month - 1) // 3 + 1)
    return (day.year,)


def _capped(cap: Cap, lines: Sequence[Line], kinds: dict[int, str]) -> list[Line]:
    """Cut what goes beyond the cap; earlier facts are served first."""
    used: dict[tuple[int, ...], Decimal] = defaultdict(lambda: _NOTHING)
    out = []
    for uncapped in lines:
        line = uncapped
        concerns = line.amount > 0 and (not cap.kind or kinds[line.fact_id or 0] == cap.kind)
        if not concerns:
            out.append(line)
            continue
        span = span_of(cap.span, line.day)
        left = cap.amount - used[span]
        amount = min(line.amount, max(left, _NOTHING))
        used[span] += amount
        if amount < line.amount:
            said = f"{cap.span.label}最多计 {show(cap.amount)} 分，本项计 {show(amount)} 分。"
            line = replace(line, amount=amount, sentence=f"{line.sentence[:-1]}；{said}")
        out.append(line)
    return out


# --- the work of a span as a whole -------------------------------------------------------


def _spans(span: Span, year: int) -> list[tuple[tuple[int, ...], date, str]]:
    """Every span of a year with its last day and its name."""
    if span == Span.YEAR:
        return [((year,), date(year, 12, 31), f"{year}年")]
    if span == Span.QUARTER:
        return [
            (
                (year, quarter),
                date(year, quarter * 3, monthrange(year, quarter * 3)[1]),
                f"第{word}季度",
            )
            for quarter, word in enumerate("一二三四", start=1)
        ]
    days = [
        date(year, month + 1, 1) if month < 12 else date(year + 1, 1, 1) for month in range(1, 13)
    ]
    return [
        ((year, month), date.fromordinal(first.toordinal() - 1), f"{month}月")
        for month, first in enumerate(days, start=1)
    ]


def _consequences(
    book: Rulebook, facts: Sequence[Fact], lines: Sequence[Line], year: int, as_of: date
) -> list[Line]:
    """Lines of the whole spans. What triggers them are the points of the single facts.

    Cancelling comes last and takes what is left, so that two cancellations of
    overlapping spans never take the same point twice.
    """
    found: list[Line] = []
    numbered = sorted(
        enumerate(book.consequences), key=lambda pair: (pair[1].effect == Effect.ZERO, pair[0])
    )
    for number, rule in numbered:
        for span, day, name in _spans(rule.span, year):
            if rule.trigger != Trigger.FAILED_COMMISSIONS and day >= as_of:
                continue
            within = [line for line in lines if span_of(rule.span, line.day) == span]
            reached = [fact for fact in facts if span_of(rule.span, fact.happened_on) == span]
            why = _triggered(rule, reached, sum((line.amount for line in within), _NOTHING))
            if why is None:
                continue
            within += [line for line in found if span_of(rule.span, line.day) == span]
            left = max(sum((line.amount for line in within), _NOTHING), _NOTHING)
            amount = {Effect.ZERO: -left, Effect.AMOUNT: rule.amount, Effect.MARK: _NOTHING}
            found.append(
                Line(
                    key=f"rule:{number}:{'-'.join(map(str, span))}",
                    fact_id=None,
                    day=day,
                    person="",
                    amount=amount[rule.effect],
                    sentence=f"{name}{why}，{_effect_words(rule)}。",
                )
            )
    return found


def _triggered(rule: Consequence, facts: Sequence[Fact], total: Decimal) -> str | None:
    """Why the rule applies to the facts of a span, or None."""
    if rule.trigger == Trigger.FAILED_COMMISSIONS:
        failed = sum(fact.kind == COMMISSION_FAILED for fact in facts)
        return f"约稿 {failed} 次未完成" if failed and failed >= rule.limit else None
    if rule.trigger == Trigger.ADOPTION_RATE:
        # A rate of nothing submitted is no rate.
        sent = {fact.family for fact in facts if fact.kind == SUBMISSION}
        used = {fact.family for fact in facts if fact.kind == ADOPTION}
        if not sent:
            return None
        rate = Decimal(100 * len(used & sent)) / len(sent)
        if rate >= rule.limit:
            return None
        return f"报送 {len(sent)} 篇、采用 {len(used & sent)} 篇，采用率低于 {show(rule.limit)}%"
    return f"得分合计 {show(total)} 分，低于 {show(rule.limit)} 分" if total < rule.limit else None


def _effect_words(rule: Consequence) -> str:
    if rule.effect == Effect.ZERO:
        return rule.label or "得分清零"
    if rule.effect == Effect.MARK:
        return rule.label
    said = f"{'扣' if rule.amount < 0 else '加'} {show(abs(rule.amount))} 分"
    return f"{rule.label}，{said}" if rule.label else said
