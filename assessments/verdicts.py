"""One figure judged by one rule: pure functions, exact until the last rounding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessments.enums import Method
from gongjian.foundation.kernel.numbers import CENT, show

#: Judges from which on the highest and the lowest score are dropped.
DROP_EXTREMES_FROM = 5
_HALF = Fraction(1, 2)
_FULL = Fraction(1)
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one unit on one item. ``found`` is False when no source knows it."""

    value: Decimal | None = None
    target: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    marks: tuple[Decimal, ...] = ()
    found: bool = True
    #: Quarter of the as-of date, for goals that grow through the year (时序进度).
    quarter: int = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Share of the item's points that was reached; ``share`` None is 不适用."""

    share: Fraction | None
    #: Arithmetic that follows “得分 = weight ×”, or the reason when nothing is multiplied.
    expression: str
    #: What would lift the score, for the unit.
    advice: str = ""

    @property
    def applies(self) -> bool:
        return self.share is not None


def cents(exact: Fraction) -> Decimal:
    """Round half up (四舍五入) to two places, without a float or a decimal in between."""
    return Decimal((exact * 100 + _HALF).__floor__()) * CENT


@dataclass(frozen=True, slots=True)
class _Case:
    """A figure that can be judged, beside the rule and the points of the item."""

    parameters: Mapping[str, Any]
    reading: Reading
    exact: Fraction
    weight: Fraction

    def number(self, name: str) -> Fraction | None:
        given = self.parameters.get(name)
        return None if given in {None, ""} else Fraction(str(given))

    @property
    def text(self) -> str:
        return _value_text(self.reading, self.exact)


def verdict_of(
    method: str, parameters: Mapping[str, Any], reading: Reading, weight: Decimal = Decimal(100)
) -> Verdict:
    """Judge one reading by one method.

    ``weight`` is what the item is worth in the group: rules that speak of
    points (“每少1次扣0.5分”) are turned into a share of it.
    """
    if method == Method.JUDGED:
        return _judged(reading)
    if not reading.found:
        return Verdict(None, "不适用：本单位没有这项数据")
    if reading.denominator is not None and reading.denominator == 0:
        return Verdict(None, "不适用：分母为零")
    exact = exact_value(reading)
    if method in _NEEDS_GOAL and _full_at(parameters, reading) is None:
        return Verdict(None, "不适用：没有下达目标")
    if exact is None:
        if parameters.get("missing") == "not_applicable":
            return Verdict(None, "不适用：没有报送数据")
        return Verdict(_ZERO, "0（没有报送数据）", "按期报送这项数据后方可计分。")
    return _METHODS[Method(method)](_Case(parameters, reading, exact, Fraction(weight)))


def exact_value(reading: Reading) -> Fraction | None:
    """A rate is numerator over denominator, never the rounded percentage."""
    if reading.denominator and reading.numerator is not None:
        return Fraction(reading.numerator) / Fraction(reading.denominator) * 100
    return None if reading.value is None else Fraction(reading.value)


def _value_text(reading: Reading, exact: Fraction) -> str:
    rounded = cents(exact)
    if Fraction(rounded) == exact:
        return show(rounded)
    return (
        f"({show(reading.numerator)} ÷ {show(reading.denominator)} × 100)"
        if (reading.denominator)
        else show(reading.value)
    )


def _full_at(parameters: Mapping[str, Any], reading: Reading) -> Fraction | None:
    """Value that earns all points: the rule's own, else the unit's target, else 100 %."""
    base = parameters.get("base")
    if base not in {None, ""}:
        return Fraction(str(base))
    if parameters.get("full_at") not in {None, ""}:
        return Fraction(str(parameters["full_at"]))
    if reading.target is not None:
        return Fraction(reading.target)
    return Fraction(100) if reading.denominator is not None else None


def _plain(number: Fraction) -> str:
    return show(cents(number))


