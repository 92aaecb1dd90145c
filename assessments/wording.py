"""The sentence of a rule (评分细则), written from its data so that both always agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assessments.enums import Grade, Method
from assessments.verdicts import DROP_EXTREMES_FROM

_PARTIAL = {
    "exact": "",
    "up": "，不足一个单位的按一个单位计",
    "down": "，不足一个单位的不计",
}
_DIGITS = "零一二三四五六七八九十"


def sentence_of(method: str, parameters: Mapping[str, Any]) -> str:
    """Say in Chinese what the rule does; empty parameters mean the target that was set."""
    return _SENTENCES[Method(method)](parameters) + "。"


def _goal(parameters: Mapping[str, Any], name: str = "full_at") -> str:
    for given in (parameters.get(name), parameters.get("base")):
        if given not in {None, ""}:
            return f"{given}"
    return "目标值"


def _proportional(parameters: Mapping[str, Any]) -> str:
    text = f"达到{_goal(parameters)}得满分，未达到的按比例计分"
    floor = parameters.get("floor")
    return text + (f"，低于{floor}不得分" if floor not in {None, ""} else "")


def _timed(parameters: Mapping[str, Any]) -> str:
    due = "、".join(f"{share}%" for share in parameters.get("schedule", []))
    return (
        f"按时序进度计分，四个季度的累计进度为{due}，"
        f"全年达到{_goal(parameters)}，未达到的按比例计分"
    )


def _inverse(parameters: Mapping[str, Any]) -> str:
    return f"不高于{_goal(parameters)}得满分，高于的按反向比例计分"


def _pass(parameters: Mapping[str, Any]) -> str:
    return f"达到{_goal(parameters)}得满分，未达到的不得分"


def _stepped(parameters: Mapping[str, Any]) -> str:
    steps = sorted(parameters.get("steps", []), key=lambda s: float(s["from"]), reverse=True)
    of_target = parameters.get("of") == "target"
    sign = "%" if of_target else ""
    parts = [
        f"{step['from']}{sign}以上得{step['points']}分"
        if step.get("points") not in {None, ""}
        else f"{step['from']}{sign}以上得{step['percent']}%的分值"
        for step in steps
    ]
    return ("按完成率分档：" if of_target else "分档计分：") + "，".join(parts) + "，其余不得分"


def _lose(parameters: Mapping[str, Any]) -> str:
    most = parameters.get("most")
    end = f"，最多扣{most}分" if most not in {None, ""} else "，扣完为止"
    return f"扣{parameters.get('points')}分{end}"


def _band(parameters: Mapping[str, Any]) -> str:
    low, high = parameters.get("low"), parameters.get("high")
    if low in {None, ""}:
        bounds = f"不高于{high}"
    else:
        bounds = f"不低于{low}" if high in {None, ""} else f"在{low}至{high}之间"
    if parameters.get("points") in {None, ""}:
        return f"{bounds}得满分，否则不得分"
    return f"{bounds}得满分，每偏离1{_lose(parameters)}"


def _deduct(parameters: Mapping[str, Any]) -> str:
    if parameters.get("points") not in {None, ""}:
        return f"每发生1次{_lose(parameters)}"
    return f"每发生1次扣本项分值的{parameters.get('each')}%，扣完为止"


def _shortfall(parameters: Mapping[str, Any]) -> str:
    step = parameters.get("step") or 1
    partial = _PARTIAL[parameters.get("partial", "exact")]
    return f"应达到{_goal(parameters, 'base')}，每少{step}{_lose(parameters)}{partial}"


def _judged(parameters: Mapping[str, Any]) -> str:
    return (
        "评委按百分制评分，取平均分；"
        f"评委满{_DIGITS[DROP_EXTREMES_FROM]}人的，去掉一个最高分和一个最低分"
    )


def _levels(parameters: Mapping[str, Any], verb: str) -> str:
    parts = [f"{level['level']}{verb}{level['points']}分" for level in parameters.get("levels", [])]
    text = "，".join(parts)
    if parameters.get("exclusive"):
        text += "，同一事项只按最高级别计，不重复计分"
    cap = parameters.get("cap")
    return text + (f"，最多{verb}{cap}分" if cap not in {None, ""} else "")


def _surplus(parameters: Mapping[str, Any]) -> str:
    step, cap = parameters.get("step") or 1, parameters.get("cap")
    text = f"超过{_goal(parameters, 'base')}的，每多{step}加{parameters.get('points')}分"
    return text + (f"，最多加{cap}分" if cap not in {None, ""} else "")


def _veto(parameters: Mapping[str, Any]) -> str:
    if parameters.get("effect") == "bar":
        return "发生的，取消本考核期间的表扬表彰资格"
    label = dict(Grade.choices).get(str(parameters.get("grade")), "")
    return f"发生的，一票否决，等次最高评为“{label}”，并取消表扬表彰资格"


_SENTENCES: Mapping[Method, Callable[[Mapping[str, Any]], str]] = {
    Method.PROPORTIONAL: _proportional,
    Method.TIMED: _timed,
    Method.INVERSE: _inverse,
    Method.PASS: _pass,
    Method.STEPPED: _stepped,
    Method.BAND: _band,
    Method.DEDUCT: _deduct,
    Method.SHORTFALL: _shortfall,
    Method.JUDGED: _judged,
    Method.BONUS: lambda parameters: _levels(parameters, "加"),
    Method.SURPLUS: _surplus,
    Method.PENALTY: lambda parameters: _levels(parameters, "扣"),
    Method.VETO: _veto,
}
