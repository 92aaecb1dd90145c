"""A scheme written in Excel: one row per item, its rule as a sentence, a column per group."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db import transaction

from assessments.authority import MANAGE_SCHEME
from assessments.enums import LEDGER_METHODS, Method, Mode, SchemeState
from assessments.models import PeerGroup, Scheme
from assessments.parameters import check_parameters
from assessments.queries import shelf_entries, weights_of
from assessments.rule_reading import RuleNotUnderstood, read_rule
from assessments.services.holding import demand, hold
from assessments.services.schemes import add_item, set_weights, sum_problem
from assessments.wording import sentence_of
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.kernel.numbers import NotANumber, read_number, show
from orgs.imports import workbook_lines

COLUMNS = ("代码", "考核项目", "维度", "指标", "评分细则")
#: Longest scheme; a real one has about seventy items.
MOST_ITEMS = 300


@dataclass(slots=True)
class PlannedItem:
    """One row of the sheet, understood."""

    row: int
    values: dict[str, Any]
    sentence: str
    weights: dict[int, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class SchemePlan:
    """What a sheet would bring into the scheme, and what is wrong with it."""

    items: list[PlannedItem] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_scheme(content: bytes, scheme: Scheme) -> SchemePlan:
    """Understand a sheet row by row; nothing is written (试导)."""
    lines = [[_text(cell) for cell in line] for line in workbook_lines(content)]
    if not lines or tuple(lines[0][: len(COLUMNS)]) != COLUMNS:
        raise DomainError(
            f"第一行应依次是：{'、'.join(COLUMNS)}，后面每个可比组一栏。请下载模板填写。"
        )
    plan = SchemePlan()
    groups = _groups(lines[0][len(COLUMNS) :], plan)
    shelf = {entry.offered.code: entry for entry in shelf_entries()}
    shelf |= {entry.offered.name: entry for entry in shelf.values()}
    codes: dict[str, int] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not any(line):
            continue
        if len(plan.items) >= MOST_ITEMS:
            plan.errors.append(f"项目超过 {MOST_ITEMS} 个，请分成几份方案。")
            break
        cells = line + [""] * (len(COLUMNS) + len(groups) - len(line))
        try:
            item = _item(number, cells, shelf)
            item.weights = _weights(item, cells[len(COLUMNS) :], groups)
        except ValueError as error:
            plan.errors.append(f"第 {number} 行：{error}")
            continue
        code = item.values["code"]
        if code in codes:
            plan.errors.append(f"第 {number} 行：代码 {code} 与第 {codes[code]} 行重复。")
        codes[code] = number
        plan.items.append(item)
    _check_sums(plan, [group for group in groups if group], scheme)
    return plan


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return show(Decimal(str(cell)))
    return str(cell).strip()


def _groups(names: Sequence[str], plan: SchemePlan) -> list[PeerGroup | None]:
    known = {group.name: group for group in PeerGroup.objects.all()}
    for name in names:
        if name and name not in known:
            plan.errors.append(f"没有名为“{name}”的可比组，请先新建，或更正表头。")
    if not any(names):
        plan.errors.append("没有可比组的权重栏，请在“评分细则”后面每组加一栏。")
    return [known.get(name) for name in names]


def _item(number: int, cells: Sequence[str], shelf: dict[str, Any]) -> PlannedItem:
    code, name, dimension, indicator, rule = cells[: len(COLUMNS)]
    if not code or not name or not dimension:
        raise ValueError("代码、考核项目和维度都要填写。")
    try:
        method, parameters = read_rule(rule)
    except RuleNotUnderstood as error:
        raise ValueError(str(error)) from error
    if problem := check_parameters(method, parameters):
        raise ValueError(problem)
    values: dict[str, Any] = {
        "code": code[:30],
        "name": name[:100],
        "dimension": dimension[:40],
        "method": method,
        "parameters": parameters,
        "rule_text": rule[:1000],
        "order": number * 10,
    }
    needs_figure = method not in LEDGER_METHODS and method != Method.JUDGED
    if needs_figure:
        entry = shelf.get(indicator)
        if entry is None:
            raise ValueError(f"没有指标“{indicator}”，请填写指标库里的代码或名称。")
        if entry.offered.mode == Mode.RESTRICTED:
            raise ValueError(f"“{entry.offered.name}”不能列入考核：{entry.refusal}")
        values |= {
            "source_key": entry.source_key,
            "indicator_code": entry.offered.code,
            "unit_label": entry.offered.unit_label,
            "mode": entry.offered.mode,
        }
    return PlannedItem(number, values, sentence_of(method, parameters))


def _weights(
    item: PlannedItem, cells: Sequence[str], groups: Sequence[PeerGroup | None]
) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for cell, group in zip(cells, groups, strict=False):
        try:
            weight = read_number(cell)
        except NotANumber as error:
            raise ValueError(f"权重“{cell}”不是数字，请更正。") from error
        if not weight or group is None:
            continue
        if item.values["method"] in LEDGER_METHODS | {Method.SURPLUS}:
            raise ValueError("加分、扣分和一票否决在满分之外，不设权重，请清空。")
        if weight < 0:
            raise ValueError("权重不能小于 0，请更正。")
        found[group.pk] = weight
    return found


def _check_sums(plan: SchemePlan, groups: Sequence[PeerGroup], scheme: Scheme) -> None:
    for group in groups:
        parts = [item.weights[group.pk] for item in plan.items if group.pk in item.weights]
        if parts and (problem := sum_problem(group, sum(parts, Decimal(0)), scheme.full_score)):
            plan.errors.append(problem)


@transaction.atomic
def import_scheme(scheme: Scheme, *, actor: Actor, content: bytes) -> Scheme:
    """Put the sheet's items into an empty draft; one wrong row and nothing is written."""
    demand(actor, MANAGE_SCHEME, "导入考核方案")
    scheme = hold(scheme, SchemeState.DRAFT, act="导入考核方案")
    if scheme.items.exists():
        raise DomainError("方案里已有考核项目，请新建一份空的草案再导入。")
    plan = read_scheme(content, scheme)
    if plan.errors:
        raise FieldErrors({"file": plan.errors[:50]})
    if not plan.items:
        raise FieldErrors({"file": "表里没有考核项目，请填写后再导入。"})
    weights: dict[tuple[int, int], Decimal | None] = {}
    for planned in plan.items:
        item = add_item(scheme, actor=actor, values=planned.values)
        for group_id, weight in planned.weights.items():
            weights[item.pk, group_id] = weight
    return set_weights(scheme, actor=actor, weights=weights)


def scheme_workbook(scheme: Scheme) -> bytes:
    """The scheme as a sheet that can be imported again; an empty one is the template."""
    groups = list(PeerGroup.objects.order_by("sort_order", "pk"))
    weights = weights_of(scheme)
    stream = io.BytesIO()
    # Text that begins with “=” stays text.
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet("考核方案")
    head = workbook.add_format({"bold": True, "bg_color": "#F3E4E1", "border": 1})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, [*COLUMNS, *(group.name for group in groups)], head)
    for row, item in enumerate(scheme.items.all(), start=1):
        cells = (item.code, item.name, item.dimension, item.indicator_code, item.rule_text)
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, wrap)
        for column, group in enumerate(groups, start=len(COLUMNS)):
            weight = weights.get((item.pk, group.pk))
            if weight is not None:
                sheet.write_number(row, column, float(weight))
    sheet.set_column(1, 1, 24)
    sheet.set_column(4, 4, 60)
    sheet.freeze_panes(1, 2)
    workbook.close()
    return stream.getvalue()