def _goal(case: _Case) -> Fraction:
    return _full_at(case.parameters, case.reading) or _ZERO


def _proportional(case: _Case) -> Verdict:
    full, floor = _goal(case), case.number("floor")
    if floor is not None and case.exact < floor:
        return Verdict(
            _ZERO,
            f"0（{case.text} 低于底线 {_plain(floor)}）",
            f"达到底线 {_plain(floor)} 后开始计分，达到 {_plain(full)} 得满分。",
        )
    return _towards(case, full, _plain(full))


def _timed(case: _Case) -> Verdict:
    """A goal of the year counts by its share that is due in the quarter (时序进度)."""
    due = Fraction(str(case.parameters["schedule"][case.reading.quarter - 1]))
    year = _goal(case)
    return _towards(case, year * due / 100, f"({_plain(year)} × {_plain(due)}%)")


def _towards(case: _Case, full: Fraction, goal: str) -> Verdict:
    if full <= 0:
        return Verdict(_FULL, f"1（目标为 {goal}，已达到）")
    share = max(_ZERO, min(case.exact / full, _FULL))
    advice = (
        "" if share == 1 else f"再提高 {_plain(full - case.exact)}，达到 {_plain(full)} 可得满分。"
    )
    return Verdict(share, f"min({case.text} ÷ {goal}, 1)", advice)


def _inverse(case: _Case) -> Verdict:
    full = max(_goal(case), _ZERO)
    goal = _plain(full)
    if case.exact <= full:
        return Verdict(_FULL, f"1（{case.text} 不高于 {goal}）")
    return Verdict(
        full / case.exact,
        f"min({goal} ÷ {case.text}, 1)",
        f"再降低 {_plain(case.exact - full)}，不高于 {goal} 可得满分。",
    )


def _pass(case: _Case) -> Verdict:
    """All or nothing (达标)."""
    goal = _goal(case)
    if case.exact >= goal:
        return Verdict(_FULL, f"1（{case.text} 已达标 {_plain(goal)}）")
    return Verdict(
        _ZERO, f"0（{case.text} 未达标 {_plain(goal)}）", f"达到 {_plain(goal)} 得满分。"
    )


def _stepped(case: _Case) -> Verdict:
    """Steps by the value itself, or by its percentage of the target (完成率分档)."""
    value, text = case.exact, case.text
    if case.parameters.get("of") == "target":
        target = case.reading.target
        if not target:
            return Verdict(None, "不适用：没有下达目标")
        value = case.exact * 100 / Fraction(target)
        text = f"{case.text} ÷ {show(target)} = {_plain(value)}%"
    advice = ""
    steps = case.parameters.get("steps", [])
    for step in sorted(steps, key=lambda step: Decimal(str(step["from"])), reverse=True):
        lowest = Fraction(str(step["from"]))
        share, word = _share_of_step(step, case.weight)
        if value >= lowest:
            return Verdict(share, f"{word}（{text} 在“不低于 {step['from']}”档）", advice)
        advice = f"达到 {step['from']} 可进入计 {word} 的一档。"
    return Verdict(_ZERO, f"0（{text} 未达到最低一档）", advice)


def _share_of_step(step: Mapping[str, Any], weight: Fraction) -> tuple[Fraction, str]:
    if step.get("points") in {None, ""}:
        return Fraction(str(step["percent"])) / 100, f"{step['percent']}%"
    points = Fraction(str(step["points"]))
    return min(points / weight, _FULL), f"{_plain(points)} ÷ {_plain(weight)}"


def _deduct(case: _Case) -> Verdict:
    """Each occurrence costs a percentage of the item, or points, down to nothing."""
    count, points = max(case.exact, _ZERO), case.number("points")
    if points is not None:
        return _lose(case, count * points, f"{case.text} × {_plain(points)}", "每减少 1")
    each = case.number("each") or _ZERO
    share = max(_FULL - count * each / 100, _ZERO)
    advice = "" if share == 1 else f"每减少 1，可少扣本项分值的 {_plain(each)}%。"
    return Verdict(share, f"max(1 － {case.text} × {_plain(each)}%, 0)", advice)


