"""Design of forms: drafts, their cells and checks, and what a version needs to be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import transaction
from django.db.models import Max

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import Category, Level
from orgs.services import demand_valid
from responsibilities.aggregation import Across
from responsibilities.authority import DESIGN_FORM
from responsibilities.cells import Cell
from responsibilities.checks import Check, Rules, failing_examples
from responsibilities.enums import WORDS, Blank, CellType, FormState, QuarterlyStyle
from responsibilities.expressions import (
    ExpressionError,
    cells_in,
    divides_by_cells,
    divisor_of,
    parse,
    parse_figure,
)
from responsibilities.models import Indicator, ReturnForm
from responsibilities.queries.designer import (
    LEDGER,
    budget_minutes,
    codes_ever_used,
    draft_of,
    minutes_with,
)
from responsibilities.words import NO_SLOT

MOST_CELLS = 300
MOST_CHECKS = 100
#: New forms watch for values far from history and from other units.
USUAL_RULES: Mapping[str, Any] = {"outlier": True, "peers": True, "peer_factor": "5"}
_AUDIENCE = frozenset({*Level.values, *Category.values})
#: Rules over units that the office may choose instead of the one its type gives.
ACROSS: Mapping[str, tuple[Across, ...]] = {
    CellType.INTEGER: (Across.SUM, Across.MAX),
    CellType.DECIMAL: (Across.SUM, Across.MAX),
    CellType.PERCENT: (Across.WEIGHTED, Across.MAX),
}


@dataclass(frozen=True, slots=True)
class TypedCell:
    """A row of the designer as it was typed; the code is given when the row is new."""

    uid: str
    code: str
    label: str
    section_title: str
    value_type: str
    unit_label: str
    style: str
    blank: str = Blank.REQUIRED
    hint: str = ""
    not_above: str = ""
    together: str = ""
    total_of: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    watched: bool = True
    source: str = ""
    formula: str = ""
    #: ``aggregation.Across`` over units, or "" for the rule of the type.
    across: str = ""

    @property
    def is_words(self) -> bool:
        return self.value_type in WORDS


def _demand_design(actor: Actor) -> None:
    if not actor.may(DESIGN_FORM):
        raise NotPermitted("当前职务无权设计报表，由领导小组办公室办理。")


def _locked_draft(form: ReturnForm) -> ReturnForm:
    form = ReturnForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if form.state != FormState.DRAFT:
        raise StateConflict(
            f"“{form}”已{form.get_state_display().removeprefix('已')}，不能再改；请拟订新版。"
        )
    return form


def _next_version(key: str) -> int:
    held: int | None = ReturnForm.objects.filter(key=key).aggregate(top=Max("version"))["top"]
    return (held or 0) + 1


@transaction.atomic
def begin_form(*, actor: Actor, title: str, key: str) -> ReturnForm:
    """Begin a form of its own with a blank first version."""
    _demand_design(actor)
    if ReturnForm.objects.filter(key=key).exists():
        raise FieldErrors({"key": "这个标识已被使用，请换一个，或打开该报表拟订新版。"})
    form = ReturnForm(title=title.strip(), key=key, version=1, rules=dict(USUAL_RULES))
    demand_valid(form)
    form.save()
    record("responsibilities.form.drafted", form, actor=actor, label="拟订报表格式")
    return form


@transaction.atomic
def begin_version(form: ReturnForm, *, actor: Actor, reason: str = "") -> ReturnForm:
    """Begin the next version as a copy; returns begun with the old one keep it."""
    _demand_design(actor)
    # The versions of a form are begun one after the other.
    list(ReturnForm.objects.select_for_update(of=("self",)).filter(key=form.key).order_by("pk"))
    if (draft := draft_of(form.key)) is not None:
        raise StateConflict(f"“{draft}”正在拟订，请直接修改它，或先停用它。")
    copy = ReturnForm(
        title=form.title,
        key=form.key,
        version=_next_version(form.key),
        cells=form.cells,
        checks=form.checks,
        rules={**USUAL_RULES, **form.rules},
    )
    demand_valid(copy)
    copy.save()
    record(
        "responsibilities.form.copied",
        copy,
        actor=actor,
        label="拟订新版",
        reason=reason,
        after={"from": form.version},
    )
    return copy


@transaction.atomic
def save_design(
    form: ReturnForm,
    *,
    actor: Actor,
    title: str,
    rows: Sequence[TypedCell],
    rules: Rules,
) -> ReturnForm:
    """Keep the cells of a draft in the order given; what is wrong stands beside its row."""
    _demand_design(actor)
    form = _locked_draft(form)
    if len(rows) > MOST_CELLS:
        raise DomainError(f"最多 {MOST_CELLS} 栏，请拆成两张报表。")
    coded = _give_codes(rows, form)
    errors = _wrong_rows(coded)
    if not title.strip():
        errors["title"] = "请填写报表名称。"
    errors |= _wrong_factor(rules)
    if errors:
        raise FieldErrors(errors, f"有 {len(errors)} 处需要更正，尚未保存。")
    cells = _cells_of(coded)
    codes = frozenset(cell.code for cell in cells if not cell.is_words)
    for check in form.own_checks():
        if lost := [
            code for code in [*cells_in(check.tree), check.at] if code and code not in codes
        ]:
            raise DomainError(f"检查“{check.label}”还在用 {lost[0]}，请先修改或删除这条检查。")
    before = {"cells": len(form.cells)}
    form.title, form.cells = title.strip()[:80], [cell.as_row() for cell in cells]
    form.rules = {
        "outlier": rules.outlier,
        "peers": rules.peers,
        "peer_factor": rules.peer_factor,
    }
    demand_valid(form)
    form.save(update_fields=["title", "cells", "rules"])
    record(
        "responsibilities.form.designed",
        form,
        actor=actor,
        label="修改报表设计",
        before=before,
        after={"cells": len(cells)},
    )
    return form


def _wrong_factor(rules: Rules) -> dict[str, str]:
    plain = rules.peer_factor.replace(".", "", 1)
    if not plain.isdecimal() or not plain.isascii() or not 1 < float(rules.peer_factor) <= 100:
        return {"peer_factor": "倍数请填大于 1、不大于 100 的数。"}
    return {}


def _give_codes(rows: Sequence[TypedCell], form: ReturnForm) -> list[TypedCell]:
    """Number new rows C01, C02, …; no code of an older version comes to mean another thing."""
    old = codes_ever_used(form.key)
    library = Indicator.objects.filter(code__in={row.code for row in rows})
    known = old | set(library.values_list("code", flat=True))
    used = set(known)
    number = 0
    coded = []
    for row in rows:
        code = row.code if row.code in known else ""
        while not code:
            number += 1
            if (free := f"C{number:02}") not in used:
                code = free
                used.add(free)
        coded.append(replace(row, code=code))
    return coded


def _wrong_rows(rows: Sequence[TypedCell]) -> dict[str, str]:
    codes = {row.code: row for row in rows}
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for row in rows:
        wrong = _wrong_row(row, codes)
        if row.code in seen:
            wrong["label"] = f"编码 {row.code} 在表中出现了两次，请删去一栏。"
        seen.add(row.code)
        errors |= {f"{row.uid}.{field}": text for field, text in wrong.items()}
    return errors


def _wrong_row(row: TypedCell, codes: Mapping[str, TypedCell]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not row.label.strip():
        wrong["label"] = "请填写栏目名称。"
    if not row.section_title.strip():
        wrong["section_title"] = "请填写所在部分，如“组织建设”。"
    if row.value_type not in CellType.values:
        wrong["value_type"] = "请选择类型。"
    if row.style not in QuarterlyStyle.values or row.blank not in Blank.values:
        wrong["style"] = "请选择口径和空白的处理。"
    if row.value_type == CellType.CHOICE and len(row.choices) < 2:
        wrong["choices"] = "单选至少要两个选项，用顿号或逗号隔开。"
    if row.not_above and (row.not_above not in codes or row.not_above == row.code):
        wrong["not_above"] = f"本表没有另一栏“{row.not_above}”，请核对编码。"
    if row.is_words and (row.total_of or row.formula or row.not_above or row.source):
        wrong["value_type"] = "文字、日期和文件栏不参与计算，请清空合计、公式和上限。"
    wrong |= _wrong_sum(row, codes) | _wrong_formula(row, codes)
    if row.across and row.across not in ACROSS.get(row.value_type, ()):
        wrong["across"] = "这种类型的栏不能这样汇总，请选“按类型自动”。"
    if not set(row.not_for) <= _AUDIENCE:
        wrong["not_for"] = "请从列出的单位类别中选择。"
    if row.source and not _is_source(row.source):
        wrong["label"] = "预填来源已不存在，请重新添加这一栏。"
    return wrong


def _wrong_sum(row: TypedCell, codes: Mapping[str, TypedCell]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for part in row.total_of:
        if part not in codes or part == row.code:
            wrong["total_of"] = f"本表没有另一栏“{part}”，请核对编码。"
        elif codes[part].total_of or codes[part].formula:
            wrong["total_of"] = f"{part} 本身是合计，请改为它的各项。"
        elif codes[part].value_type not in {CellType.INTEGER, CellType.DECIMAL}:
            wrong["total_of"] = f"{part} 不是可以相加的数。"
    return wrong


def _wrong_formula(row: TypedCell, codes: Mapping[str, TypedCell]) -> dict[str, str]:
    """A formula reads typed cells and sums; a quotient is a percentage, which is never added up."""
    if not row.formula:
        return {}
    if row.total_of:
        return {"formula": "合计和公式只能用一种，请清空其中一项。"}
    figures = {code: one for code, one in codes.items() if not one.is_words}
    try:
        tree = parse_figure(row.formula, frozenset(figures))
    except ExpressionError as error:
        return {"formula": str(error)}
    if row.code in cells_in(tree):
        return {"formula": "公式不能用本栏自己。"}
    if other := next((code for code in cells_in(tree) if figures[code].formula), ""):
        return {"formula": f"{other} 也是公式，请直接用它所用的各栏。"}
    if divides_by_cells(tree) and row.value_type != CellType.PERCENT:
        return {"formula": "相除得到的数不能相加汇总，请把类型改为“百分比”。"}
    return {}


def _is_source(source: str) -> bool:
    kind, _, rest = source.partition(".")
    return (kind == "unit" and rest in LEDGER) or (kind == "form" and rest.count(".") == 1)


def _cells_of(rows: Sequence[TypedCell]) -> list[Cell]:
    """Rows of one section stand together, sections in the order they first appear."""
    titles = list(dict.fromkeys(row.section_title.strip() for row in rows))
    ordered = sorted(rows, key=lambda row: titles.index(row.section_title.strip()))
    figures = frozenset(row.code for row in rows if not row.is_words)
    slots = iter(range(len(rows)))
    return [
        Cell(
            code=row.code,
            label=row.label.strip()[:60],
            unit_label=row.unit_label.strip()[:10],
            value_type=row.value_type,
            section=f"S{titles.index(row.section_title.strip()) + 1}",
            section_title=row.section_title.strip()[:30],
            slot=NO_SLOT if row.is_words else next(slots),
            style=row.style,
            hint=row.hint.strip()[:200],
            not_above=row.not_above,
            blank=row.blank,
            together=row.together.strip()[:20],
            total_of=row.total_of,
            not_for=row.not_for,
            choices=row.choices if row.value_type == CellType.CHOICE else (),
            watched=row.watched,
            source=row.source,
            across=row.across,
            **_reckoned(row, figures),
        )
        for row in ordered
    ]


def _reckoned(row: TypedCell, codes: frozenset[str]) -> dict[str, Any]:
    """The formula with its tree; the rate of a quotient over units is that of the sums."""
    if not row.formula:
        return {}
    tree = parse_figure(row.formula, codes)
    whole = divisor_of(tree) if row.value_type == CellType.PERCENT else ""
    return {"formula": row.formula.strip(), "tree": tree, "whole": whole}


def typed_row(cell: Cell) -> TypedCell:
    """A cell as a row of the designer."""
    names = [field.name for field in fields(TypedCell) if field.name != "uid"]
    return TypedCell(uid=cell.code, **{name: getattr(cell, name) for name in names})


def row_of(indicator: Indicator) -> TypedCell:
    """A row for an indicator; it keeps the code, so history and target follow."""
    return TypedCell(
        uid=indicator.code,
        code=indicator.code,
        label=indicator.name,
        section_title=indicator.section_title,
        value_type=indicator.value_type,
        unit_label=indicator.unit_label,
        style=indicator.quarterly_style,
        hint=indicator.numerator,
    )


@transaction.atomic
def save_check(form: ReturnForm, *, actor: Actor, check: Check) -> Check:
    """Keep a check of a draft: the condition is read and typed, its examples are run."""
    _demand_design(actor)
    form = _locked_draft(form)
    cells = form.layout()
    codes = frozenset(cell.code for cell in cells)
    try:
        tree = parse(check.text, codes)
    except ExpressionError as error:
        raise FieldErrors({"text": str(error)}) from error
    check = replace(check, tree=tree)
    if not check.place or check.place not in codes:
        raise FieldErrors({"at": "请选择检查结果显示在哪一栏。"})
    held = form.own_checks()
    if not check.key:
        numbers = [int(one.key[1:]) for one in held if one.key[1:].isdecimal()]
        check = replace(check, key=f"k{max(numbers, default=0) + 1}")
    if len(held) >= MOST_CHECKS and check.key not in {one.key for one in held}:
        raise DomainError(f"一张报表最多 {MOST_CHECKS} 条检查，请先删去不用的。")
    kept = [check if one.key == check.key else one for one in held]
    if check not in kept:
        kept.append(check)
    form.checks = [one.as_row() for one in kept]
    form.save(update_fields=["checks"])
    record(
        "responsibilities.form.check_saved",
        form,
        actor=actor,
        label="保存检查",
        after={"check": check.label, "text": check.text, "severity": str(check.severity)},
    )
    return check


@transaction.atomic
def remove_check(form: ReturnForm, *, actor: Actor, key: str) -> ReturnForm:
    """Take a check out of a draft."""
    _demand_design(actor)
    form = _locked_draft(form)
    gone = [check for check in form.own_checks() if check.key == key]
    if not gone:
        raise StateConflict("这条检查已被删除，请刷新页面。")
    form.checks = [row for row in form.checks if row["key"] != key]
    form.save(update_fields=["checks"])
    record(
        "responsibilities.form.check_removed",
        form,
        actor=actor,
        label="删除检查",
        before={"check": gone[0].label, "text": gone[0].text},
    )
    return form


def obstacles(form: ReturnForm) -> list[str]:
    """What keeps a draft from being published, each with what to do about it."""
    found = []
    if not form.cells:
        found.append("还没有栏目，请先添加。")
    for check in form.own_checks():
        if failing := failing_examples(check):
            places = "、".join(str(place) for place in failing)
            found.append(f"检查“{check.label}”的第 {places} 个例子结果不符，请更正条件或例子。")
    minutes, budget = minutes_with(form), budget_minutes()
    if minutes > budget and not _is_answered_for(form, minutes):
        found.append(
            f"连同其他报表每家单位每季约需 {minutes} 分钟，超过上限 {budget} 分钟；"
            "请精简栏目，或提请领导作减负审核评估。"
        )
    return found


def _is_answered_for(form: ReturnForm, minutes: int) -> bool:
    return form.burden_reviews.filter(state="approved", minutes__gte=minutes).exists()


def publish_form(form: ReturnForm, *, actor: Actor, reason: str = "") -> ReturnForm:
    """Release a version; from now on it is never edited."""
    if form.state == FormState.DRAFT and (found := obstacles(form)):
        raise DomainError("".join(found))
    return advance(form, "publish", actor=actor, at=None, reason=reason)


def archive_form(form: ReturnForm, *, actor: Actor, reason: str = "") -> ReturnForm:
    """Put a version out of use; what was filed with it stays as it is."""
    return advance(form, "archive", actor=actor, at=None, reason=reason)
