"""A points account as an Excel table, every entry and every reversal."""

from __future__ import annotations

import io

import xlsxwriter
from django.http import FileResponse

from gongjian.commons.points.models import PointAccount, PointEntry

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = (
    ("日期", 12),
    ("稿件或事项", 40),
    ("作者", 12),
    ("分值", 10),
    ("依据", 60),
    ("状态", 12),
    ("登记人", 24),
    ("登记时间", 18),
)


def ledger_workbook(account: PointAccount) -> FileResponse:
    """Rows oldest first; the last row adds them up to the score on the page."""
    buffer = io.BytesIO()
    # Titles are typed by people: never a formula, never a link.
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet("积分台账")
    bold = book.add_format({"bold": True})
    number = book.add_format({"num_format": "0.00"})
    page.write_string(0, 0, str(account), bold)
    for column, (label, width) in enumerate(_HEAD):
        page.set_column(column, column, width)
        page.write_string(1, column, label, bold)
    page.freeze_panes(2, 0)
    line = 2
    entries = (
        PointEntry.objects.filter(account=account)
        .select_related("fact")
        .prefetch_related("reversals")
        .order_by("id")
    )
    for entry in entries:
        texts = (
            entry.day.isoformat(),
            entry.fact.title if entry.fact else "",
            entry.person,
            "",
            entry.sentence,
            _state(entry),
            entry.author,
            f"{entry.at:%Y-%m-%d %H:%M}",
        )
        for column, text in enumerate(texts):
            page.write_string(line, column, text)
        page.write_number(line, 3, float(entry.amount), number)
        line += 1
    page.write_string(line, 1, "合计", bold)
    page.write_number(line, 3, float(account.total), number)
    book.close()
    buffer.seek(0)
    return FileResponse(buffer, as_attachment=True, filename=f"{account}.xlsx", content_type=_XLSX)


def _state(entry: PointEntry) -> str:
    if entry.reverses_id is not None:
        return "冲正"
    return "已冲正" if entry.reversals.all() else "有效"
