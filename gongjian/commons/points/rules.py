"""A rulebook as data: what earns points, and what limits them.

Offices differ in the kind of their rules and not only in the numbers
(``mechanisms.md`` §0.3): the same item counted in every journal, at the two
highest levels, or once; combined adoption for less; reprints for half; front
pages double; shares by order of signing; caps by month and year; nothing for
what is reported late or past the office; a whole year lost by two failed
commissions. Each of these is a field here and none is a branch in code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from gongjian.commons.points.enums import Effect, OncePer, PointLevel, Span, SplitKind, Trigger
from gongjian.foundation.kernel.numbers import NotANumber, read_number

E = TypeVar("E", OncePer, SplitKind, Span, Trigger, Effect)
T = TypeVar("T")

#: No single fact of practice is worth more; larger numbers are typing errors.
MOST_POINTS = Decimal(1000)
PLACES = Decimal("0.01")


class RulesNotSound(ValueError):
    """Data that is no rulebook; ``errors`` maps a place such as ``awards.2`` to its text."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("；".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Award:
    """One line of the table of points. The first line that fits a fact is the one."""

    label: str
    kind: str
    amount: Decimal
    level: str = ""
    #: Class of the outlet, such as 党报 or 电视; "" for any.
    outlet_class: str = ""
    traits: frozenset[str] = frozenset()

    def fits(self, *, kind: str, level: str, outlet_class: str, traits: frozenset[str]) -> bool:
        return (
            self.kind == kind
            and self.level in {"", level}
            and self.outlet_class in {"", outlet_class}
            and self.traits <= traits
        )


@dataclass(frozen=True, slots=True)
class Factor:
    """头版加倍, 转载减半: points of facts with the trait are multiplied."""

    trait: str
    times: Decimal


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many points in a span, for all kinds or for one."""

    span: Span
    amount: Decimal
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a unit's work of a span brings as a whole, beside its single pieces."""

    trigger: Trigger
    span: Span
    limit: Decimal
    effect: Effect
    amount: Decimal = Decimal(0)
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one mechanism in one tenant and year."""

    awards: tuple[Award, ...]
    factors: tuple[Factor, ...] = ()
    once_per: OncePer = OncePer.USE
    #: Of the uses of a piece that are left, so many of the highest count; None for all.
    keep: int | None = None
    split: SplitKind = SplitKind.FULL
    #: Shares in order of signing; authors after the last get nothing.
    ratio: tuple[Decimal, ...] = ()
    caps: tuple[Cap, ...] = ()
    #: Days between the fact and its report after which it earns nothing.
    report_within: int | None = None
    #: Traits without which a fact of these kinds earns nothing, such as 经工会办公室报送.
    required: frozenset[str] = frozenset()
    required_of: frozenset[str] = frozenset()
    consequences: tuple[Consequence, ...] = ()


# --- reading -----------------------------------------------------------------------------


class _Reader:
    """Reads the stored data and gathers every error instead of stopping at the first."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def number(self, place: str, value: Any, *, least: Decimal | None = None) -> Decimal:
        try:
            number = read_number(str(value))
        except NotANumber:
            number = None
        if number is None:
            self.errors[place] = "请填写数字，例如 5 或 0.5。"
            return Decimal(0)
        if abs(number) > MOST_POINTS:
            self.errors[place] = f"数值不能超过 {MOST_POINTS}，请核对。"
        elif number != number.quantize(PLACES):
            self.errors[place] = "最多两位小数，请改正。"
        elif least is not None and number < least:
            self.errors[place] = f"不能小于 {least}，请改正。"
        return number

    def whole(self, place: str, value: Any, *, least: int, most: int) -> int | None:
        if value in (None, ""):
            return None
        number = self.number(place, value)
        if place in self.errors:
            return None
        if number != int(number) or not least <= number <= most:
            self.errors[place] = f"请填写 {least} 至 {most} 之间的整数。"
            return None
        return int(number)

    def choice(self, place: str, value: Any, choices: type[E]) -> E:
        try:
            return choices(value)
        except ValueError:
            self.errors[place] = "请从列出的选项中选择。"
            return next(iter(choices))


