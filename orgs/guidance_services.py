"""Writes of classified guidance: categories and which units stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.authority import MANAGE_CATEGORY
from orgs.guidance_queries import categories_in_use, running_placements, units_by_rule
from orgs.models import GuidanceCategory, GuidancePlacement, Unit
from orgs.services import demand_valid, lock_tree

_FIELDS = ("name", "description", "kinds", "levels", "order", "is_active")
#: Lines of a pasted list that are told about at once.
_SHOWN_ERRORS = 20


def _demand(actor: Actor) -> None:
    if not actor.may(MANAGE_CATEGORY):
        raise NotPermitted("当前职务无权维护指导类别，请联系领导小组办公室。")


@transaction.atomic
def save_category(
    category: GuidanceCategory | None, *, actor: Actor, values: Mapping[str, Any]
) -> GuidanceCategory:
    """Draw up or change a category; one that still holds units is not put away."""
    _demand(actor)
    is_new = category is None
    if category is None:
        category = GuidanceCategory()
    else:
        category = GuidanceCategory.objects.select_for_update(of=("self",)).get(pk=category.pk)
    before = {name: getattr(category, name) for name in _FIELDS}
    for name in _FIELDS:
        if name in values:
            setattr(category, name, values[name])
    if not category.is_active and category.pk and running_placements().filter(category=category):
        raise FieldErrors({"is_active": "还有单位归在这一类，请先把它们改归其他类别再停用。"})
    demand_valid(category)
    category.save()
    record(
        "orgs.category.created" if is_new else "orgs.category.edited",
        category,
        actor=actor,
        label="新建指导类别" if is_new else "修改指导类别",
        before=None if is_new else before,
        after={name: getattr(category, name) for name in _FIELDS},
    )
    return category


@transaction.atomic
def place_units(
    category: GuidanceCategory,
    *,
    actor: Actor,
    unit_ids: Iterable[int],
    starts_on: date | None = None,
    by_hand: bool = True,
) -> int:
    """Put units into a category from a day on and return how many moved.

    What a unit was before stays readable with its days; a unit that already
    stands there is left alone.
    """
    _demand(actor)
    if not category.is_active:
        raise DomainError(f"“{category}”已停用，请另选类别或先启用它。")
    day = starts_on or today()
    if day > today():
        raise FieldErrors({"starts_on": "归类日期不能晚于今天，请更正。"})
    # One at a time: two clerks who place the same units would both end the old placement.
    lock_tree()
    units = {
        unit.pk: unit for unit in Unit.objects.filter(pk__in=list(unit_ids), closed_on__isnull=True)
    }
    running = {row.unit_id: row for row in running_placements().filter(unit_id__in=list(units))}
    moved = [pk for pk in units if pk not in running or running[pk].category_id != category.pk]
    _end([running[pk] for pk in moved if pk in running], day)
    GuidancePlacement.objects.bulk_create(
        [
            GuidancePlacement(
                unit=units[pk],
                category=category,
                # A placement that began today is replaced, not overlapped.
                starts_on=max(day, running[pk].starts_on) if pk in running else day,
                is_by_hand=by_hand,
            )
            for pk in moved
        ],
        batch_size=1000,
    )
    if moved:
        record(
            "orgs.category.placed",
            category,
            actor=actor,
            label="归类",
            after={"units": len(moved), "by_hand": by_hand, "starts_on": day},
        )
    return len(moved)


def _end(rows: Sequence[GuidancePlacement], day: date) -> None:
    """End placements the day before; those of the same day never were."""
    brief = [row.pk for row in rows if row.starts_on >= day]
    GuidancePlacement.objects.filter(pk__in=brief).delete()
    lasting = [row.pk for row in rows if row.starts_on < day]
    GuidancePlacement.objects.filter(pk__in=lasting).update(ends_on=day - timedelta(days=1))


@transaction.atomic
def place_by_rule(*, actor: Actor) -> int:
    """Apply the rules in the order of the categories; what was set by hand stays."""
    _demand(actor)
    taken = set(
        running_placements().filter(is_by_hand=True).order_by().values_list("unit_id", flat=True)
    )
    moved = 0
    for category in categories_in_use():
        found = list(units_by_rule(category).values_list("pk", flat=True))
        fresh = [pk for pk in found if pk not in taken]
        taken.update(fresh)
        if fresh:
            moved += place_units(category, actor=actor, unit_ids=fresh, by_hand=False)
    return moved


@dataclass(frozen=True, slots=True)
class PastedLine:
    """One line of a pasted list: a unit's code or name, and a category's name."""

    row: int
    unit: str
    category: str


def read_pasted(text: str) -> list[PastedLine]:
    """Lines copied from a sheet: two columns, parted by a tab, a comma or blanks."""
    lines = []
    for row, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        for mark in ("\t", "，", ",", " ", "　"):
            if mark in line.strip():
                unit, _, category = line.strip().partition(mark)
                break
        else:
            unit, category = line.strip(), ""
        lines.append(PastedLine(row, unit.strip(), category.strip()))
    return lines


@transaction.atomic
def place_pasted(text: str, *, actor: Actor) -> int:
    """Place the units of a pasted list; one wrong line and nothing is written."""
    _demand(actor)
    lines = read_pasted(text)
    if not lines:
        raise FieldErrors({"text": "没有读到内容，请从表格中复制“单位”和“类别”两列后粘贴。"})
    names = {line.unit for line in lines}
    found: dict[str, set[int]] = {}
    open_units = Unit.objects.filter(closed_on__isnull=True)
    for pk, code, name in open_units.filter(Q(code__in=names) | Q(name__in=names)).values_list(
        "pk", "code", "name"
    ):
        found.setdefault(code, set()).add(pk)
        found.setdefault(name, set()).add(pk)
    known = {category.name: category for category in categories_in_use()}
    errors: list[str] = []
    chosen: dict[GuidanceCategory, list[int]] = {}
    for line in lines:
        if message := _fault(line, found, known):
            errors.append(message)
            continue
        chosen.setdefault(known[line.category], []).append(next(iter(found[line.unit])))
    if errors:
        more = len(errors) - _SHOWN_ERRORS
        tail = [f"还有 {more} 行有错误，请改正后再粘贴。"] if more > 0 else []
        raise FieldErrors({"text": errors[:_SHOWN_ERRORS] + tail})
    return sum(
        place_units(category, actor=actor, unit_ids=unit_ids)
        for category, unit_ids in chosen.items()
    )


def _fault(
    line: PastedLine, found: Mapping[str, set[int]], known: Mapping[str, GuidanceCategory]
) -> str:
    where = f"第 {line.row} 行"
    if not line.category:
        return f"{where}只有一列，请补上类别名称。"
    if line.unit not in found:
        return f"{where}找不到单位“{line.unit}”，请核对名称，或改填单位代码。"
    if len(found[line.unit]) > 1:
        return f"{where}有多个单位叫“{line.unit}”，请改填单位代码。"
    if line.category not in known:
        return f"{where}没有类别“{line.category}”，请核对类别名称。"
    return ""
