"""What the assessment prints: the circular of a commendation, and reports of units."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assessments.authority import MAKE_REPORT, MANAGE_COMMENDATION
from assessments.enums import OFFICIAL, CommendationKind, CommendationState, RunState
from assessments.models import CommendationEntry, CommendationList, Run, UnitScore
from assessments.queries import dimension_sums, dimension_totals, lines_of, visible_scores
from assessments.sheets import ScoreLine
from gongjian.commons.documents.contexts import Attachment, CircularContext, Column
from gongjian.commons.documents.models import OfficialDocument, ReportJob
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.reports import request_report
from gongjian.commons.documents.services import draft_document
from gongjian.commons.documents.shelves import (
    DocumentKind,
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    document_kinds,
    report_kinds,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.kernel.numbers import round_half_up, show
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.enums import Category
from orgs.models import Tenant

CIRCULAR = "documents/circular.html"
REPORT = "documents/assessment_report.html"
#: Reports in one file: about two minutes of printing.
MOST_REPORTS = 300
_PDF = "application/pdf"


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=require_tenant_id())


# --- commendation ---------------------------------------------------------------------


def build_circular(commendation: CommendationList) -> CircularContext:
    """Words and name list of a commendation, as plain values."""
    tenant = _tenant()
    entries = list(
        commendation.entries.select_related(
            "unit_score__peer_group", "unit_score__unit__parent", "commendation"
        )
    )
    period = commendation.run.scheme.period
    is_praise = commendation.kind == CommendationKind.PRAISE
    act = "通报表扬" if is_praise else "表彰"
    basis = "" if is_praise else f"根据{commendation.approval_reference}，"
    assessed = commendation.run.unit_scores.filter(total__isnull=False).count()
    situation = (
        f"{period}，各级党组织和工会组织坚持党建带工建、工建促党建，目标任务责任制得到较好落实。"
        f"按照《{commendation.run.scheme.title}》，对{assessed}家单位进行了考核，"
        "考核结果已经领导小组审定。"
    )
    decision = f"{basis}经研究，决定对{_named(entries)}予以{act}（名单见附件）。"
    hope = (
        f"希望受到{act}的单位珍惜荣誉、再接再厉，继续发挥示范作用。"
        "各单位要对照先进找差距、补短板，推动党工共建工作再上新台阶。"
    )
    body = [situation, decision, hope, *(["特此通报。"] if is_praise else [])]
    return CircularContext(
        organs=[tenant.leading_group],
        title=commendation.title,
        main_recipients="各级党工共建领导小组办公室，各有关单位",
        body="\n".join(body),
        attachments=[_name_list(entries, act)],
        signatures=[tenant.leading_group],
        printer=f"{tenant.leading_group}办公室",
    )


def _named(entries: Sequence[CommendationEntry]) -> str:
    first = "、".join(_full_name(entry) for entry in entries[:3])
    return f"{first}等{len(entries)}家单位" if len(entries) > 3 else f"{first}"


def _full_name(entry: CommendationEntry) -> str:
    """Villages and communities bear the same names everywhere, so the place stands before."""
    unit, name = entry.unit_score.unit, entry.unit_score.unit_name
    if unit.category in {Category.VILLAGE, Category.COMMUNITY} and unit.parent is not None:
        return f"{unit.parent.name}{name}"
    return name


def _name_list(entries: Sequence[CommendationEntry], act: str) -> Attachment:
    return Attachment(
        title=f"{act}单位名单",
        columns=[
            Column("序号", 12),
            Column("单位", 46),
            Column("组别", 24),
            Column("考核等次", 18),
        ],
        rows=[
            [
                str(place),
                _full_name(entry),
                entry.unit_score.peer_group.name,
                entry.unit_score.shown_grade_label,
            ]
            for place, entry in enumerate(entries, start=1)
        ],
    )


PRAISE = document_kinds.register(
    DocumentKind("assessments.praise", "通报表扬", CIRCULAR, "1", build=build_circular)
)
COMMENDATION = document_kinds.register(
    DocumentKind(
        "assessments.commendation",
        "表彰决定",
        CIRCULAR,
        "1",
        build=build_circular,
        is_commendation=True,
    )
)


def draft_circular(commendation: CommendationList, *, actor: Actor) -> OfficialDocument:
    """Draft the document of a decided list; its words may be changed, its names not."""
    if not actor.may(MANAGE_COMMENDATION):
        raise NotPermitted("当前职务无权生成通报，请切换职务或联系领导小组办公室。")
    if commendation.state == CommendationState.DRAFT:
        raise StateConflict("名单还没有审定，请先请领导审定名单，再生成通报。")
    is_praise = commendation.kind == CommendationKind.PRAISE
    return draft_document(
        PRAISE.key if is_praise else COMMENDATION.key,
        actor=actor,
        mark=_tenant().document_mark,
        subject=commendation,
        approval_reference=commendation.approval_reference,
    )


# --- reports of units -----------------------------------------------------------------


def report_values(score: UnitScore, averages: Mapping[str, Decimal]) -> dict[str, Any]:
    """Everything the report of one unit prints; ``averages`` are the group's, by dimension."""
    tenant = _tenant()
    lines = list(lines_of(score))
    dimensions = dimension_totals(lines)
    return {
        "title": f"{score.unit_name}{score.run.scheme.period}党工共建考核评分报告",
        "organ": f"{tenant.leading_group}办公室",
        "made_on": long_date(today()),
        # A result that nobody has decided on is printed with the watermark.
        "is_draft": score.run.state not in OFFICIAL,
        "total": "不适用" if score.total is None else f"{score.total:.2f}",
        "full_score": str(score.run.scheme.full_score),
        "grade": score.shown_grade_label,
        "rank": _rank(score),
        "facts": _facts(score),
        "radar": _chart(dimensions, averages) if len(dimensions) > 2 else None,
        "bars": _chart(dimensions, averages) if len(dimensions) <= 2 else None,
        "dimensions": [
            {
                "name": name,
                "score": f"{points:.2f}",
                "weight": show(weight),
                "rate": f"{_rate(points, weight):.2f}%",
            }
            for name, points, weight in dimensions
        ],
        "items": [_item(line) for line in lines if line.weight],
        "trend": _trend(score),
        "notes": [
            "得分按四舍五入保留两位小数；不适用项目的权重按比例分给其他项目。",
            "排名只在可比组内进行，不足三家的组不排名。",
        ],
        "verification": None,
    }


