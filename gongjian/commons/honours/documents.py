"""What the register prints: certificates in batches, the register as a workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.commons.honours.authority import KEEP_HONOUR, VIEW_HONOUR
from gongjian.commons.honours.enums import HonourKind, HonourState
from gongjian.commons.honours.models import Honour
from gongjian.commons.honours.verification import verification_url
from gongjian.foundation.kernel.dates import long_date

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADINGS = {
    HonourKind.HONOUR: "荣誉证书",
    HonourKind.PRAISE: "表扬证书",
    HonourKind.PRIZE: "获奖证书",
}


def certificate_row(honour: Honour) -> dict[str, Any]:
    """One page: who, for what, by whom."""
    is_prize = honour.kind == HonourKind.PRIZE
    verb = {HonourKind.HONOUR: "授予", HonourKind.PRAISE: "通报表扬为", HonourKind.PRIZE: "荣获"}
    text = f"在“{honour.occasion}”中，{verb[HonourKind(honour.kind)]}“{honour.title}”。"
    return {
        "name": honour.person or honour.unit.name,
        "unit": honour.unit.name if honour.person else "",
        "duty": "" if is_prize else honour.duty,
        "salutation": "同志" if honour.person else "",
        "text": f"{text}特发此证。",
        "number": honour.number,
        "issuer": honour.organ,
        "issued_on": long_date(honour.awarded_on),
        "code": honour.code,
        "url": verification_url(honour.code),
    }


def produce_certificates(parameters: Mapping[str, Any]) -> Production:
    """Certificates of the honours named, or of an occasion; revoked ones are left out."""
    honours = list(
        Honour.objects.filter(pk__in=parameters["honours"], state=HonourState.VALID)
        .exclude(number="")
        .select_related("unit")
        .order_by("number")
    )
    yield Progress(10, f"共{len(honours)}本，正在排版")
    kinds = {HonourKind(honour.kind) for honour in honours}
    heading = _HEADINGS[kinds.pop()] if len(kinds) == 1 else "证书"
    content = certificate_batch(heading, [certificate_row(honour) for honour in honours])
    return ProducedFile(f"{heading}.pdf", _PDF, content)


_HEAD = (
    "荣誉", "单位", "姓名", "职务", "种类", "层级", "项目", "授予机关", "文号", "授予日期",
    "证书编号", "状态", "撤销原因",
)  # fmt: skip


def produce_register(parameters: Mapping[str, Any]) -> Production:
    """荣誉登记簿 of the units in reach of whoever asked."""
    rows = Honour.objects.select_related("unit")
    if parameters["path"]:
        rows = rows.filter(unit__path__under=parameters["path"])
    yield Progress(10, f"共{rows.count()}项")
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = workbook.add_worksheet("荣誉登记簿")
    sheet.freeze_panes(1, 2)
    sheet.write_row(0, 0, _HEAD)
    for line, row in enumerate(rows.order_by("-awarded_on", "-pk").iterator(), start=1):
        sheet.write_row(
            line,
            0,
            [
                row.title, row.unit.name, row.person, row.duty, row.get_kind_display(),
                row.get_level_display(), row.occasion, row.organ, row.document_number,
                f"{row.awarded_on:%Y-%m-%d}", row.number, row.get_state_display(),
                row.revoked_reason,
            ],
        )  # fmt: skip
    workbook.close()
    return ProducedFile("荣誉登记簿.xlsx", _XLSX, stream.getvalue())


CERTIFICATES = report_kinds.register(
    ReportKind("honours.certificates", "荣誉证书", KEEP_HONOUR, produce_certificates)
)
REGISTER = report_kinds.register(
    ReportKind("honours.register", "荣誉登记簿", VIEW_HONOUR, produce_register)
)
