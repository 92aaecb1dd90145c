"""Reads a rule of practice (考核细则) as it is written into data; the reverse of ``wording``.

“每少1次扣0.5分，扣完为止”, “缺一项扣2分”, “80%以上得4分，75%以上得3分” and the
like. What is not understood is refused with the ways in which it can be said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from assessments.enums import Grade, Method

_N = r"(\d+(?:\.\d+)?)"
_UNIT = r"(?:次|项|个|人|家|件|起|篇|名|户|天|个百分点|百分点|%)?"
_GOAL = rf"(目标值|目标|{_N[1:-1]})"
_CHINESE = {"一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5"}
HINT = (
    "可以这样写：“达到90得满分，未达到的按比例计分”、“应开展4次，每少1次扣0.5分，扣完为止”、"
    "“应有8项，缺一项扣2分”、“80以上得4分，75以上得3分”、“在20至60之间得满分，否则不得分”、"
    "“不高于5得满分，高于的按反向比例计分”、“达到90得满分，未达到的不得分”、"
    "“每发生1次扣2分”、“国家级加5分，省级加3分，最多加6分”、“评委评分”、“一票否决”。"
)
Rule = tuple[Method, dict[str, Any]]


class RuleNotUnderstood(ValueError):
    """The sentence is none of the rules that can be reckoned."""


def read_rule(text: str) -> Rule:
    """Method and parameters of a sentence."""
    plain = _plain(text)
    for reader in _READERS:
        found = reader(plain)
        if found is not None:
            return found
    raise RuleNotUnderstood(f"“{text.strip()[:60]}”看不懂。{HINT}")


def _plain(text: str) -> str:
    """One spelling of digits, marks and counting words."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace(";", ",")
    plain = plain.replace("、", "、").rstrip("。.")
    for word, digit in _CHINESE.items():
        plain = re.sub(
            rf"(每少|每多|缺|每缺|每发生|发生){word}(?={_UNIT[3:-2]})", rf"\g<1>{digit}", plain
        )
    return plain


def _veto(text: str) -> Rule | None:
    if "一票否决" not in text and "取消" not in text:
        return None
    for value, label in Grade.choices:
        if f"最高评为“{label}”" in text or f"最高为{label}" in text or f"最高评为{label}" in text:
            return Method.VETO, {"effect": "limit", "grade": value}
    if "一票否决" in text:
        return Method.VETO, {"effect": "limit", "grade": str(Grade.UNQUALIFIED)}
    return Method.VETO, {"effect": "bar"}


def _judged(text: str) -> Rule | None:
    return (Method.JUDGED, {}) if "评委" in text else None


def _timed(text: str) -> Rule | None:
    if "时序进度" not in text:
        return None
    shares = re.findall(rf"{_N}%", text)[:4]
    parameters: dict[str, Any] = {
        "schedule": shares if len(shares) == 4 else ["25", "50", "75", "100"]
    }
    goal = re.search(rf"全年达到{_GOAL}", text)
    return Method.TIMED, parameters | _given("full_at", goal)


def _surplus(text: str) -> Rule | None:
    found = re.search(rf"超过{_GOAL}的?,每多{_N}{_UNIT}加{_N}分", text)
    if found is None:
        return None
    parameters = _given("base", found) | {"points": found[3]}
    if found[2] != "1":
        parameters["step"] = found[2]
    return Method.SURPLUS, parameters | _named("cap", rf"最多加{_N}分", text)


def _shortfall(text: str) -> Rule | None:
    found = re.search(rf"(?:每少|每缺|缺){_N}{_UNIT}扣{_N}分", text)
    if found is None:
        return None
    goal = re.search(rf"(?:应达到|应有|应开展|应召开|应完成|不少于|共){_GOAL}", text)
    parameters = _given("base", goal) | {"points": found[2]}
    if found[1] != "1":
        parameters["step"] = found[1]
    parameters |= _named("most", rf"最多扣{_N}分", text)
    if re.search(r"不足.{0,8}按一个", text):
        parameters["partial"] = "up"
    elif re.search(r"不足.{0,8}不计", text):
        parameters["partial"] = "down"
    return Method.SHORTFALL, parameters


