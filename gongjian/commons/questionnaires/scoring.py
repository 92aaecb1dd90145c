"""What an answer is worth. Plain functions of plain values, so that every use counts alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Protocol

from gongjian.commons.questionnaires.enums import QuestionKind

YES, NO = "yes", "no"


class Asked(Protocol):
    """A question, as far as its answer is concerned."""

    kind: str
    weight: Decimal
    is_required: bool
    allows_na: bool
    no_is_good: bool
    scale_top: int
    minimum: Decimal | None
    maximum: Decimal | None
    options: list[Mapping[str, object]]
    note_on: list[str]
    finding_on: list[str]


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered."""

    value: str = ""
    is_na: bool = False
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.value and not self.is_na


def refuse(question: Asked, value: str) -> str:
    """Why this cannot be an answer, in words for the one who typed it; "" when it can."""
    if not value:
        return ""
    match question.kind:
        case QuestionKind.YES_NO:
            return "" if value in {YES, NO} else "请选“是”或“否”。"
        case QuestionKind.SCALE:
            fits = value.isascii() and value.isdigit() and 1 <= int(value) <= question.scale_top
            return "" if fits else f"请选1到{question.scale_top}。"
        case QuestionKind.CHOICE:
            return "" if value in labels(question) else "没有这个选项，请重新选择。"
        case QuestionKind.NUMBER:
            return _refuse_number(question, value)
        case QuestionKind.DATE:
            try:
                date.fromisoformat(value)
            except ValueError:
                return "日期不对，请按“2026-03-01”填写。"
            return ""
        case _:
            return "" if len(value) <= 1000 else "最多1000字，请精简。"


def labels(question: Asked) -> list[str]:
    return [str(option["label"]) for option in question.options]


def _refuse_number(question: Asked, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "请填数字，不带单位。"
    if not number.is_finite():
        return "请填数字，不带单位。"
    if question.minimum is not None and number < question.minimum:
        return f"不能小于{question.minimum.normalize():f}。"
    if question.maximum is not None and number > question.maximum:
        return f"不能大于{question.maximum.normalize():f}。"
    return ""


def share_of(question: Asked, given: Given) -> Decimal | None:
    """Part of the weight that the answer reaches, 0 to 1; None when it does not count."""
    if given.is_na or not given.value or not question.weight:
        return None
    match question.kind:
        case QuestionKind.YES_NO:
            return Decimal(1) if (given.value == YES) != question.no_is_good else Decimal(0)
        case QuestionKind.SCALE:
            return Decimal(int(given.value) - 1) / Decimal(question.scale_top - 1)
        case QuestionKind.CHOICE:
            worth = {str(item["label"]): item.get("score") for item in question.options}
            score = worth.get(given.value)
            return None if score is None else Decimal(str(score)) / 100
        case _:
            return None


def total(pairs: Iterable[tuple[Asked, Given]]) -> Decimal | None:
    """Points of a hundred. What does not apply leaves the sum, it costs nothing."""
    reached = possible = Decimal(0)
    for question, given in pairs:
        share = share_of(question, given)
        if share is not None:
            reached += share * question.weight
            possible += question.weight
    if not possible:
        return None
    return (reached / possible * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(slots=True)
class Demands:
    """What a sheet still lacks before it may be submitted."""

    unanswered: list[int] = field(default_factory=list)
    without_note: list[int] = field(default_factory=list)
    without_finding: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.unanswered or self.without_note or self.without_finding)


def demands(
    asked: Mapping[int, Asked], given: Mapping[int, Given], *, found: Iterable[int] = ()
) -> Demands:
    """``found`` names the questions under which a finding is written already."""
    lacking, with_finding = Demands(), set(found)
    for pk, question in asked.items():
        answer = given.get(pk, Given())
        if answer.is_empty:
            if question.is_required:
                lacking.unanswered.append(pk)
            continue
        if answer.value in question.note_on and not answer.note.strip():
            lacking.without_note.append(pk)
        if answer.value in question.finding_on and pk not in with_finding:
            lacking.without_finding.append(pk)
    return lacking


def mean(values: Sequence[Decimal]) -> Decimal | None:
    if not values:
        return None
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)