def _shortfall(case: _Case) -> Verdict:
    """“每少 1 次扣 0.5 分，扣完为止”; “缺一项扣 2 分” has the list's length as its base."""
    base, step = _goal(case), case.number("step") or _FULL
    missing = max(base - case.exact, _ZERO) / step
    if case.parameters.get("partial") == "up":
        missing = Fraction(missing.__ceil__())
    elif case.parameters.get("partial") == "down":
        missing = Fraction(missing.__floor__())
    points = case.number("points") or _ZERO
    count = _plain(missing) if Fraction(cents(missing)) == missing else f"({missing})"
    return _lose(case, missing * points, f"{count} × {_plain(points)}", f"每补上 {_plain(step)}")


def _lose(case: _Case, lost: Fraction, words: str, how: str) -> Verdict:
    """Take points off the item: not more than it is worth, nor than the rule's own limit."""
    most = case.number("most")
    if most is not None and lost > most:
        lost, words = most, f"{_plain(most)}（扣分以 {_plain(most)} 为限）"
    if not lost:
        return Verdict(_FULL, "1（没有扣分）")
    share = max(_FULL - lost / case.weight, _ZERO)
    points = case.number("points") or _ZERO
    return Verdict(
        share,
        f"max(1 － {words} ÷ {_plain(case.weight)}, 0)",
        f"{how}，可少扣 {_plain(points)} 分。",
    )


def _bounds(low: Fraction | None, high: Fraction | None) -> str:
    if low is None:
        return f"不高于 {_plain(high or _ZERO)}"
    return f"不低于 {_plain(low)}" if high is None else f"{_plain(low)} 至 {_plain(high)}"


def _band(case: _Case) -> Verdict:
    """All points inside an interval; outside nothing, or points lost with the distance."""
    low, high = case.number("low"), case.number("high")
    bounds = _bounds(low, high)
    distance = _ZERO
    if low is not None:
        distance = max(low - case.exact, distance)
    if high is not None:
        distance = max(case.exact - high, distance)
    if not distance:
        return Verdict(_FULL, f"1（{case.text} 在“{bounds}”之内）")
    points = case.number("points")
    if points is None:
        return Verdict(_ZERO, f"0（{case.text} 在“{bounds}”之外）", f"回到“{bounds}”之内得满分。")
    return _lose(case, distance * points, f"{_plain(distance)} × {_plain(points)}", "每接近 1")


_METHODS: Mapping[Method, Callable[[_Case], Verdict]] = {
    Method.PROPORTIONAL: _proportional,
    Method.TIMED: _timed,
    Method.INVERSE: _inverse,
    Method.PASS: _pass,
    Method.STEPPED: _stepped,
    Method.BAND: _band,
    Method.DEDUCT: _deduct,
    Method.SHORTFALL: _shortfall,
}
_NEEDS_GOAL = frozenset(
    {Method.PROPORTIONAL, Method.TIMED, Method.INVERSE, Method.PASS, Method.SHORTFALL}
)


def _judged(reading: Reading) -> Verdict:
    """Mean of the judges' marks out of 100, without the extremes from five judges on."""
    marks = sorted(reading.marks)
    if not marks:
        return Verdict(None, "不适用：评委没有评分")
    dropped = len(marks) >= DROP_EXTREMES_FROM
    counted = marks[1:-1] if dropped else marks
    mean = sum((Fraction(mark) for mark in counted), Fraction(0)) / len(counted)
    total = f"({' + '.join(show(mark) for mark in counted)})" if len(counted) > 1 else ""
    text = f"{total} ÷ {len(counted)} ÷ 100" if total else f"{show(counted[0])} ÷ 100"
    return Verdict(mean / 100, text + ("（已去掉最高分和最低分）" if dropped else ""))
