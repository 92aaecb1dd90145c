"""From a figure to points: pure functions, exact until the last rounding.

Everything is computed with fractions and rounded once, half up to two places,
so that anyone with a pocket calculator comes to the printed score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessments.enums import Grade, Method
from gongjian.foundation.kernel.numbers import CENT, largest_remainder, show

#: Judges from which on the highest and the lowest score are dropped.
DROP_EXTREMES_FROM = 5
#: A smaller group gets no ranks: one of two members could read the other's score off it.
SMALLEST_RANKED_GROUP = 3
_HALF = Fraction(1, 2)
_FULL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one unit on one item. ``found`` is False when no source knows it."""

    value: Decimal | None = None
    target: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    marks: tuple[Decimal, ...] = ()
    found: bool = True


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


def verdict_of(method: str, parameters: Mapping[str, Any], reading: Reading) -> Verdict:
    """Judge one reading by one method."""
    if method == Method.JUDGED:
        return _judged(reading)
    if not reading.found:
        return Verdict(None, "不适用：本单位没有这项数据")
    if reading.denominator is not None and reading.denominator == 0:
        return Verdict(None, "不适用：分母为零")
    exact = _exact_value(reading)
    if method in {Method.PROPORTIONAL, Method.INVERSE} and _full_at(parameters, reading) is None:
        return Verdict(None, "不适用：没有下达目标")
    if exact is None:
        if parameters.get("missing") == "not_applicable":
            return Verdict(None, "不适用：没有报送数据")
        return Verdict(Fraction(0), "0（没有报送数据）", "按期报送这项数据后方可计分。")
    return _METHODS[Method(method)](parameters, reading, exact)


def _exact_value(reading: Reading) -> Fraction | None:
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
    if parameters.get("full_at") not in {None, ""}:
        return Fraction(str(parameters["full_at"]))
    if reading.target is not None:
        return Fraction(reading.target)
    return Fraction(100) if reading.denominator is not None else None


def _proportional(parameters: Mapping[str, Any], reading: Reading, exact: Fraction) -> Verdict:
    full = _full_at(parameters, reading) or Fraction(0)
    value, goal = _value_text(reading, exact), show(cents(full))
    floor = parameters.get("floor")
    if floor not in {None, ""} and exact < Fraction(str(floor)):
        return Verdict(
            Fraction(0),
            f"0（{value} 低于底线 {floor}）",
            f"达到底线 {floor} 后开始计分，达到 {goal} 得满分。",
        )
    if full <= 0:
        return Verdict(_FULL, f"1（目标为 {goal}，已达到）")
    share = max(Fraction(0), min(exact / full, _FULL))
    advice = "" if share == 1 else f"再提高 {show(cents(full - exact))}，达到 {goal} 可得满分。"
    return Verdict(share, f"min({value} ÷ {goal}, 1)", advice)


def _inverse(parameters: Mapping[str, Any], reading: Reading, exact: Fraction) -> Verdict:
    full = max(_full_at(parameters, reading) or Fraction(0), Fraction(0))
    value, goal = _value_text(reading, exact), show(cents(full))
    if exact <= full:
        return Verdict(_FULL, f"1（{value} 不高于 {goal}）")
    return Verdict(
        full / exact,
        f"min({goal} ÷ {value}, 1)",
        f"再降低 {show(cents(exact - full))}，不高于 {goal} 可得满分。",
    )


def _stepped(parameters: Mapping[str, Any], reading: Reading, exact: Fraction) -> Verdict:
    value = _value_text(reading, exact)
    advice = ""
    for step in sorted(
        parameters.get("steps", []), key=lambda step: Decimal(str(step["from"])), reverse=True
    ):
        lowest, percent = Fraction(str(step["from"])), Fraction(str(step["percent"]))
        if exact >= lowest:
            return Verdict(
                percent / 100, f"{step['percent']}%（{value} 在“不低于 {step['from']}”档）", advice
            )
        advice = f"达到 {step['from']} 可进入计 {step['percent']}% 的一档。"
    return Verdict(Fraction(0), f"0（{value} 未达到最低一档）", advice)


def _deduct(parameters: Mapping[str, Any], reading: Reading, exact: Fraction) -> Verdict:
    each = Fraction(str(parameters.get("each", 0)))
    value = _value_text(reading, exact)
    share = max(_FULL - max(exact, Fraction(0)) * each / 100, Fraction(0))
    advice = "" if share == 1 else f"每减少 1，可少扣本项分值的 {parameters.get('each')}%。"
    return Verdict(share, f"max(1 － {value} × {parameters.get('each')}%, 0)", advice)


_METHODS = {
    Method.PROPORTIONAL: _proportional,
    Method.INVERSE: _inverse,
    Method.STEPPED: _stepped,
    Method.DEDUCT: _deduct,
}


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
        formula = f"得分 = {show(weight)} × {verdict.expression} = {score:.2f}"
        lines.append(Line(weight, score, formula, verdict.advice))
    scores = [line.score for line in lines if line.score is not None and line.effective_weight]
    return lines, sum(scores, Decimal(0)) if scores else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit inside its peer group; ``tie_break`` holds item scores, heaviest weight first."""

    key: int
    total: Decimal
    tie_break: tuple[Decimal, ...] = ()


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
        grade = threshold_grade(reached, thresholds)
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


def check_parameters(method: str, parameters: Mapping[str, Any]) -> str:
    """Say in Chinese what is wrong with the parameters of a method, or return ""."""
    try:
        return _CHECKS[Method(method)](parameters)
    except (ValueError, ArithmeticError, KeyError, TypeError):
        return "计分参数里有不是数字的内容，请改成数字。"


def _check_line(parameters: Mapping[str, Any]) -> str:
    for name, label in (("full_at", "满分值"), ("floor", "底线值")):
        if parameters.get(name) not in {None, ""} and Decimal(str(parameters[name])) < 0:
            return f"{label}不能小于 0，请更正。"
    full, floor = parameters.get("full_at"), parameters.get("floor")
    both = full not in {None, ""} and floor not in {None, ""}
    if both and Decimal(str(floor)) > Decimal(str(full)):
        return "底线值不能高于满分值，请更正。"
    return ""


def _check_steps(parameters: Mapping[str, Any]) -> str:
    steps = [
        (Decimal(str(step["from"])), Decimal(str(step["percent"])))
        for step in parameters.get("steps", [])
    ]
    if not steps:
        return "分档计分至少要有一档，请填写“下限=百分比”，每行一档。"
    if any(not 0 <= percent <= 100 for _, percent in steps):
        return "每档的百分比应在 0 到 100 之间，请更正。"
    if len({lowest for lowest, _ in steps}) < len(steps):
        return "有两档的下限相同，请合并或更正。"
    percents = [percent for _, percent in sorted(steps)]
    return "" if percents == sorted(percents) else "下限较高的一档，百分比不能更低，请更正。"


def _check_deduct(parameters: Mapping[str, Any]) -> str:
    each = Decimal(str(parameters.get("each", "")))
    return "" if 0 < each <= 100 else "每次扣分的百分比应大于 0、不超过 100，请更正。"


_CHECKS: Mapping[Method, Callable[[Mapping[str, Any]], str]] = {
    Method.PROPORTIONAL: _check_line,
    Method.INVERSE: _check_line,
    Method.STEPPED: _check_steps,
    Method.DEDUCT: _check_deduct,
    Method.JUDGED: lambda _parameters: "",
}
