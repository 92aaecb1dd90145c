"""The return on paper (打印): values of the printed sheet, and its PDF."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.commons.evidence.queries import uses_behind
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.numbers import show
from responsibilities.authority import VIEW_RETURN
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.sheet import Row, build_sheet
from responsibilities.words import SUMMARY_SECTION

TEMPLATE = "documents/return_sheet.html"


def printed_return(obligation: Obligation, *, blank: bool, url: str) -> dict[str, Any]:
    """Plain values of the printed sheet; a blank one is filled by hand.

    The code names unit, period and form version, the check stands for the
    very figures: a paper copy and the screen agree when both checks do.
    """
    row = obligation.returns.first()
    if row is not None:
        row.unit, row.period = obligation.unit, obligation.period
    sheet = build_sheet(obligation, row)
    return {
        "title": f"{obligation.unit.name}党工共建工作季度报表",
        "period": str(obligation.period),
        "unit": obligation.unit.name,
        "unit_code": obligation.unit.code,
        "version": f"{obligation.form.title}第{obligation.form.version}版",
        "code": return_code(obligation),
        "check": "" if blank else _check(row),
        "state": "空白表" if blank else _state(row),
        "behalf": "" if blank or row is None else row.filed_on_behalf,
        "paper_note": "" if blank or row is None else row.paper_note,
        "nil_reason": row.nil_reason if row is not None and row.is_nil and not blank else "",
        "evidence": [] if blank else _evidence(obligation),
        "made_on": f"{today():%Y年%m月%d日}",
        "url": url,
        "blank": blank,
        "sections": [
            {
                "name": section.name,
                "is_form": section.code != SUMMARY_SECTION,
                "rows": [_line(line, blank=blank) for line in section.rows],
            }
            for section in sheet.sections
        ],
    }


def _line(row: Row, *, blank: bool) -> dict[str, str]:
    return {
        "code": row.code,
        "label": row.label,
        "unit": row.unit,
        "target": show(row.target),
        "last": show(row.last),
        "value": "" if blank else show(row.base),
        "kind": row.kind,
        "words": "" if blank else row.typed,
        "remark": "" if blank else row.remark,
    }


def _evidence(obligation: Obligation) -> list[dict[str, str]]:
    """What stands behind the figures; the start of the fingerprint finds the very file."""
    lines = []
    for use in uses_behind(obligation._meta.label_lower, [obligation.pk]):
        piece = use.evidence
        mark = "" if piece.file is None else f"SHA-256 {piece.file.sha256[:12]}"
        cell = {"": "", "paper": "纸质签字件", "extension": "延期申请"}.get(use.slot, use.slot)
        lines.append(
            {"cell": cell, "title": piece.title, "reference": piece.reference, "mark": mark}
        )
    return lines


def return_code(obligation: Obligation) -> str:
    """Number of the sheet, the same on every copy of it."""
    period = obligation.period
    quarter = f"{period.year}Q{(period.starts_on.month + 2) // 3}"
    return f"{quarter}-{obligation.unit.code}-V{obligation.form.version}"


def _check(row: QuarterlyReturn | None) -> str:
    if row is None:
        return ""
    values = [show(value) for value in row.values]
    said = [sorted(row.remarks.items()), *([sorted(row.texts.items())] if row.texts else [])]
    text = json.dumps([row.pk, values, *said], ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8].upper()
    return f"{digest[:4]}-{digest[4:]}"


def _state(row: QuarterlyReturn | None) -> str:
    return "未报送" if row is None else row.get_state_display()


def produce_return_sheet(parameters: Mapping[str, Any]) -> Production:
    """Print one return as PDF."""
    yield Progress(10, "正在排版")
    obligation = Obligation.objects.select_related("unit", "form", "period").get(
        pk=parameters["obligation"]
    )
    values = printed_return(obligation, blank=bool(parameters["blank"]), url=str(parameters["url"]))
    file = render_pdf(TEMPLATE, {"paper": values})
    return ProducedFile(
        f"{obligation.unit.name}{obligation.period}报表.pdf", "application/pdf", file.content
    )


RETURN_SHEET = report_kinds.register(
    ReportKind(
        key="responsibilities.return_sheet",
        label="季度报表打印件",
        permission=VIEW_RETURN,
        produce=produce_return_sheet,
        description="A4 报表，带表号、校验码和签字栏。在报表的“打印”页申请。",
    )
)
