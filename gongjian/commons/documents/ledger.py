"""发文登记簿: every document with its number as a workbook, for the archive."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import xlsxwriter

from gongjian.commons.documents.authority import ISSUE_DOCUMENT
from gongjian.commons.documents.models import NumberEntry
from gongjian.commons.documents.numbering import register_entries
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    document_kinds,
    report_kinds,
)

_HEAD = (
    ("发文字号", 24),
    ("标题或用途", 50),
    ("文种", 12),
    ("发文机关", 36),
    ("成文日期", 12),
    ("状态", 12),
    ("作废或注销理由", 30),
    ("签发人", 24),
    ("取号人", 24),
    ("核验码", 18),
    ("SHA-256", 66),
)
NAME = "发文登记簿.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BATCH = 500


def produce_ledger(parameters: Mapping[str, Any]) -> Production:
    entries = register_entries()
    total = entries.count()
    yield Progress(5, f"共{total}个字号")
    stream = io.BytesIO()
    workbook, sheet = _open(stream)
    done, last = 0, 0
    in_order = entries.order_by("pk")
    while batch := list(in_order.filter(pk__gt=last)[:_BATCH]):
        for entry in batch:
            done += 1
            sheet.write_row(done, 0, _row(entry))
        last = batch[-1].pk
        yield Progress(5 + 90 * done // max(total, 1), f"已登记{done}个")
    workbook.close()
    return ProducedFile(NAME, XLSX, stream.getvalue())


def register_workbook(entries: Iterable[NumberEntry]) -> bytes:
    """The lines on the screen as a workbook."""
    stream = io.BytesIO()
    workbook, sheet = _open(stream)
    for number, entry in enumerate(entries, 1):
        sheet.write_row(number, 0, _row(entry))
    workbook.close()
    return stream.getvalue()


def _open(stream: io.BytesIO) -> tuple[Any, Any]:
    # Text is never read as a formula or an address: titles are typed by people.
    workbook = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = workbook.add_worksheet("发文登记簿")
    sheet.freeze_panes(1, 0)
    for column, (_, width) in enumerate(_HEAD):
        sheet.set_column(column, column, width)
    bold = workbook.add_format({"bold": True})
    sheet.write_row(0, 0, [label for label, _ in _HEAD], bold)
    return workbook, sheet


def _row(entry: NumberEntry) -> list[str]:
    document = entry.document
    if document is None:
        title, state, reason = entry.purpose, entry.get_state_display(), entry.cancel_reason
        return [entry.text, title, "", "", "", state, reason, "", entry.taken_by, "", ""]
    kind = document_kinds.get(document.kind)
    return [
        entry.text,
        str(document),
        kind.label if kind else document.kind,
        "、".join(document.organs),
        document.issued_on.isoformat() if document.issued_on else "",
        document.get_state_display(),
        document.void_reason,
        document.signed_off_by,
        entry.taken_by,
        document.verification_code,
        document.file.sha256 if document.file else "",
    ]


LEDGER = report_kinds.register(
    ReportKind(
        key="documents.ledger",
        label="发文登记簿",
        permission=ISSUE_DOCUMENT,
        produce=produce_ledger,
        description="列出全部发文字号，含作废、被替代、预留和注销的，Excel 格式。",
        is_offered=True,
    )
)
