"""What a rule may say: its parameters checked, with the remedy in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from assessments.enums import Grade, Method

QUARTERS = 4


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
        (Decimal(str(step["from"])), Decimal(str(step.get("points") or step["percent"])))
        for step in parameters.get("steps", [])
    ]
    if not steps:
        return "分档计分至少要有一档，请填写“下限=百分比”，每行一档。"
    if any(step.get("points") and step.get("percent") for step in parameters["steps"]):
        return "每档只能写百分比或分值中的一种，请更正。"
    if any(not 0 <= share <= 100 for _, share in steps):
        return "每档的百分比应在 0 到 100 之间，请更正。"
    if len({lowest for lowest, _ in steps}) < len(steps):
        return "有两档的下限相同，请合并或更正。"
    percents = [percent for _, percent in sorted(steps)]
    return "" if percents == sorted(percents) else "下限较高的一档，百分比不能更低，请更正。"


def _check_deduct(parameters: Mapping[str, Any]) -> str:
    if _given(parameters, "points"):
        return _check_points(parameters)
    each = Decimal(str(parameters.get("each", "")))
    return "" if 0 < each <= 100 else "每次扣分的百分比应大于 0、不超过 100，请更正。"


def _given(parameters: Mapping[str, Any], name: str) -> bool:
    return parameters.get(name) not in {None, ""}


def _check_points(parameters: Mapping[str, Any]) -> str:
    if Decimal(str(parameters.get("points", ""))) <= 0:
        return "每次扣的分数应大于 0，请更正。"
    if _given(parameters, "most") and Decimal(str(parameters["most"])) <= 0:
        return "扣分上限应大于 0，请更正或留空。"
    return ""


def _check_shortfall(parameters: Mapping[str, Any]) -> str:
    if _given(parameters, "base") and Decimal(str(parameters["base"])) <= 0:
        return "应有数量应大于 0，请更正；留空的，按下达的目标计算。"
    if _given(parameters, "step") and Decimal(str(parameters["step"])) <= 0:
        return "“每少多少”应大于 0，请更正。"
    if parameters.get("partial", "exact") not in {"exact", "up", "down"}:
        return "不足一个单位的算法只能是按比例、按一个算或不计，请重新选择。"
    return _check_points(parameters)


def _check_band(parameters: Mapping[str, Any]) -> str:
    ends = [Decimal(str(parameters[name])) for name in ("low", "high") if _given(parameters, name)]
    if not ends:
        return "区间计分至少要写明下限或上限，请填写。"
    if ends != sorted(ends):
        return "区间的下限不能高于上限，请更正。"
    return _check_points(parameters) if _given(parameters, "points") else ""


def _check_schedule(parameters: Mapping[str, Any]) -> str:
    shares = [Decimal(str(share)) for share in parameters.get("schedule", [])]
    if len(shares) != QUARTERS:
        return "时序进度要写明四个季度的累计百分比，例如“25 50 75 100”。"
    if shares != sorted(shares) or shares[0] < 0 or shares[-1] > 100:
        return "四个季度的累计百分比应逐季不减，在 0 到 100 之间，请更正。"
    return _check_line(parameters)


def _check_levels(parameters: Mapping[str, Any]) -> str:
    levels = parameters.get("levels", [])
    if not levels:
        return "请写明每个级别的分值，例如“国家级=5”，每行一个。"
    if any(Decimal(str(level["points"])) <= 0 for level in levels):
        return "每个级别的分值应大于 0，请更正。"
    if len({level["level"] for level in levels}) < len(levels):
        return "有两行的级别相同，请合并或更正。"
    if _given(parameters, "cap") and Decimal(str(parameters["cap"])) <= 0:
        return "封顶分应大于 0，请更正或留空。"
    return ""


def _check_surplus(parameters: Mapping[str, Any]) -> str:
    return _check_shortfall({**parameters, "points": parameters.get("points", "")}) or (
        "封顶分应大于 0，请更正或留空。"
        if _given(parameters, "cap") and Decimal(str(parameters["cap"])) <= 0
        else ""
    )


def _check_veto(parameters: Mapping[str, Any]) -> str:
    effect = parameters.get("effect")
    if effect == "bar":
        return ""
    if effect == "limit" and parameters.get("grade") in Grade.values:
        return ""
    return "请选择一票否决的后果：限制等次（写明最高等次），或取消表扬表彰资格。"


_CHECKS: Mapping[Method, Callable[[Mapping[str, Any]], str]] = {
    Method.PROPORTIONAL: _check_line,
    Method.TIMED: _check_schedule,
    Method.INVERSE: _check_line,
    Method.PASS: _check_line,
    Method.STEPPED: _check_steps,
    Method.BAND: _check_band,
    Method.DEDUCT: _check_deduct,
    Method.SHORTFALL: _check_shortfall,
    Method.JUDGED: lambda _parameters: "",
    Method.BONUS: _check_levels,
    Method.SURPLUS: _check_surplus,
    Method.PENALTY: _check_levels,
    Method.VETO: _check_veto,
}
