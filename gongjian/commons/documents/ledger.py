"""发文登记簿: every document with its number as a workbook, for the archive."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from gongjian.commons.documents.authority import ISSUE_DOCUMENT
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.queries import PUBLISHED
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    document_kinds,
    report_kinds,
)

_HEAD = (
    "发文字号",
    "标题",
    "文种",
    "发文机关",
    "成文日期",
    "状态",
    "作废理由",
    "核验码",
    "SHA-256",
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BATCH = 500


def produce_ledger(parameters: Mapping[str, Any]) -> Production:
    numbered = OfficialDocument.objects.filter(state__in=PUBLISHED).order_by("pk")
    total = numbered.count()
    yield Progress(5, f"共{total}份公文")
    stream = io.BytesIO()
    # Text is never read as a formula or an address: titles are typed by people.
    workbook = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = workbook.add_worksheet("发文登记簿")
    sheet.write_row(0, 0, _HEAD)
    done, last = 0, 0
    while batch := list(numbered.filter(pk__gt=last).select_related("file")[:_BATCH]):
        for document in batch:
            done += 1
            sheet.write_row(done, 0, _row(document))
        last = batch[-1].pk
        yield Progress(5 + 90 * done // max(total, 1), f"已登记{done}份")
    workbook.close()
    return ProducedFile("发文登记簿.xlsx", _XLSX, stream.getvalue())


def _row(document: OfficialDocument) -> list[str]:
    kind = document_kinds.get(document.kind)
    return [
        document.document_number,
        str(document),
        kind.label if kind else document.kind,
        "、".join(document.organs),
        document.issued_on.isoformat() if document.issued_on else "",
        document.get_state_display(),
        document.void_reason,
        document.verification_code,
        document.file.sha256 if document.file else "",
    ]


LEDGER = report_kinds.register(
    ReportKind(
        key="documents.ledger",
        label="发文登记簿",
        permission=ISSUE_DOCUMENT,
        produce=produce_ledger,
        description="列出全部发文字号，含作废和被替代的公文，Excel 格式。",
        is_offered=True,
    )
)
