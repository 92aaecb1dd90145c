"""A register pasted from Excel: every cell that cannot be read is named, or all is entered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.models import Unit
from publicity.authority import WRITE_PLACEMENT
from publicity.enums import Genre
from publicity.models import Outlet, Placement
from publicity.models.placements import title_key
from publicity.services.register import Part, write_placement

HEAD = ("单位", "标题", "媒体", "刊播日期", "版面或栏目", "体裁", "主题", "网址")
MOST_ROWS = 200
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(slots=True)
class Cell:
    text: str
    error: str = ""


@dataclass(slots=True)
class Line:
    """A row as pasted, what was read from it, and what stands in its way."""

    number: int
    cells: list[Cell]
    unit: Unit | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        return any(cell.error for cell in self.cells)


@dataclass(slots=True)
class _Known:
    """What the cells may name, read once for the whole sheet."""

    units: dict[str, list[Unit]]
    outlets: dict[str, Outlet]
    genres: dict[str, str]
    entered: set[tuple[int, date, str]]


def read_pasted(text: str, *, actor: Actor) -> list[Line]:
    """Read a sheet; nothing is written."""
    if not actor.may(WRITE_PLACEMENT):
        raise NotPermitted("当前职务不登记宣传刊播。")
    rows = [row.split("\t") for row in text.replace("\r", "").split("\n") if row.strip()]
    if rows and [cell.strip() for cell in rows[0][:3]] == list(HEAD[:3]):
        rows = rows[1:]
    if not rows:
        raise FieldErrors({"rows": "没有读到内容，请从 Excel 复制后粘贴。"})
    if len(rows) > MOST_ROWS:
        raise FieldErrors({"rows": f"一次最多 {MOST_ROWS} 行，请分几次粘贴。"})
    units: TenantQuerySet[Unit] = Unit.objects.within(actor.scope(WRITE_PLACEMENT))
    known = _Known(_by_name(units.filter(closed_on=None)), {}, {}, set())
    for outlet in Outlet.objects.all():
        for name in (outlet.name, *outlet.aliases):
            known.outlets[name] = outlet
    known.genres = {label: value for value, label in Genre.choices}
    known.entered = set(
        Placement.objects.exclude(state__in=["withdrawn", "rejected"])
        .filter(title_key__in=[title_key(row[1]) for row in rows if len(row) > 1])
        .values_list("outlet_id", "published_on", "title_key")
    )
    return [_read(number, row, known) for number, row in enumerate(rows, start=1)]


def _by_name(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        found.setdefault(unit.name, []).append(unit)
        found.setdefault(unit.code, []).append(unit)
    return found


def _read(number: int, row: list[str], known: _Known) -> Line:
    texts = [cell.strip() for cell in row[: len(HEAD)]]
    texts += [""] * (len(HEAD) - len(texts))
    line = Line(number, [Cell(text) for text in texts])
    unit, title, outlet, day, spot, genre, theme, link = line.cells
    found = known.units.get(unit.text, [])
    if len(found) != 1:
        unit.error = "有多个同名单位，请填单位代码" if found else "没有这个单位，或不由您登记"
    else:
        line.unit = found[0]
    if not title.text:
        title.error = "请填写标题"
    for cell, most in ((title, 100), (spot, 60), (theme, 20)):
        if len(cell.text) > most:
            cell.error = f"不能超过 {most} 字"
    medium = known.outlets.get(outlet.text)
    if medium is None:
        outlet.error = "名录中没有这家媒体"
    published = _day(day)
    if genre.text and genre.text not in known.genres:
        genre.error = f"应为{'、'.join(known.genres)}之一"
    if link.text:
        try:
            _is_url(link.text)
        except ValidationError:
            link.error = "网址应以 http:// 或 https:// 开头"
    if published is not None and medium is not None:
        _demand_new(line, medium, published, known)
        line.values = {
            "title": title.text,
            "outlet": medium,
            "published_on": published,
            "spot": spot.text,
            "genre": known.genres.get(genre.text, Genre.NEWS),
            "theme": theme.text,
            "link": link.text,
        }
    return line


def _day(cell: Cell) -> date | None:
    match = _DAY.fullmatch(cell.text)
    try:
        found = date(*map(int, match.groups())) if match else None
    except ValueError:
        found = None
    if found is None:
        cell.error = "日期写法如 2026-03-05"
    elif found > today():
        cell.error = "刊播日期还没有到"
    return found


def _demand_new(line: Line, outlet: Outlet, published: date, known: _Known) -> None:
    if not outlet.is_listed(published):
        line.cells[2].error = "刊播当日不在媒体名录中"
    key = (outlet.pk, published, title_key(line.cells[1].text))
    if key in known.entered:
        line.cells[1].error = "同一媒体同一天的同题报道已经登记"
    known.entered.add(key)


@transaction.atomic
def enter_pasted(text: str, *, actor: Actor) -> list[Placement]:
    """Enter all rows as drafts, or none when a single cell is wrong."""
    lines = read_pasted(text, actor=actor)
    if wrong := sum(line.has_errors for line in lines):
        raise FieldErrors({"rows": f"有 {wrong} 行需要改正，错误标在表格中；没有登记任何一行。"})
    return [
        write_placement(
            None, actor=actor, unit=line.unit, values=line.values,
            parts=[Part(line.unit, Decimal(100))],
        )
        for line in lines
        if line.unit is not None
    ]  # fmt: skip
