"""The dashboard as a briefing to hand in: who owes, what is behind, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongjian.commons.documents.reporting.content import (
    Block,
    Column,
    Listing,
    Section,
    Value,
    Words,
)
from gongjian.commons.documents.reporting.paper import paper_values
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.numbers import show
from orgs.models import Unit
from responsibilities.enums import Basis
from responsibilities.models import Obligation
from responsibilities.queries.bucket_sql import Quarter, cells_of
from responsibilities.queries.dashboard import alike
from responsibilities.queries.returns import debtors
from responsibilities.queries.standing import Board, Light, board
from responsibilities.report_sections import (
    NOTES,
    filing_chart,
    headlines,
    lagging_listing,
    summary,
)

#: Units that owe which are listed by name; so many cells are compared with the period before.
OWING, COMPARED = 200, 30


@dataclass(frozen=True, slots=True)
class Briefing:
    """What is said, before it is printed or written."""

    title: str
    values: dict[str, Any]


def briefing(
    unit: Unit, quarters: Sequence[Quarter], quarter: Quarter, *, basis: str, organ: str
) -> Briefing:
    """Four chapters about a node and one period, with the figures of this moment."""
    period = quarter.period
    now = board(unit, quarters, period, basis=basis)
    previous = [row for row in alike(quarters, period) if row.period.starts_on < period.starts_on]
    before = board(unit, quarters, previous[-1].period, basis=basis) if previous else None
    title = f"{unit.name}{period}报送和目标完成情况简报"
    sections = [
        _whole(unit, now, before),
        _owing(unit, now),
        _behind(now),
        _changed(now, before, quarter, previous[-1] if previous else None),
    ]
    values = paper_values(
        sections,
        title=title,
        organ=organ,
        made_on=long_date(today()),
        lead=f"数据截至{long_date(today())}，{Basis(basis).label}。",
        unbroken=[
            f"{unit.name}{period}",
            unit.name,
            str(period),
            "报送和目标完成情况简报",
            "报送",
            "完成情况",
        ],
    )
    return Briefing(title, values)


def _whole(unit: Unit, now: Board, before: Board | None) -> Section:
    rows = [row for row in now.rows if row.line.expected]
    blocks: list[Block] = [Words(summary(unit.name, now, rows))]
    if rows:
        blocks += [filing_chart(rows), _branches(now, before)]
    return Section("总体情况", headlines(now), blocks, NOTES)


def _branches(now: Board, before: Board | None) -> Listing:
    earlier = {row.path: row for row in before.rows} if before else {}
    columns = [
        Column("单位", 26),
        Column("应报", 10, 0),
        Column("已报", 10, 0),
        Column("已报率%", 13, 1),
        Column("上期%", 13, 1),
        Column("按时率%", 13, 1),
        Column("红灯", 15, 0),
    ]
    rows: list[list[Value]] = []
    whole = before.node if before else None
    for row in [*(row for row in now.rows if row.line.expected), now.node]:
        past = whole if row is now.node else earlier.get(row.path)
        rows.append(
            [
                "合计" if row is now.node else row.name,
                row.line.expected,
                row.line.handed_in,
                row.filing_rate,
                past.filing_rate if past is not None and past.line.expected else None,
                row.on_time_rate,
                sum(one.light is Light.BEHIND for one in row.standings),
            ]
        )
    return Listing("各单位报送情况", columns, rows, has_total=True)


# --- who owes ---------------------------------------------------------------------------


def _owing(unit: Unit, now: Board) -> Section:
    period, line = now.node.period, now.node.line
    owed = debtors(unit.path, period, limit=OWING)
    count = line.expected - line.handed_in
    if not owed:
        return Section("尚未报送的单位", blocks=[Words("应报单位均已报送。")])
    late = sum(row.deadline < today() for row in owed)
    text = f"还有{max(count, len(owed))}家未报"
    text += f"，其中{late}家已过截止日。" if late else "，均未到截止日。"
    more = f"（列前{OWING}家）" if len(owed) == OWING and count > OWING else ""
    columns = [Column("单位", 36), Column("上级", 24), Column("截止", 24), Column("情况", 16)]
    names = _superiors(owed)
    rows: list[list[Value]] = [
        [row.unit.name, names.get(row.unit.parent_id or 0), row.deadline_label, _days(row)]
        for row in owed
    ]
    return Section(
        "尚未报送的单位", blocks=[Words(text), Listing(f"未报单位{more}", columns, rows)]
    )


def _superiors(owed: Sequence[Obligation]) -> dict[int, str]:
    above = {row.unit.parent_id for row in owed if row.unit.parent_id}
    return dict(Unit.objects.filter(pk__in=above).values_list("pk", "name"))


def _days(row: Obligation) -> str:
    left = (row.deadline - today()).days
    if left < 0:
        return f"逾期{-left}天"
    return "今天截止" if left == 0 else f"还有{left}天"


# --- what is behind ---------------------------------------------------------------------


def _behind(now: Board) -> Section:
    if not now.cells:
        words = "今年还没有下达可汇总的目标。"
        return Section("红灯指标", blocks=[Words(words)])
    if not now.lagging:
        words = "没有落后时序十个百分点以上的指标。"
        return Section("红灯指标", blocks=[Words(words)])
    units = {entry.row.path for entry in now.lagging}
    text = f"{len(units)}家单位共有{len(now.lagging)}项指标落后时序十个百分点以上。"
    return Section("红灯指标", blocks=[Words(text), lagging_listing(now)])


# --- what changed -----------------------------------------------------------------------


def _changed(
    now: Board, before: Board | None, quarter: Quarter, previous: Quarter | None
) -> Section:
    title = "与上期相比"
    if before is None or previous is None:
        return Section(title, blocks=[Words("这是第一个填报的期间，没有上期可比。")])
    blocks: list[Block] = [Words(_lights(now, before))]
    cells, past_cells = cells_of(quarter.form), cells_of(previous.form)
    known = {cell.code: cell for cell in past_cells}
    promised = {cell.code for cell in now.cells}
    shared = [cell for cell in cells if cell.code in known]
    shared.sort(key=lambda cell: (cell.code not in promised, cell.slot))
    rows: list[list[Value]] = []
    for cell in shared[:COMPARED]:
        value = now.node.line.value(cells, cell)
        past = before.node.line.value(past_cells, known[cell.code])
        if value is not None or past is not None:
            rows.append([cell.label, cell.unit_label, past, value, _difference(value, past)])
    if rows:
        columns = [
            Column("指标", 40),
            Column("单位", 12),
            Column("上期", 16, 2),
            Column("本期", 16, 2),
            Column("增减", 16),
        ]
        name = f"主要指标与{previous.period}相比"
        blocks.append(Listing(name, _whole_numbers(columns, rows), rows))
    return Section(title, blocks=blocks, notes=[_partly(now, before)])


def _whole_numbers(columns: list[Column], rows: Sequence[Sequence[Value]]) -> list[Column]:
    """Figures without a fraction are printed without one."""
    figures = [value for row in rows for value in row if isinstance(value, Decimal)]
    places = 0 if all(value == value.to_integral_value() for value in figures) else 2
    return [
        column if column.places is None else Column(column.label, column.width, places)
        for column in columns
    ]


def _difference(value: Decimal | None, past: Decimal | None) -> str | None:
    if value is None or past is None:
        return None
    change = value - past
    if change == 0:
        return "持平"
    return f"{change:+,.{0 if change == change.to_integral_value() else 2}f}"


def _lights(now: Board, before: Board) -> str:
    """Red lights that are new, and those that went out."""
    red, was_red = _red(now), _red(before)
    fresh, out = red.keys() - was_red.keys(), was_red.keys() - red.keys()
    rate, past = now.node.filing_rate, before.node.filing_rate
    text = ""
    if rate is not None and past is not None:
        turn = "持平" if rate == past else f"{'高' if rate > past else '低'}"
        text = (
            f"已报率{show(rate)}%，与上期持平；"
            if turn == "持平"
            else (f"已报率{show(rate)}%，比上期{turn}{show(abs(rate - past))}个百分点；")
        )
    text += f"红灯{len(red)}项，上期{len(was_red)}项，新增{len(fresh)}项，消除{len(out)}项。"
    for word, keys, names in (("新增：", fresh, red), ("消除：", out, was_red)):
        if keys:
            listed = sorted(keys)[:10]
            text += word + "、".join(names[key] for key in listed)
            text += f"等{len(keys)}项。" if len(keys) > len(listed) else "。"
    return text


def _red(found: Board) -> dict[tuple[str, str], str]:
    return {
        (entry.row.path, entry.standing.cell.code): (
            f"{entry.row.name}“{entry.standing.cell.label}”"
        )
        for entry in found.lagging
    }


def _partly(now: Board, before: Board) -> str:
    return (
        f"本期计入{now.node.line.included}/{now.node.line.expected}家，"
        f"上期计入{before.node.line.included}/{before.node.line.expected}家；"
        "未全部计入时，合计数的增减包含单位多少的影响。"
    )