def _deduct(text: str) -> Rule | None:
    share = re.search(rf"扣(?:除)?本项分值的{_N}%", text)
    if share:
        return Method.DEDUCT, {"each": share[1]}
    found = re.search(rf"每(?:发生|出现|迟报|有|发现)?1?{_UNIT}[^,\d]*扣{_N}分", text)
    if found is None or "每偏离" in text:
        return None
    return Method.DEDUCT, {"points": found[1]} | _named("most", rf"最多扣{_N}分", text)


def _band(text: str) -> Rule | None:
    between = re.search(rf"在?{_N}(?:%)?至{_N}(?:%)?之间得满分", text)
    one_sided = re.search(rf"(不高于|不低于){_N}得满分,(?:否则|每偏离)", text)
    parameters: dict[str, Any]
    if between:
        parameters = {"low": between[1], "high": between[2]}
    elif one_sided:
        parameters = {"high" if one_sided[1] == "不高于" else "low": one_sided[2]}
    else:
        return None
    parameters |= _named("points", rf"每偏离1扣{_N}分", text)
    return Method.BAND, parameters | _named("most", rf"最多扣{_N}分", text)


def _stepped(text: str) -> Rule | None:
    steps: list[dict[str, str]] = []
    pattern = rf"{_N}%?(?:及)?以上的?[得计]{_N}(%的分值|%|分)"
    for low, share, kind in re.findall(pattern, text):
        steps.append({"from": low, "points" if kind == "分" else "percent": share})
    if not steps:
        return None
    parameters: dict[str, Any] = {"steps": steps}
    if "完成率" in text:
        parameters["of"] = "target"
    return Method.STEPPED, parameters


def _inverse(text: str) -> Rule | None:
    found = re.search(rf"不高于{_GOAL}得满分", text)
    return (Method.INVERSE, _given("full_at", found)) if found and "反" in text else None


def _pass(text: str) -> Rule | None:
    found = re.search(rf"达到{_GOAL}%?得满分,(?:未达到|达不到)的?不得分", text)
    return (Method.PASS, _given("full_at", found)) if found else None


def _proportional(text: str) -> Rule | None:
    found = re.search(rf"达到{_GOAL}%?得满分", text)
    if "比例" not in text or ("达到" in text and found is None):
        return None
    floor = _named("floor", rf"低于{_N}%?(?:的)?不得分", text)
    return Method.PROPORTIONAL, _given("full_at", found) | floor


def _levels(text: str) -> Rule | None:
    for verb, method in (("加", Method.BONUS), ("扣", Method.PENALTY)):
        levels = [
            {"level": level, "points": points}
            for level, points in re.findall(rf"([^,\d、]+?)(?:的)?{verb}{_N}分", text)
            if not level.startswith(("最多", "每", "共"))
        ]
        if levels:
            parameters: dict[str, Any] = {"levels": levels}
            if "最高级别" in text or "不重复" in text or "就高" in text:
                parameters["exclusive"] = True
            return method, parameters | _named("cap", rf"最多{verb}{_N}分", text)
    return None


def _given(name: str, found: re.Match[str] | None) -> dict[str, str]:
    """The number of a goal; the target of the unit is said by saying nothing."""
    return {} if found is None or found[1].startswith("目标") else {name: found[1]}


def _named(name: str, pattern: str, text: str) -> dict[str, str]:
    found = re.search(pattern, text)
    return {name: found[1]} if found else {}


_READERS: tuple[Callable[[str], Rule | None], ...] = (
    _veto,
    _judged,
    _timed,
    _surplus,
    _shortfall,
    _band,
    _stepped,
    _deduct,
    _inverse,
    _pass,
    _proportional,
    _levels,
)
