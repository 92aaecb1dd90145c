"""The chapter on the assessment in the reports on units, peer groups and the tenant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from assessments.documents import group_averages
from assessments.enums import OFFICIAL, OPEN_TO_UNITS, Grade
from assessments.models import PeerGroup, Run, UnitScore
from assessments.queries import (
    GroupSummary,
    dimension_totals,
    group_summaries,
    lines_of,
    members_of,
)
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
    Group,
    GroupSource,
    SectionSource,
    Subject,
    report_groups,
    report_sections,
)
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.kernel.numbers import round_half_up

TITLE = "考核结果"
#: Items of the list of the weakest, units of a group in the tenant's report, rows of a chart.
WEAKEST, LEADING, CHARTED = 10, 10, 30
_HUNDRED = Decimal(100)
_NOTES = (
    "只列已审定的考核结果；排名只在可比组内进行，不足三家的组不排名。",
    "不适用项目的权重按比例分给其他项目；得分按四舍五入保留两位小数。",
)


def build(subject: Subject) -> Section | None:
    """The latest official result of the year; a unit's own report waits for its publication."""
    run = _run_of(subject)
    if run is None:
        return None
    if subject.extent is Extent.UNIT:
        return _unit_section(subject, run)
    if subject.extent is Extent.GROUP:
        return _group_section(subject, run)
    return _tenant_section(run)


def _run_of(subject: Subject) -> Run | None:
    states = OPEN_TO_UNITS if subject.extent is Extent.UNIT else OFFICIAL
    runs = Run.objects.filter(state__in=states, scheme__period__year=subject.period.year)
    if subject.extent is Extent.UNIT:
        runs = runs.filter(
            pk__in=UnitScore.objects.filter(unit__path__under=subject.node.path)
            .order_by()
            .values("run_id")
        )
    if subject.group is not None:
        runs = runs.filter(
            pk__in=UnitScore.objects.filter(peer_group_id=int(subject.group.key))
            .order_by()
            .values("run_id")
        )
    return runs.select_related("scheme__period").order_by("-pk").first()


def _basis(run: Run) -> str:
    return (
        f"依据《{run.scheme.title}》，统计时点{long_date(run.as_of)}，"
        f"结果状态：{run.get_state_display()}。"
    )


# --- the whole tenant -------------------------------------------------------------------


def _tenant_section(run: Run) -> Section:
    summaries = group_summaries(run)
    scores = list(
        UnitScore.objects.filter(run=run)
        .select_related("peer_group")
        .order_by("peer_group__sort_order", "peer_group_id", "rank", "-total", "pk")
    )
    blocks: list[Block] = [
        Words(_basis(run) + _spread(run, scores)),
        _grade_ring(scores),
        _group_chart(run, summaries),
        _group_listing(summaries),
    ]
    blocks += _weakest(run, None)
    for summary in summaries:
        own = [row for row in scores if row.peer_group_id == summary.group.pk]
        if summary.is_ranked:
            blocks.append(_ranking(f"{summary.group.name}组前{LEADING}名", own[:LEADING]))
    return Section(TITLE, _headlines(scores), blocks, _NOTES)


def _headlines(scores: Sequence[UnitScore]) -> list[Headline]:
    totals = [row.total for row in scores if row.total is not None]
    grades = Counter(row.shown_grade for row in scores if row.shown_grade)
    average = sum(totals, Decimal(0)) / len(totals) if totals else None
    return [
        Headline("参加考核（家）", str(len(totals))),
        Headline("平均分", "—" if average is None else f"{round_half_up(average)}"),
        Headline("优秀（家）", str(grades[Grade.EXCELLENT])),
        Headline("不合格（家）", str(grades[Grade.UNQUALIFIED])),
        Headline("一票否决（家）", str(sum(row.is_barred for row in scores))),
    ]