def _rank(score: UnitScore) -> dict[str, str] | None:
    if score.rank is None:
        return None
    return {
        "group": f"{score.peer_group.name}组",
        "position": str(score.rank),
        "size": str(score.group_size),
    }


def _facts(score: UnitScore) -> list[dict[str, str]]:
    run = score.run
    return [
        {"label": "考核单位", "value": score.unit_name},
        {"label": "考核方案", "value": str(run.scheme)},
        {"label": "考核期间", "value": str(run.scheme.period)},
        {"label": "统计时点", "value": long_date(run.as_of)},
        {"label": "可比组", "value": score.peer_group.name},
        {"label": "结果状态", "value": run.get_state_display()},
    ]


def _item(line: ScoreLine) -> dict[str, str]:
    return {
        "code": line.item.code,
        "name": line.item.name,
        "formula": line.formula,
        "source": line.source or "—",
        "weight": show(line.effective_weight),
        "score": "不适用" if line.score is None else f"{line.score:.2f}",
    }


def _rate(points: Decimal, weight: Decimal) -> Decimal:
    return round_half_up(points / weight * 100) if weight else Decimal(0)


def _chart(
    dimensions: Sequence[tuple[str, Decimal, Decimal]], averages: Mapping[str, Decimal]
) -> dict[str, Any] | None:
    if not dimensions:
        return None
    return {
        "title": "各维度得分率",
        "labels": [name for name, _, _ in dimensions],
        "series": [
            {
                "label": "本单位",
                "values": [float(_rate(points, weight)) for _, points, weight in dimensions],
            },
            {
                "label": "组内平均",
                "values": [float(averages.get(name, Decimal(0))) for name, _, _ in dimensions],
            },
        ],
    }


