"""The chapter on returns and targets in the reports on units, peer groups and the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from gongjian.commons.documents.reporting.content import (
    Block,
    Chart,
    Column,
    Headline,
    Listing,
    Section,
    Series,
    Shape,
    Value,
    Words,
)
from gongjian.commons.documents.reporting.subjects import (
    Extent,
    SectionSource,
    Subject,
    report_sections,
)
from gongjian.commons.indicators.shelf import Figure
from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.kernel.numbers import show
from orgs.models import Unit
from responsibilities.aggregation import Across, quotient, rule_of
from responsibilities.cells import Cell, completion
from responsibilities.indicators import CONFIRMED, ON_TIME, measure, offer
from responsibilities.models import Obligation
from responsibilities.queries.bucket_sql import Quarter, cells_of
from responsibilities.queries.dashboard import alike, all_rounds, trend
from responsibilities.queries.standing import Board, BranchRow, Light, board, elapsed

TITLE = "报送与目标完成情况"
#: Rows a chart holds legibly, rows of the list of those behind, quarters of the trend.
CHARTED, LAGGING, QUARTERS = 30, 50, 8
NOTES = (
    "只计已审核通过的报表；已报率和按时率的分母是应报单位，免报单位不计。",
    "完成率为本年累计除以年度目标。不低于全年时间进度为达到时序，落后十个百分点以内为略慢，更多为滞后。",
)


def build(subject: Subject) -> Section | None:
    """Returns of a node with its branches, or of the units of a peer group one by one."""
    quarters = all_rounds()
    quarter = _round_of(quarters, subject.period)
    if quarter is None:
        return None
    if subject.extent is Extent.GROUP:
        return _group_section(subject, quarter)
    return _node_section(subject, quarters, quarter)


def _round_of(quarters: Sequence[Quarter], period: Period) -> Quarter | None:
    """The opened period itself; for a year the last quarter of it that was opened."""
    for row in quarters:
        if row.period.pk == period.pk:
            return row
    within = [
        row
        for row in quarters
        if row.period.kind == PeriodKind.QUARTER
        and period.starts_on <= row.period.starts_on
        and row.period.ends_on <= period.ends_on
    ]
    return within[-1] if within and period.kind != PeriodKind.QUARTER else None


# --- a node and its branches ------------------------------------------------------------


def _node_section(subject: Subject, quarters: Sequence[Quarter], quarter: Quarter) -> Section:
    found = board(subject.node, quarters, quarter.period)
    rows = [row for row in found.rows if row.line.expected]
    blocks: list[Block] = [Words(summary(subject.name, found, rows))]
    if rows:
        blocks.append(filing_chart(rows))
        blocks.append(_branch_listing(found.node, rows))
    if found.cells:
        blocks.append(_course_chart(found))
        blocks.append(_target_listing(found))
    if len(found.rows) > 1 and found.lagging:
        blocks.append(lagging_listing(found))
    blocks += _trend(subject.node, quarters, quarter, found)
    return Section(TITLE, headlines(found), blocks, NOTES)


def headlines(found: Board) -> list[Headline]:
    node = found.node
    lights = [row.light for row in node.standings]
    return [
        Headline("应报（家）", str(node.line.expected)),
        Headline("已报率", _percent(node.filing_rate)),
        Headline("按时率", _percent(node.on_time_rate)),
        Headline("计入职工占比", _percent(node.line.worker_share)),
        Headline("达到时序的目标", f"{lights.count(Light.ON_COURSE)}/{len(lights)}"),
    ]


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{show(value)}%"


def summary(name: str, found: Board, rows: Sequence[BranchRow]) -> str:
    line = found.node.line
    text = (
        f"{found.node.period}，{name}应报{line.expected}家，已报{line.handed_in}家，"
        f"审核通过并计入{line.included}家。"
    )
    measured = [row for row in found.node.standings if row.rate is not None]
    if measured:
        good = sum(row.light is Light.ON_COURSE for row in measured)
        text += (
            f"全年时间进度{show(found.course)}%，有目标的{len(measured)}项指标中{good}项达到时序"
        )
        behind = sorted(
            (row for row in measured if row.light is Light.BEHIND),
            key=lambda row: row.behind_by,
            reverse=True,
        )
        if behind:
            names = "、".join(f"“{row.cell.label}”" for row in behind[:3])
            text += f"，{names}落后较多"
        text += "。"
    late = [row.name for row in rows if (row.on_time_rate or Decimal(100)) < Decimal(100)]
    if late:
        listed = "、".join(late[:3]) + (f"等{len(late)}家" if len(late) > 3 else "")
        text += f"{listed}未做到全部按时报送。"
    return text


def filing_chart(rows: Sequence[BranchRow]) -> Chart:
    shown = rows[:CHARTED]
    return Chart(
        Shape.ROWS if len(shown) > 8 else Shape.BARS,
        "各单位报送情况",
        [row.name for row in shown],
        [
            Series("已报率", [row.filing_rate for row in shown]),
            Series("按时率", [row.on_time_rate for row in shown]),
        ],
        "%",
    )


def _branch_listing(node: BranchRow, rows: Sequence[BranchRow]) -> Listing:
    columns = [
        Column("单位", 25),
        Column("应报", 10, 0),
        Column("已报", 10, 0),
        Column("已报率%", 12, 1),
        Column("按时率%", 12, 1),
        Column("计入", 10, 0),
        Column("达到时序/有目标", 21),
    ]
    return Listing(
        "各单位报送和达标情况",
        columns,
        [_branch_row(row, row.name) for row in rows] + [_branch_row(node, "合计")],
        has_total=True,
    )


def _branch_row(row: BranchRow, name: str) -> list[Value]:
    line = row.line
    return [
        name,
        line.expected,
        line.handed_in,
        row.filing_rate,
        row.on_time_rate,
        line.included,
        f"{row.on_course}/{row.measured}" if row.measured else None,
    ]


def _course_chart(found: Board) -> Chart:
    shown = found.node.standings[:CHARTED]
    return Chart(
        Shape.ROWS,
        "年度目标完成率与时间进度",
        [row.cell.label for row in shown],
        [
            Series("完成率", [row.rate for row in shown]),
            Series("时间进度", [row.course for row in shown]),
        ],
        "%",
    )


def _target_listing(found: Board) -> Listing:
    columns = [
        Column("指标", 34),
        Column("单位", 10),
        Column("年度目标", 14, 0),
        Column("本年累计", 14, 0),
        Column("完成率%", 14, 1),
        Column("进度", 14),
    ]
    rows: list[list[Value]] = [
        [
            row.cell.label,
            row.cell.unit_label,
            row.target,
            row.done,
            row.rate,
            str(row.light),
        ]
        for row in found.node.standings
    ]
    return Listing(f"年度目标完成情况（时间进度{show(found.course)}%）", columns, rows)


def lagging_listing(found: Board) -> Listing:
    columns = [
        Column("单位", 22),
        Column("指标", 30),
        Column("累计", 10, 0),
        Column("目标", 10, 0),
        Column("完成率%", 11, 1),
        Column("自", 17),
    ]
    lagging = found.lagging
    rows: list[list[Value]] = [
        [
            entry.row.name,
            entry.standing.cell.label,
            entry.standing.done,
            entry.standing.target,
            entry.standing.rate,
            str(entry.standing.since or "") or None,
        ]
        for entry in lagging[:LAGGING]
    ]
    more = f"（共{len(lagging)}项，列前{LAGGING}项）" if len(lagging) > LAGGING else ""
    return Listing(f"滞后清单{more}", columns, rows)


def _trend(node: Unit, quarters: Sequence[Quarter], quarter: Quarter, found: Board) -> list[Block]:
    """The first indicators with targets over the quarters, each on a scale of its own."""
    course = [
        row
        for row in alike(quarters, quarter.period)
        if row.period.starts_on <= quarter.period.starts_on
    ][-QUARTERS:]
    cells = found.cells or [cell for cell in cells_of(quarter.form) if rule_of(cell) is Across.SUM]
    if len(course) < 2:
        return []
    return [_trend_chart(node, course, cell) for cell in cells[:2]]


def _trend_chart(node: Unit, course: Sequence[Quarter], cell: Cell) -> Chart:
    points = trend(node, course, cell.code)
    return Chart(
        Shape.LINES,
        f"{cell.label}历期变化",
        [point.period.name.replace("第", "").replace("季度", "季") for point in points],
        [Series(cell.label, [point.value for point in points])],
        cell.unit_label,
        highest=None,
    )


# --- the units of a peer group ----------------------------------------------------------


def _group_section(subject: Subject, quarter: Quarter) -> Section | None:
    if subject.group is None:
        return None
    units = list(Unit.objects.filter(pk__in=subject.group.unit_ids).order_by("path"))
    offered = {row.code: row for row in offer()}
    figures: dict[str, dict[int, Figure]] = defaultdict(dict)
    for figure in measure(list(offered), [unit.pk for unit in units], quarter.period):
        figures[figure.code][figure.unit_id] = figure
    promised = [
        code
        for code in offered
        if code not in {ON_TIME, CONFIRMED}
        and any(figure.target for figure in figures[code].values())
    ]
    limits = frozenset(code for code in promised if not offered[code].rises)
    group = _Members(units, figures, promised, limits, elapsed(quarter.period))
    blocks: list[Block] = [Words(group.summary(subject.name))]
    if promised:
        names = {code: offered[code].name for code in promised}
        blocks += [group.chart(names), group.indicators(names)]
    blocks.append(group.listing())
    return Section(TITLE, group.headlines(), blocks, NOTES)


class _Members:
    """Figures of the units of a group, unit by unit and added up."""

    def __init__(
        self,
        units: Sequence[Unit],
        figures: dict[str, dict[int, Figure]],
        codes: Sequence[str],
        limits: frozenset[str],
        course: Decimal,
    ) -> None:
        self.units, self.figures, self.codes = units, figures, codes
        self.limits, self.course = limits, course

    def is_on_course(self, code: str, rate: Decimal) -> bool:
        """A limit is on course while no more of it is used than of the year."""
        return rate <= self.course if code in self.limits else rate >= self.course

    def rate(self, code: str, unit_id: int) -> Decimal | None:
        figure = self.figures[code].get(unit_id)
        return None if figure is None else completion(figure.value, figure.target)

    def on_time(self, unit_id: int | None = None) -> Decimal | None:
        figures = self.figures[ON_TIME]
        chosen = figures.values() if unit_id is None else filter(None, [figures.get(unit_id)])
        pairs = [(row.numerator or Decimal(0), row.denominator or Decimal(0)) for row in chosen]
        return quotient(
            sum((pair[0] for pair in pairs), Decimal(0)),
            sum((pair[1] for pair in pairs), Decimal(0)),
        )

    def summed(self, code: str) -> tuple[Decimal, Decimal, int, int]:
        """Done and promised of the units with a target; how many are on course, and of how many."""
        done, target, good, all_of_them = Decimal(0), Decimal(0), 0, 0
        for unit in self.units:
            figure = self.figures[code].get(unit.pk)
            if figure is None or not figure.target:
                continue
            done += figure.value or Decimal(0)
            target += figure.target
            all_of_them += 1
            good += self.is_on_course(code, self.rate(code, unit.pk) or Decimal(0))
        return done, target, good, all_of_them

    def headlines(self) -> list[Headline]:
        good = all_of_them = 0
        for code in self.codes:
            _, _, fine, counted = self.summed(code)
            good, all_of_them = good + fine, all_of_them + counted
        return [
            Headline("单位（家）", str(len(self.units))),
            Headline("按期报送率", _percent(self.on_time())),
            Headline("达到时序的目标", f"{good}/{all_of_them}"),
        ]

    def summary(self, name: str) -> str:
        late = [
            unit.name
            for unit in self.units
            if (self.on_time(unit.pk) or Decimal(100)) < Decimal(100)
        ]
        text = f"{name}共{len(self.units)}家单位，本年按期报送率{_percent(self.on_time())}。"
        if late:
            listed = "、".join(late[:5]) + (f"等{len(late)}家" if len(late) > 5 else "")
            text += f"{listed}有逾期报送。"
        return text

    def chart(self, names: dict[str, str]) -> Chart:
        rates = [completion(*self.summed(code)[:2]) for code in self.codes]
        return Chart(
            Shape.ROWS,
            "组内年度目标完成率与时间进度",
            list(names.values()),
            [Series("完成率", rates), Series("时间进度", [self.course] * len(rates))],
            "%",
        )

    def indicators(self, names: dict[str, str]) -> Listing:
        columns = [
            Column("指标", 40),
            Column("目标合计", 15, 0),
            Column("累计完成", 15, 0),
            Column("完成率%", 13, 1),
            Column("达到时序（家）", 17),
        ]
        rows: list[list[Value]] = []
        for code in self.codes:
            done, target, good, all_of_them = self.summed(code)
            rows.append(
                [names[code], target, done, completion(done, target), f"{good}/{all_of_them}"]
            )
        return Listing(f"组内各项目标完成情况（时间进度{show(self.course)}%）", columns, rows)

    def listing(self) -> Listing:
        columns = [
            Column("单位", 34),
            Column("按期报送率%", 18, 1),
            Column("有目标（项）", 16, 0),
            Column("达到时序（项）", 16, 0),
            Column("最低完成率%", 16, 1),
        ]
        rows: list[list[Value]] = []
        for unit in self.units:
            rates = {
                code: rate for code in self.codes if (rate := self.rate(code, unit.pk)) is not None
            }
            rows.append(
                [
                    unit.name,
                    self.on_time(unit.pk),
                    len(rates),
                    sum(self.is_on_course(*entry) for entry in rates.items()),
                    min(rates.values(), default=None),
                ]
            )
        return Listing("组内各单位报送和达标情况", columns, rows)


def covers(period: Period) -> bool:
    """Whether returns are owed for the period."""
    return Obligation.objects.filter(period=period).exists()


report_sections.register(SectionSource("responsibilities.returns", TITLE, build, covers, order=10))