def read_rulebook(data: Mapping[str, Any]) -> Rulebook:
    """The rulebook of stored data; ``RulesNotSound`` names every line that is wrong."""
    reader = _Reader()
    awards = _lines(data, "awards", lambda place, row: _award(reader, place, row))
    if not awards:
        reader.errors["awards"] = "请至少填写一项计分事项。"
    split = reader.choice("split", data.get("split", SplitKind.FULL), SplitKind)
    ratio = tuple(
        reader.number("ratio", share, least=Decimal(0)) for share in data.get("ratio", ())
    )
    if split == SplitKind.RATIO and sum(ratio) <= 0:
        reader.errors["ratio"] = "请填写各作者的比例，例如 3:2。"
    book = Rulebook(
        awards=tuple(awards),
        factors=tuple(_lines(data, "factors", lambda place, row: _factor(reader, place, row))),
        once_per=reader.choice("once_per", data.get("once_per", OncePer.USE), OncePer),
        keep=reader.whole("keep", data.get("keep"), least=1, most=20),
        split=split,
        ratio=ratio,
        caps=tuple(_lines(data, "caps", lambda place, row: _cap(reader, place, row))),
        report_within=reader.whole("report_within", data.get("report_within"), least=0, most=366),
        required=frozenset(data.get("required", ())),
        required_of=frozenset(data.get("required_of", ())),
        consequences=tuple(
            _lines(data, "consequences", lambda place, row: _consequence(reader, place, row))
        ),
    )
    if reader.errors:
        raise RulesNotSound(reader.errors)
    return book


def _lines(
    data: Mapping[str, Any], name: str, read: Callable[[str, Mapping[str, Any]], T]
) -> Sequence[T]:
    return [read(f"{name}.{place}", row) for place, row in enumerate(data.get(name, ()))]


def _award(reader: _Reader, place: str, row: Mapping[str, Any]) -> Award:
    label = str(row.get("label", "")).strip()
    if not label or len(label) > 60:
        reader.errors[place] = "请填写计分事项的名称（不超过 60 字）。"
    if not row.get("kind"):
        reader.errors[place] = "请选择事项类型。"
    level = str(row.get("level", ""))
    if level and level not in PointLevel.values:
        reader.errors[place] = "请从列出的层级中选择。"
    return Award(
        label=label,
        kind=str(row.get("kind", "")),
        amount=reader.number(place, row.get("amount", "")),
        level=level,
        outlet_class=str(row.get("outlet_class", "")).strip(),
        traits=frozenset(row.get("traits", ())),
    )


def _factor(reader: _Reader, place: str, row: Mapping[str, Any]) -> Factor:
    return Factor(
        trait=str(row.get("trait", "")),
        times=reader.number(place, row.get("times", ""), least=Decimal(0)),
    )


def _cap(reader: _Reader, place: str, row: Mapping[str, Any]) -> Cap:
    return Cap(
        span=reader.choice(place, row.get("span"), Span),
        amount=reader.number(place, row.get("amount", ""), least=Decimal(0)),
        kind=str(row.get("kind", "")),
    )


def _consequence(reader: _Reader, place: str, row: Mapping[str, Any]) -> Consequence:
    effect = reader.choice(place, row.get("effect"), Effect)
    trigger = reader.choice(place, row.get("trigger"), Trigger)
    label = str(row.get("label", "")).strip()
    if effect == Effect.MARK and not label:
        reader.errors[place] = "仅注明的，请写明注明什么，例如“未达标”。"
    limit = reader.number(place, row.get("limit", ""), least=Decimal(0))
    if trigger == Trigger.ADOPTION_RATE and limit > 100:
        reader.errors[place] = "采用率不能超过 100，请改正。"
    amount = reader.number(place, row.get("amount", "0") or "0")
    if effect == Effect.AMOUNT and not amount:
        reader.errors[place] = "请填写另计的分值，例如 -1。"
    return Consequence(
        trigger=trigger,
        span=reader.choice(place, row.get("span"), Span),
        limit=limit,
        effect=effect,
        amount=amount,
        label=label[:40],
    )
