"""Honours of earlier years from a sheet: read, shown cell by cell, then all entered or none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from gongjian.commons.honours.authority import KEEP_HONOUR
from gongjian.commons.honours.enums import HonourKind, HonourLevel
from gongjian.commons.honours.models import Honour
from gongjian.commons.honours.services import enter_honour
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.imports import cell_text, table_lines
from orgs.models import Unit

#: Column → the words it may be headed with; the first is ours.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "unit": ("单位", "单位名称", "单位代码", "所在单位", "获奖单位"),
    "person": ("姓名", "获奖人", "个人"),
    "duty": ("职务", "岗位"),
    "title": ("荣誉名称", "荣誉", "荣誉称号", "称号", "奖项"),
    "occasion": ("项目", "活动", "评选项目"),
    "kind": ("种类", "类别", "类型"),
    "level": ("层级", "级别"),
    "organ": ("授予机关", "授予单位", "表彰机关", "发文机关"),
    "document_number": ("文号", "发文字号"),
    "awarded_on": ("授予日期", "日期", "授予时间", "表彰日期"),
}
HEAD = tuple(words[0] for words in _COLUMNS.values())
_REQUIRED = ("unit", "title", "level", "organ", "awarded_on")
MOST_ROWS = 500
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?")
_LEVELS = {
    **{label: value for value, label in HonourLevel.choices},
    "全国": "national",
    "省": "province",
    "市": "city",
    "地市级": "city",
    "县": "county",
    "区级": "county",
    "县区级": "county",
    "乡级": "township",
    "乡镇": "township",
    "街道": "township",
}
_KINDS = {
    **{label: value for value, label in HonourKind.choices},
    "": HonourKind.HONOUR,
    "表扬": "praise",
    "奖": "prize",
}


@dataclass(slots=True)
class Cell:
    text: str
    error: str = ""


@dataclass(slots=True)
class Line:
    """A row of the sheet: its cells in our order, and what was read from them."""

    number: int
    cells: dict[str, Cell]
    unit: Unit | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        return any(cell.error for cell in self.cells.values())

    @property
    def shown(self) -> list[Cell]:
        return list(self.cells.values())


def text_of_file(content: bytes) -> str:
    """An uploaded table as it would be pasted, so that it is read and corrected in one way."""
    rows = []
    for number, line in enumerate(table_lines(content)):
        if number > MOST_ROWS + 1:
            break
        rows.append("\t".join(cell_text(value) for value in line))
    return "\n".join(row for row in rows if row.strip())


def read_sheet(text: str, *, actor: Actor) -> list[Line]:
    """Read a sheet with its head; nothing is written."""
    if not actor.may(KEEP_HONOUR):
        raise NotPermitted("荣誉由办公室登记。")
    rows = [row.split("\t") for row in text.replace("\r", "").split("\n") if row.strip()]
    if len(rows) < 2:
        raise FieldErrors({"rows": "没有读到内容，请连同表头一行从 Excel 复制后粘贴。"})
    if len(rows) > MOST_ROWS + 1:
        raise FieldErrors({"rows": f"一次最多 {MOST_ROWS} 行，请分几次导入。"})
    places = _places(rows[0])
    lines = [
        Line(number, {name: Cell(_cell(row, places.get(name))) for name in _COLUMNS})
        for number, row in enumerate(rows[1:], start=2)
    ]
    units = _units(line.cells["unit"].text for line in lines)
    for line in lines:
        _read(line, units)
    _refuse_twins(lines)
    return lines


def _places(head: Sequence[str]) -> dict[str, int]:
    names = {word: name for name, words in _COLUMNS.items() for word in words}
    places: dict[str, int] = {}
    for place, cell in enumerate(head):
        name = names.get("".join(cell.split()).split("（")[0].split("(")[0])
        if name is not None:
            places.setdefault(name, place)
    if missing := [_COLUMNS[name][0] for name in _REQUIRED if name not in places]:
        raise FieldErrors({"rows": f"第一行应为表头，缺少：{'、'.join(missing)}。"})
    return places


def _cell(row: Sequence[str], place: int | None) -> str:
    return cell_text(row[place]) if place is not None and place < len(row) else ""


def _units(names: Iterable[str]) -> dict[str, list[Unit]]:
    wanted = {name for name in names if name}
    found: dict[str, list[Unit]] = {}
    for unit in Unit.objects.filter(Q(name__in=wanted) | Q(code__in=wanted)):
        for name in {unit.name, unit.code} & wanted:
            found.setdefault(name, []).append(unit)
    return found


def _read(line: Line, units: dict[str, list[Unit]]) -> None:
    cells = line.cells
    found = units.get(cells["unit"].text, [])
    if len(found) == 1:
        line.unit = found[0]
    elif found:
        cells["unit"].error = "有多个同名单位，请填单位代码"
    else:
        cells["unit"].error = "没有这个单位，请填全称或单位代码"
    for name in ("title", "organ"):
        if not cells[name].text:
            cells[name].error = f"请填写{_COLUMNS[name][0]}"
    for name in ("person", "duty", "title", "occasion", "organ", "document_number"):
        most = getattr(Honour._meta.get_field(name), "max_length", None)
        if most is not None and len(cells[name].text) > most:
            cells[name].error = f"不能超过 {most} 字"
    level, kind = _LEVELS.get(cells["level"].text), _KINDS.get(cells["kind"].text)
    if level is None:
        cells["level"].error = f"应为{'、'.join(HonourLevel.labels)}之一"
    if kind is None:
        cells["kind"].error = f"应为{'、'.join(HonourKind.labels)}之一"
    awarded_on = _day(cells["awarded_on"])
    line.values = {
        **{name: cells[name].text for name in _COLUMNS if name != "unit"},
        "level": level,
        "kind": kind,
        "awarded_on": awarded_on,
    }


def _day(cell: Cell) -> date | None:
    match = _DAY.fullmatch(cell.text)
    try:
        found = date(*map(int, match.groups())) if match else None
    except ValueError:
        found = None
    if found is None:
        cell.error = "日期写法如 2021-07-01"
    elif found > today():
        cell.error = "授予日期不能晚于今天"
    return found


def _refuse_twins(lines: Sequence[Line]) -> None:
    """Each honour once: neither in the register already nor in an earlier row."""
    units = {line.unit.pk for line in lines if line.unit is not None}
    entered = set(
        Honour.objects.filter(unit__in=units).values_list("unit", "person", "title", "awarded_on")
    )
    seen: dict[tuple[Any, ...], int] = {}
    for line in lines:
        if line.unit is None:
            continue
        values = line.values
        key = (line.unit.pk, values["person"], values["title"], values["awarded_on"])
        if key in entered:
            line.cells["title"].error = "这项荣誉已经登记过"
        elif key in seen:
            line.cells["title"].error = f"与第 {seen[key]} 行重复"
        seen.setdefault(key, line.number)


@transaction.atomic
def enter_sheet(text: str, *, actor: Actor) -> list[Honour]:
    """Enter every row, or none when a single cell is wrong."""
    lines = read_sheet(text, actor=actor)
    if wrong := sum(line.has_errors for line in lines):
        raise FieldErrors({"rows": f"有 {wrong} 行需要改正，错误标在表格中；没有登记任何一行。"})
    entered = []
    for line in lines:
        if line.unit is None:
            raise DomainError("表格中有认不出的单位，请重新预览。")
        entered.append(enter_honour(actor=actor, unit=line.unit, values=line.values))
    return entered
