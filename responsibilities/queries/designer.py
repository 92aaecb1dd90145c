"""Reads for the design of forms: what is asked already, what it costs, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from gongjian.foundation.calendar.models import Period
from orgs.enums import Category
from orgs.models import Unit
from responsibilities.aggregation import WORDS as ACROSS_WORDS
from responsibilities.burden import minutes_of
from responsibilities.cells import Cell
from responsibilities.enums import Blank, CellType, FormState, QuarterlyStyle
from responsibilities.models import BurdenBudget, Indicator, Obligation, ReturnForm
from responsibilities.models.designer import USUAL_MINUTES

#: Names more alike than this are shown as asked already.
ALIKE = 0.5
#: What the ledger of units holds; nobody need be asked for it again.
LEDGER = ("worker_count", "member_count", "party_member_count", "enterprise_count")
#: Words that say nothing about what is asked.
_EMPTY_WORDS = ("本季度", "本季", "累计", "新增", "数量", "人数", "总数", "数", "的")


def likeness(first: str, second: str) -> float:
    """Share of pairs of signs two names have in common (Dice), without empty words."""
    pairs = [_pairs(first), _pairs(second)]
    total = sum(pairs[0].values()) + sum(pairs[1].values())
    return 2 * sum((pairs[0] & pairs[1]).values()) / total if total else 0.0


def _pairs(name: str) -> Counter[str]:
    text = "".join(name.split())
    for word in _EMPTY_WORDS:
        text = text.replace(word, "") or text
    return Counter([text] if len(text) < 2 else [text[i : i + 2] for i in range(len(text) - 1)])


@dataclass(frozen=True, slots=True)
class Known:
    """Something the system holds or asks already, with who fills it and when."""

    label: str
    place: str
    who: str
    when: str
    likeness: float
    #: How a new field may be linked to it: ``indicator:<id>``, ``unit.worker_count``, …
    link: str = ""


def similar_fields(label: str, form: ReturnForm, limit: int = 6) -> list[Known]:
    """What is asked already under a like name; shown before a field is added (R1)."""
    if len(label.strip()) < 2:
        return []
    found = [*_in_forms(label, form), *_in_library(label, form), *_in_ledger(label)]
    return sorted(found, key=lambda known: -known.likeness)[:limit]


def _in_forms(label: str, form: ReturnForm) -> Iterable[Known]:
    for cell in form.whole_layout():
        if (alike := likeness(label, cell.label)) >= ALIKE:
            yield Known(f"{cell.code} {cell.label}", "就在本表中", "填报单位", "每期", alike)
    for other in published_forms(except_key=form.key):
        used = _last_period(other)
        for cell in other.whole_layout():
            if (alike := likeness(label, cell.label)) >= ALIKE:
                link = f"form.{other.key}.{cell.code}"
                when = f"最近一期 {used}" if used else "尚未开启"
                yield Known(f"{cell.code} {cell.label}", str(other), "填报单位", when, alike, link)


def _in_library(label: str, form: ReturnForm) -> Iterable[Known]:
    held = {cell.code for cell in form.whole_layout()}
    for indicator in Indicator.objects.filter(is_active=True).exclude(code__in=held):
        if (alike := likeness(label, indicator.name)) >= ALIKE:
            reported = indicator.is_reported
            yield Known(
                f"{indicator.code} {indicator.name}",
                "指标库",
                "填报单位" if reported else "考核时核定",
                "每季" if reported else "每年",
                alike,
                f"indicator:{indicator.pk}",
            )


def _in_ledger(label: str) -> Iterable[Known]:
    for name in LEDGER:
        field = Unit._meta.get_field(name)
        words = str(getattr(field, "verbose_name", name))
        if (alike := likeness(label, words)) >= ALIKE:
            yield Known(words, "单位台账", "单位管理员", "随时更新", alike, f"unit.{name}")


def _last_period(form: ReturnForm) -> Period | None:
    owed = Obligation.objects.filter(form__key=form.key).select_related("period")
    latest = owed.order_by("-period__starts_on").first()
    return None if latest is None else latest.period


def published_forms(*, except_key: str = "") -> list[ReturnForm]:
    """The newest published version of each form."""
    rows = ReturnForm.objects.filter(state=FormState.PUBLISHED).exclude(key=except_key)
    newest: dict[str, ReturnForm] = {}
    for row in rows.order_by("-version"):
        newest.setdefault(row.key, row)
    return list(newest.values())


def budget_minutes() -> int:
    """Minutes a quarter that all forms may ask of one unit."""
    held = BurdenBudget.objects.first()
    return USUAL_MINUTES if held is None else held.minutes


def minutes_with(form: ReturnForm) -> int:
    """Minutes of all published forms together, were this one published too."""
    others = published_forms(except_key=form.key)
    return minutes_of(form.whole_layout()) + sum(
        minutes_of(other.whole_layout()) for other in others
    )


def draft_of(key: str) -> ReturnForm | None:
    """The version of a form that is being drawn up."""
    return ReturnForm.objects.filter(key=key, state=FormState.DRAFT).order_by("-version").first()


def codes_ever_used(key: str) -> set[str]:
    """Codes of all versions: a code never comes to mean something else."""
    rows = ReturnForm.objects.filter(key=key).values_list("cells", flat=True)
    return {row["code"] for cells in rows for row in cells}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions."""

    kind: str
    code: str
    label: str
    details: tuple[tuple[str, str, str], ...] = ()