def _spread(run: Run, scores: Sequence[UnitScore]) -> str:
    totals = sorted(row.total for row in scores if row.total is not None)
    if not totals:
        return "没有单位得分。"
    middle = totals[len(totals) // 2]
    left = sum(row.total is None for row in scores)
    text = (
        f"共{len(totals)}家单位得分，最高{totals[-1]}分，最低{totals[0]}分，中位{middle}分"
        f"（满分{run.scheme.full_score}分）"
    )
    return text + (f"；{left}家不适用。" if left else "。")


def _grade_ring(scores: Sequence[UnitScore]) -> Chart:
    grades = Counter(row.shown_grade for row in scores if row.shown_grade)
    return Chart(
        Shape.RING,
        "等次分布",
        [str(label) for _, label in Grade.choices],
        [Series("家数", [Decimal(grades[value]) for value, _ in Grade.choices])],
        "家",
        highest=None,
    )


def _group_chart(run: Run, summaries: Sequence[GroupSummary]) -> Chart:
    shown = [row for row in summaries if row.average is not None][:CHARTED]
    return Chart(
        Shape.ROWS if len(shown) > 6 else Shape.BARS,
        "各可比组平均分",
        [row.group.name for row in shown],
        [Series("平均分", [_cents(row.average) for row in shown])],
        "分",
        highest=run.scheme.full_score,
    )


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else round_half_up(value)


def _group_listing(summaries: Sequence[GroupSummary]) -> Listing:
    columns = [
        Column("可比组", 30),
        Column("单位（家）", 14, 0),
        Column("得分（家）", 14, 0),
        Column("平均分", 14, 2),
        Column("优秀（家）", 14, 0),
        Column("优秀名额", 14, 0),
    ]
    rows: list[list[Value]] = [
        [row.group.name, row.size, row.assessed, row.average, row.excellent, row.quota]
        for row in summaries
    ]
    return Listing("各可比组考核情况", columns, rows)


def _ranking(title: str, scores: Sequence[UnitScore]) -> Listing:
    columns = [
        Column("名次", 10),
        Column("单位", 42),
        Column("总分", 16, 2),
        Column("等次", 14),
        Column("备注", 18),
    ]
    rows: list[list[Value]] = [
        [
            "—" if row.rank is None else str(row.rank),
            row.unit_name,
            "不适用" if row.total is None else row.total,
            row.shown_grade_label or None,
            "一票否决" if row.is_barred else None,
        ]
        for row in scores
    ]
    return Listing(title, columns, rows)


_ITEM_RATES = """
SELECT i.name, i.dimension, count(*),
       sum((l ->> 3)::numeric) / sum((l ->> 2)::numeric) * 100
FROM assessments_scoresheet s
JOIN assessments_unitscore u ON u.run_id = s.run_id AND u.unit_id = s.unit_id
CROSS JOIN LATERAL jsonb_array_elements(s.lines) l
JOIN assessments_schemeitem i ON i.id = (l ->> 0)::bigint
WHERE s.run_id = %s AND (%s::bigint IS NULL OR u.peer_group_id = %s) AND (l ->> 2)::numeric > 0
GROUP BY i.code, i.name, i.dimension
ORDER BY 4, i.code LIMIT %s
"""


def _weakest(run: Run, group_id: int | None) -> list[Block]:
    """Items with the lowest rates over all units: where the work falls short."""
    with connection.cursor() as cursor:
        cursor.execute(_ITEM_RATES, [run.pk, group_id, group_id, WEAKEST])
        found = cursor.fetchall()
    if not found:
        return []
    columns = [
        Column("指标", 46),
        Column("维度", 26),
        Column("单位（家）", 14, 0),
        Column("得分率%", 14, 1),
    ]
    return [Listing("得分率较低的指标", columns, [list(row) for row in found])]


# --- a peer group -----------------------------------------------------------------------


def _group_section(subject: Subject, run: Run) -> Section | None:
    if subject.group is None:
        return None
    group_id = int(subject.group.key)
    scores = list(
        UnitScore.objects.filter(run=run, peer_group_id=group_id).order_by("rank", "-total", "pk")
    )
    blocks: list[Block] = [
        Words(_basis(run) + _spread(run, scores)),
        _grade_ring(scores),
        _dimension_chart("组内各维度平均得分率", {"组内平均": group_averages(run, group_id)}),
        _score_chart(run, scores),
        *_weakest(run, group_id),
        _ranking("组内得分和名次", scores),
    ]
    return Section(TITLE, _headlines(scores), blocks, _NOTES)


def _dimension_chart(title: str, rates: dict[str, dict[str, Decimal]]) -> Chart:
    names = list(dict.fromkeys(name for each in rates.values() for name in each))
    return Chart(
        Shape.RADAR if len(names) > 2 else Shape.BARS,
        title,
        names,
        [Series(label, [each.get(name) for name in names]) for label, each in rates.items()],
        "%",
    )


def _score_chart(run: Run, scores: Sequence[UnitScore]) -> Chart:
    shown = [row for row in scores if row.total is not None][:CHARTED]
    return Chart(
        Shape.ROWS,
        "各单位总分" if len(shown) < CHARTED else f"前{CHARTED}名总分",
        [row.unit_name for row in shown],
        [Series("总分", [row.total for row in shown])],
        "分",
        highest=run.scheme.full_score,
    )


# --- one unit ---------------------------------------------------------------------------


def _unit_section(subject: Subject, run: Run) -> Section | None:
    score = (
        UnitScore.objects.filter(run=run, unit=subject.node)
        .select_related("peer_group", "run__scheme__period")
        .first()
    )
    blocks: list[Block] = []
    headlines: list[Headline] = []
    if score is not None:
        headlines = _own_headlines(score)
        blocks += _own_blocks(score)
    below = list(
        UnitScore.objects.filter(run=run, unit__parent=subject.node)
        .select_related("peer_group")
        .order_by("peer_group__sort_order", "peer_group_id", "rank", "-total", "pk")
    )
    if below:
        blocks.append(_below(below))
    if not blocks:
        return None
    return Section(TITLE, headlines, [Words(_basis(run)), *blocks], _NOTES)


def _own_headlines(score: UnitScore) -> list[Headline]:
    place = "—" if score.rank is None else f"{score.rank}/{score.group_size}"
    return [
        Headline(
            f"总分（满分{score.run.scheme.full_score}分）",
            "不适用" if score.total is None else f"{score.total}",
        ),
        Headline("等次", score.shown_grade_label or "—"),
        Headline(f"{score.peer_group.name}组名次", place),
    ]


def _own_blocks(score: UnitScore) -> list[Block]:
    lines = [line for line in lines_of(score) if line.weight]
    own = {
        name: round_half_up(points / weight * _HUNDRED)
        for name, points, weight in dimension_totals(lines)
        if weight
    }
    averages = group_averages(score.run, score.peer_group_id)
    chart = _dimension_chart("各维度得分率与组内平均", {score.unit_name: own, "组内平均": averages})
    columns = [
        Column("指标", 29),
        Column("计分公式与数据", 41),
        Column("权重", 10, 2),
        Column("得分", 10, 2),
        Column("得分率%", 10, 1),
    ]
    rows: list[list[Value]] = [
        [
            line.item.name,
            line.formula,
            line.effective_weight,
            "不适用" if line.score is None else line.score,
            _rate(line.score, line.effective_weight),
        ]
        for line in lines
    ]
    blocks: list[Block] = [chart, Listing("各项指标得分", columns, rows)]
    advice = [f"“{line.item.name}”{line.advice}" for line in lines if line.advice]
    if advice:
        blocks.append(Words("提分建议：" + "".join(_sentence(text) for text in advice[:8])))
    return blocks


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！")) else f"{text}。"


def _rate(score: Decimal | None, weight: Decimal) -> Decimal | None:
    return None if score is None or not weight else score / weight * _HUNDRED


def _below(scores: Sequence[UnitScore]) -> Listing:
    columns = [
        Column("单位", 34),
        Column("可比组", 22),
        Column("组内名次", 14),
        Column("总分", 16, 2),
        Column("等次", 14),
    ]
    rows: list[list[Value]] = [
        [
            row.unit_name,
            row.peer_group.name,
            "—" if row.rank is None else f"{row.rank}/{row.group_size}",
            "不适用" if row.total is None else row.total,
            row.shown_grade_label or None,
        ]
        for row in scores
    ]
    return Listing("下级单位考核情况", columns, rows)


# --- the groups themselves --------------------------------------------------------------


def offer_groups() -> list[tuple[str, str]]:
    groups = PeerGroup.objects.order_by("sort_order", "pk")
    return [(str(group.pk), group.name) for group in groups]


def read_group(key: str) -> Group | None:
    """The group with the units that belong to it today."""
    group = PeerGroup.objects.filter(pk=key).first() if key.isdigit() else None
    if group is None:
        return None
    groups = list(PeerGroup.objects.all())
    ids = tuple(row.unit_id for row in members_of(groups) if row.group_id == group.pk)
    return Group(key, group.name, ids)


report_groups.register(GroupSource("assessments", offer_groups, read_group))


def covers(period: Period) -> bool:
    """Whether the assessment of the period itself has been decided."""
    return Run.objects.filter(state__in=OFFICIAL, scheme__period=period).exists()


report_sections.register(SectionSource("assessments.results", TITLE, build, covers, order=20))