def _trend(score: UnitScore) -> dict[str, Any] | None:
    """Official totals out of a hundred of earlier periods, this one last."""
    earlier = (
        UnitScore.objects.filter(
            unit_id=score.unit_id,
            run__state=RunState.PUBLISHED,
            total__isnull=False,
            run_id__lt=score.run_id,
        )
        .exclude(run__scheme__period=score.run.scheme.period)
        .select_related("run__scheme__period")
        .order_by("run__scheme__period__ends_on", "pk")
    )
    history = [*earlier[:7], score]
    if len(history) < 2 or score.total is None:
        return None
    return {
        "title": "历次得分（折合百分制）",
        "labels": [str(one.run.scheme.period) for one in history],
        "series": [
            {
                "label": "总分",
                "values": [
                    float(
                        round_half_up((one.total or Decimal(0)) * 100 / one.run.scheme.full_score)
                    )
                    for one in history
                ],
            }
        ],
    }


def group_averages(run: Run, group_id: int) -> dict[str, Decimal]:
    """Mean rate of each dimension in a peer group, in percent."""
    return {
        name: _rate(points, weight)
        for name, (points, weight) in dimension_sums(run, group_id).items()
    }


def request_unit_report(score: UnitScore, *, actor: Actor) -> ReportJob:
    """Ask for the report of one unit."""
    _demand_reach(actor, score)
    return request_report(
        UNIT_REPORT.key,
        actor=actor,
        title=f"{score.unit_name}测评报告",
        parameters={"run": score.run_id, "scores": [score.pk]},
    )


def _demand_reach(actor: Actor, score: UnitScore) -> None:
    if not visible_scores(actor, MAKE_REPORT).filter(pk=score.pk).exists():
        raise NotPermitted("当前职务无权生成这个单位的测评报告。")


def request_unit_reports(run: Run, *, actor: Actor, group_id: str = "") -> ReportJob:
    """Ask for the reports of all units in reach, or of one peer group, as one archive."""
    scores: Any = visible_scores(actor, MAKE_REPORT).filter(run=run)
    if group_id.isdigit():
        scores = scores.filter(peer_group_id=int(group_id))
    ids = list(
        scores.order_by("peer_group_id", "pk").values_list("pk", flat=True)[: MOST_REPORTS + 1]
    )
    if not ids:
        raise DomainError("没有可以生成报告的单位，请先完成测算。")
    if len(ids) > MOST_REPORTS:
        raise DomainError(
            f"一次最多生成 {MOST_REPORTS} 家的报告，请按可比组生成，或打开单位得分逐家生成。"
        )
    return request_report(
        UNIT_REPORT.key,
        actor=actor,
        title=f"{run}测评报告（{len(ids)} 家）",
        parameters={"run": run.pk, "scores": ids},
    )


def produce_unit_reports(parameters: Mapping[str, Any]) -> Production:
    """Print one unit as PDF, or several as an archive of PDFs, a step for each unit."""
    ids = list(parameters["scores"])
    averages: dict[int, dict[str, Decimal]] = {}
    printed: list[tuple[str, bytes]] = []
    yield Progress(1, f"共 {len(ids)} 家")
    for place, pk in enumerate(ids, start=1):
        score = UnitScore.objects.select_related("run__scheme__period", "peer_group").get(pk=pk)
        group_id = score.peer_group_id
        if group_id not in averages:
            averages[group_id] = group_averages(score.run, group_id)
        file = render_pdf(REPORT, report_values(score, averages[group_id]))
        printed.append((f"{score.unit_name}测评报告.pdf", file.content))
        yield Progress(1 + 96 * place // len(ids), f"已生成 {place}/{len(ids)} 家")
    if len(printed) == 1:
        name, content = printed[0]
        return ProducedFile(name, _PDF, content)
    return ProducedFile("测评报告.zip", "application/zip", _archive(printed))


def _archive(files: Sequence[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # PDF is compressed already
        for place, (name, content) in enumerate(files, start=1):
            # Two units may bear the same name.
            archive.writestr(f"{place:03}_{name}", content)
    return stream.getvalue()


UNIT_REPORT = report_kinds.register(
    ReportKind(
        key="assessments.unit_report",
        label="单位测评报告",
        permission=MAKE_REPORT,
        produce=produce_unit_reports,
        description="逐家列出得分、计分公式、数据和来源，附图表。在考核结果页申请。",
    )
)
