"""What reminders say: the usual words, the places in them that are filled, and how. No database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_TITLE, LONGEST_BODY = 120, 400
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One message: which rule and stage send it, to whom, and what it may speak of."""

    rule: str
    stage: str
    #: When it goes out and to whom, for the office.
    occasion: str
    title: str
    body: str
    places: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.rule.removeprefix('responsibilities.')}.{self.stage}"


RETURN_DUE = "responsibilities.return_due"
REVIEW_WAITING = "responsibilities.review_waiting"
REVIEW_OVERDUE = "responsibilities.review_overdue"
RECEIPT_WAITING = "responsibilities.receipt_waiting"

_OWED = ("单位", "期间", "截止日")
_SENT = ("单位", "期间", "报送日")
_BEFORE = "填报内容会随时保存；有困难的，可在截止日前向上级申请延期。"
_AFTER = "截止日期是{截止日}。补报后不再提醒；确实无法报送的，请联系上级。"


def _due(stage: str, occasion: str, title: str, body: str) -> Wording:
    return Wording(RETURN_DUE, stage, f"{occasion}，发给填报人", title, body, _OWED)


#: The words used where the office has not written its own.
USUAL: Final = (
    _due("-10", "截止前 10 个工作日", "请在{截止日}前报送{期间}报表", _BEFORE),
    _due("-3", "截止前 3 个工作日", "请在{截止日}前报送{期间}报表", _BEFORE),
    _due("0", "截止当日", "{期间}报表{截止日}截止，请报送", _BEFORE),
    _due("+1", "逾期 1 个工作日", "{期间}报表已逾期，请尽快报送", _AFTER),
    _due("+5", "逾期 5 个工作日", "{期间}报表已逾期，请尽快报送", _AFTER),
    Wording(
        RETURN_DUE,
        "superior",
        "逾期 5 个工作日，发给直接上级",
        "{单位}的{期间}报表逾期5个工作日仍未报送",
        "请了解情况；确有困难的可以代报，或批准延期。",
        _OWED,
    ),
    Wording(
        REVIEW_WAITING,
        "waiting",
        "报送满 2 个工作日未审核，发给审核人",
        "{单位}的{期间}报表等待审核已满2个工作日",
        "{报送日}报送，请审核通过或退回补正。",
        _SENT,
    ),
    Wording(
        REVIEW_WAITING,
        "waiting5",
        "报送满 5 个工作日未审核，发给审核人",
        "{单位}的{期间}报表等待审核已满5个工作日",
        "{报送日}报送，请审核通过或退回补正。",
        _SENT,
    ),
    Wording(
        REVIEW_OVERDUE,
        "above",
        "报送满 5 个工作日未审核，发给审核人的上级",
        "{审核单位}有报表等待审核已满5个工作日",
        "{单位}的{期间}报表{报送日}报送，请督促审核。",
        (*_SENT, "审核单位"),
    ),
    Wording(
        RECEIPT_WAITING,
        "receipt",
        "下达满 5 个工作日未签收，发给该单位",
        "还有 {项数} 项目标任务没有签收",
        "{下达日}下达，已满5个工作日。有不同意见的，请先提出建议。",
        ("单位", "项数", "下达日"),
    ),
)
BY_KEY: Final = {wording.key: wording for wording in USUAL}
#: What the preview puts into the places.
SAMPLE: Final = {
    "单位": "红旗村",
    "期间": "2026年第三季度",
    "截止日": "2026年10月15日",
    "报送日": "2026年10月12日",
    "审核单位": "东风镇",
    "项数": "3",
    "下达日": "2026年3月2日",
}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into the places; a value is never looked at for places of its own."""
    return _PLACE.sub(lambda found: values.get(found[1].strip(), found[0]), text)


def fault_of(text: str, places: tuple[str, ...]) -> str:
    """What is wrong with a text, in words, or ""."""
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        return "大括号没有成对，请写成 {期间} 的样子。"
    unknown = [name for name in _PLACE.findall(text) if name.strip() not in places]
    if unknown:
        listed = "、".join(f"{{{name}}}" for name in places)
        return f"这里没有“{{{unknown[0][:12]}}}”，可以用：{listed}。"
    return ""


def _nearest(rule: str, step: int) -> str:
    days = [
        wording.stage
        for wording in USUAL
        if wording.rule == rule and wording.stage.lstrip("+-").isdigit()
    ]
    same_side = [stage for stage in days if (int(stage) > 0) == (step > 0) and int(stage) != 0]
    return min(same_side, key=lambda stage: (abs(int(stage) - step), stage))


def said(
    written: Mapping[tuple[str, str], tuple[str, str]],
    rule: str,
    stage: str,
    values: Mapping[str, str],
) -> tuple[str, str]:
    """Title and body of a message: in the office's own words, else in the usual ones.

    A period with a plan of its own may remind on days that have no words; the
    nearest day on the same side of the deadline lends them its own.
    """
    key = rule.removeprefix("responsibilities.")
    if f"{key}.{stage}" not in BY_KEY:
        stage = _nearest(rule, int(stage))
    usual = BY_KEY[f"{key}.{stage}"]
    title, body = written.get((rule, stage), (usual.title, usual.body))
    return fill(title, values)[:200], fill(body, values)
