"""The trail as a workbook, for the auditor's own files."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils import timezone

from gongjian.foundation.audit.models import TrailEntry

#: Acts of one workbook; whoever needs more chooses a shorter time.
MOST = 50_000
_HEAD = (
    ("封存序号", 10),
    ("时间", 20),
    ("操作人", 36),
    ("事项", 24),
    ("事项代码", 34),
    ("对象类型", 28),
    ("对象编号", 10),
    ("对象", 40),
    ("理由", 40),
    ("变更前", 40),
    ("变更后", 40),
    ("摘要", 66),
)


def trail_workbook(entries: QuerySet[TrailEntry]) -> IO[bytes]:
    """Acts as they were found, newest first, each with its link in the chain."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- handed to the answer, which closes it
    # Names and reasons are typed by people: never a formula, never a link.
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet("操作记录")
    bold = book.add_format({"bold": True})
    for column, (label, width) in enumerate(_HEAD):
        page.set_column(column, column, width)
        page.write_string(0, column, label, bold)
    page.freeze_panes(1, 0)
    rows = entries.prefetch_related("seals").iterator(chunk_size=2000)
    for line, entry in enumerate(rows, 1):
        for column, text in enumerate(_texts(entry)):
            page.write_string(line, column, text[:32_000])
    book.close()
    file.seek(0)
    return file


def _texts(entry: TrailEntry) -> Iterable[str]:
    seal = next(iter(entry.seals.all()), None)
    return (
        "待封存" if seal is None else str(seal.position),
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.actor_label,
        entry.label,
        entry.action,
        entry.subject_kind,
        "" if entry.subject_id is None else str(entry.subject_id),
        entry.subject_label,
        entry.reason,
        _plain(entry.before),
        _plain(entry.after),
        "" if seal is None else seal.digest,
    )


def _plain(values: Any) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False, sort_keys=True)