_WORDS = {
    "label": "名称",
    "unit_label": "单位",
    "value_type": "类型",
    "section_title": "部分",
    "style": "口径",
    "hint": "填报说明",
    "not_above": "不大于",
    "blank": "空白",
    "together": "同填",
    "total_of": "合计",
    "not_for": "不填的单位",
    "choices": "选项",
    "watched": "异常提示",
    "source": "预填来源",
    "formula": "公式",
    "across": "各单位汇总",
}


def differences(older: ReturnForm, newer: ReturnForm) -> list[Change]:
    """Cells and checks that came, went or changed from one version to the other."""
    before = {cell.code: cell for cell in older.whole_layout()}
    after = {cell.code: cell for cell in newer.whole_layout()}
    changes = [
        Change("新增", cell.code, cell.label) for code, cell in after.items() if code not in before
    ]
    changes += [
        Change("删除", cell.code, cell.label) for code, cell in before.items() if code not in after
    ]
    for code, cell in after.items():
        if code in before and (details := _details(before[code], cell)):
            changes.append(Change("修改", code, cell.label, details))
    return changes + _check_changes(older, newer)


def _details(before: Cell, after: Cell) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            _WORDS[field.name],
            _shown(field.name, getattr(before, field.name)),
            _shown(field.name, getattr(after, field.name)),
        )
        for field in fields(Cell)
        if field.name in _WORDS and getattr(before, field.name) != getattr(after, field.name)
    )


#: What the values of a setting are called on the pages.
_CALLED: Mapping[str, Mapping[str, str]] = {
    "value_type": dict(CellType.choices),
    "style": dict(QuarterlyStyle.choices),
    "blank": dict(Blank.choices),
    "across": {"": "按类型自动"} | {rule.value: word for rule, word in ACROSS_WORDS.items()},
    "not_for": dict(Category.choices),
}


def _shown(setting: str, value: object) -> str:
    called = _CALLED.get(setting, {})
    if isinstance(value, tuple):
        return "、".join(called.get(one, one) for one in value)
    if isinstance(value, str) and value in called:
        return called[value]
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _check_changes(older: ReturnForm, newer: ReturnForm) -> list[Change]:
    before = {check.key: check for check in older.own_checks()}
    after = {check.key: check for check in newer.own_checks()}
    came = [
        Change("新增检查", "", after[key].label, (("条件", "", after[key].text),))
        for key in after
        if key not in before
    ]
    went = [Change("删除检查", "", before[key].label) for key in before if key not in after]
    both = [
        Change("修改检查", "", after[key].label, (("条件", before[key].text, after[key].text),))
        for key in after
        if key in before
        and (before[key].text, before[key].severity) != (after[key].text, after[key].severity)
    ]
    return [*came, *went, *both]
