"""What inspections print: 整改通知书, 督查记录, 督查通报."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.sheet_contexts import FindingRow, RectificationContext
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.commons.evidence.queries import uses_behind
from gongjian.commons.follow_ups.evidence_contributions import DONE
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.questionnaires.queries import in_words
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.scope import require_tenant_id
from inspections.authority import VIEW_INSPECTION
from inspections.models import Circular, Finding, RectificationNotice, Visit
from orgs.models import Tenant, Unit

_PDF = "application/pdf"


def _organ(unit: Unit) -> str:
    """The office that signs: of the leading group, or of the county or township."""
    if unit.parent_id is None:
        return f"{Tenant.objects.get(pk=require_tenant_id()).leading_group}办公室"
    return f"{unit.name}党工共建领导小组办公室"


def _finding_values(number: int, finding: Finding) -> FindingRow:
    return FindingRow(
        number=str(number),
        text=finding.text,
        category=finding.get_category_display(),
        severity=finding.get_severity_display(),
        basis=finding.basis or "—",
        demand=finding.demand or "按规定整改到位",
        promise=finding.agreed_action or "—",
        outcome=f"现场办结：{finding.solved_there}"
        if finding.solved_there
        else finding.get_state_display(),
        again="重复出现" if finding.repeats_id else "",
    )


def notice_values(notice: RectificationNotice) -> RectificationContext:
    """Everything 整改通知书 prints."""
    visit = notice.visit
    findings = notice.findings.order_by("pk")
    return RectificationContext(
        organ=_organ(visit.organizer),
        number=notice.number,
        unit=notice.unit.name,
        visit=visit.title,
        visited_on=long_date(visit.starts_on),
        findings=[_finding_values(place, item) for place, item in enumerate(findings, start=1)],
        demand=notice.demand,
        due_on=long_date(notice.due_on),
        contact=notice.contact or "—",
        issued_on=long_date(notice.issued_on),
        confirmed=visit.confirmed_by or "—",
    )


def produce_notice(parameters: Mapping[str, Any]) -> Production:
    notice = RectificationNotice.objects.select_related(
        "visit__organizer", "visit__unit", "unit"
    ).get(pk=parameters["notice"])
    yield Progress(20, "正在排版")
    printed = render_pdf("documents/rectification_notice.html", notice_values(notice).as_values())
    return ProducedFile(f"整改通知书（{notice.unit.name}）.pdf", _PDF, printed.content)


def record_values(visit: Visit) -> dict[str, Any]:
    """督查记录: what was checked, found and promised, with the names of both sides."""
    members = visit.members.filter(recused_reason="").select_related("post__unit")
    answers = (
        visit.sheet.answers.select_related("question").order_by("question__position")
        if visit.sheet
        else []
    )
    score = visit.sheet.score if visit.sheet else None
    return {
        "organ": _organ(visit.organizer),
        "title": "督查记录",
        "number": visit.number,
        "unit": visit.unit.name,
        "visit": visit.title,
        "visited_on": long_date(visit.starts_on),
        "team": "、".join(f"{item.name}{'（组长）' if item.is_leader else ''}" for item in members),
        "answers": [
            {
                "number": str(answer.question.position),
                "text": answer.question.text,
                "answer": in_words(answer),
                "note": answer.note,
            }
            for answer in answers
        ],
        "score": f"{score.normalize():f}分" if score is not None else "不评分",
        "findings": [
            _finding_values(place, item)
            for place, item in enumerate(visit.findings.order_by("pk"), start=1)
        ],
        "rectified": _rectified(visit),
        "help": [f"{item.text}（{long_date(item.due_on)}前）" for item in visit.help_items.all()],
        "good_practice": visit.good_practice or "—",
        "conclusion": visit.conclusion or "—",
        "unit_opinion": visit.unit_opinion or "无不同意见",
        "signed": visit.signed_by,
        "signed_on": long_date(visit.signed_at.date()) if visit.signed_at else "",
        "confirmed": visit.confirmed_by or "（待确认）",
        "confirmed_on": long_date(visit.confirmed_at.date()) if visit.confirmed_at else "",
    }


def _rectified(visit: Visit) -> list[dict[str, str]]:
    """What became of the findings that were ordered to be put right.

    How many pieces of evidence stand behind it, without their names: a matter
    has its own readers, and the record goes to all who see the visit.
    """
    held = list(
        visit.findings.filter(follow_up__isnull=False).select_related("follow_up").order_by("pk")
    )
    kind = FollowUp._meta.label_lower
    uses = uses_behind(kind, [item.follow_up_id for item in held if item.follow_up_id])
    pieces = Counter(uses.filter(slot=DONE).values_list("subject_id", flat=True))
    return [
        {
            "number": matter.number,
            "text": item.text,
            "state": item.get_state_display(),
            "result": matter.result or "—",
            "opinion": matter.opinion or "—",
            "pieces": f"{pieces[matter.pk]}份",
        }
        for item in held
        if (matter := item.follow_up) is not None
    ]


def letter_values(visit: Visit) -> dict[str, Any]:
    """督查通知: who comes when, on what ground and what is looked at."""
    lines = [item.line for item in visit.lines.select_related("line__plan")]
    grounds = [f"《{line.plan.title}》（{line.plan.approval_number}）" for line in lines]
    if visit.exception is not None:
        grounds = [f"计划外督查批准件（{visit.exception.approval_number}）"]
    members = visit.members.filter(recused_reason="").select_related("post__unit")
    days = long_date(visit.starts_on)
    if visit.ends_on != visit.starts_on:
        days += f"至{long_date(visit.ends_on)}"
    topics = list(dict.fromkeys(line.topic for line in lines)) or [visit.title]
    return {
        "organ": _organ(visit.organizer),
        "title": "督查通知",
        "number": visit.number,
        "unit": visit.unit.name,
        "visit": visit.title,
        "topics": "、".join(topics),
        "ground": "、".join(dict.fromkeys(grounds)),
        "days": days,
        "partners": visit.partners,
        "team": [
            {
                "name": item.name,
                "duty": f"{item.post.unit.name}{item.post.title}",
                "part": "组长" if item.is_leader else "成员",
            }
            for item in members
        ],
        "questions": [
            {"number": str(item.position), "text": item.text, "hint": item.hint}
            for item in visit.version.questions.order_by("position")
        ],
        "issued_on": long_date(today()),
    }


def produce_letter(parameters: Mapping[str, Any]) -> Production:
    visit = Visit.objects.select_related("organizer", "unit", "version", "exception").get(
        pk=parameters["visit"]
    )
    yield Progress(20, "正在排版")
    printed = render_pdf("documents/inspection_letter.html", letter_values(visit))
    return ProducedFile(f"督查通知（{visit.unit.name}）.pdf", _PDF, printed.content)


def produce_record(parameters: Mapping[str, Any]) -> Production:
    visit = Visit.objects.select_related("organizer", "unit", "sheet").get(pk=parameters["visit"])
    yield Progress(20, "正在排版")
    printed = render_pdf("documents/inspection_record.html", record_values(visit))
    return ProducedFile(f"督查记录（{visit.unit.name}）.pdf", _PDF, printed.content)


def circular_values(circular: Circular) -> dict[str, Any]:
    figures = circular.figures
    due, in_time = figures.get("due", 0), figures.get("in_time", 0)
    return {
        "organ": _organ(circular.unit),
        "title": circular.title,
        "number": f"{circular.year}年{circular.number}",
        "opening": circular.opening,
        "demands": circular.demands,
        "sentence": (
            f"{long_date(circular.starts_on)}至{long_date(circular.ends_on)}，"
            f"共督查{figures.get('units', 0)}个单位，发现问题{figures.get('found', 0)}个，"
            f"现场办结{figures.get('solved_there', 0)}个，发出整改{figures.get('notified', 0)}个，"
            f"已销号{figures.get('cleared', 0)}个，逾期{figures.get('overdue', 0)}个"
            + (f"，按期销号率{in_time / due * 100:.1f}%。" if due else "。")
        ),
        "rows": [
            {
                "number": str(row.position),
                "unit": row.unit_name,
                "text": row.text,
                "category": row.category,
                "severity": row.severity,
                "state": row.state + (f"（延期{row.extensions}次）" if row.extensions else ""),
            }
            for row in circular.rows.all()
        ],
        "issued_on": long_date(circular.issued_on) if circular.issued_on else "",
    }


def produce_circular(parameters: Mapping[str, Any]) -> Production:
    circular = Circular.objects.select_related("unit").get(pk=parameters["circular"])
    yield Progress(20, "正在排版")
    printed = render_pdf("documents/inspection_circular.html", circular_values(circular))
    return ProducedFile(f"{circular.title}.pdf", _PDF, printed.content)


NOTICE = report_kinds.register(
    ReportKind("inspections.notice", "整改通知书", VIEW_INSPECTION, produce_notice)
)
LETTER = report_kinds.register(
    ReportKind("inspections.letter", "督查通知", VIEW_INSPECTION, produce_letter)
)
RECORD = report_kinds.register(
    ReportKind("inspections.record", "督查记录", VIEW_INSPECTION, produce_record)
)
CIRCULAR = report_kinds.register(
    ReportKind("inspections.circular", "督查通报", VIEW_INSPECTION, produce_circular)
)
