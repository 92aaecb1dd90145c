"""What the bulletins print: an issue in the format of a bulletin (简报), the register of pieces."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import xlsxwriter

from bulletins.authority import EDIT_DISPATCH, READ_ISSUE
from bulletins.enums import DispatchState, IssueState
from bulletins.models import Correction, Dispatch, DispatchPicture, Issue
from bulletins.services.issues import freeze
from bulletins.text import PICTURE, clean
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.sheet_contexts import BulletinContext
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.foundation.kernel.dates import long_date

_PDF = "application/pdf"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BATCH = 500
#: States in which the words are those that were signed.
PRINTED = frozenset({IssueState.SIGNED, IssueState.SENT_OUT})


def issue_values(issue: Issue) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Values of the page and its pictures; a signed issue prints what was signed."""
    values = dict(issue.frozen) if issue.frozen else freeze(issue)
    pictures: dict[str, bytes] = {}
    items = []
    for item in values["items"]:
        # Cleaned once more: what is printed never relies on what was stored.
        body = clean(item["body"])
        numbers = [int(number) for number in PICTURE.findall(body)]
        for picture in DispatchPicture.objects.filter(pk__in=numbers).select_related("file"):
            pictures[str(picture.pk)] = read_file(picture.file)
        items.append(
            {**item, "body": re.sub(r'src="/bulletins/pictures/(\d+)/"', r'src="picture:\1"', body)}
        )
    context = BulletinContext.from_values(
        {
            **values,
            "items": items,
            "printed_on": long_date(date.fromisoformat(values["printed_on"])),
            "is_draft": issue.state not in PRINTED,
        }
    )
    return context.as_values(), pictures


def produce_issue(parameters: Mapping[str, Any]) -> Production:
    issue = Issue.objects.select_related("series").get(pk=parameters["issue"])
    yield Progress(20, "正在排版")
    return printed_issue(issue)


def printed_issue(issue: Issue) -> ProducedFile:
    values, pictures = issue_values(issue)
    printed = render_pdf("documents/bulletin.html", values, pictures=pictures)
    return ProducedFile(f"{issue}.pdf", _PDF, printed.content)


def word_of(issue: Issue) -> ProducedFile:
    """The same as a Word document, for those who take the words along."""
    from gongjian.commons.documents.word import build_bulletin  # noqa: PLC0415 -- slow import

    values, pictures = issue_values(issue)
    return ProducedFile(f"{issue}.docx", _DOCX, build_bulletin(values, pictures))


def produce_correction(parameters: Mapping[str, Any]) -> Production:
    """更正单, in the head of its bulletin."""
    correction = Correction.objects.select_related("issue__series", "series").get(
        pk=parameters["correction"]
    )
    yield Progress(20, "正在排版")
    issue = correction.issue
    values = {
        "name": correction.series.name,
        "publisher": correction.series.publisher,
        "number": correction.number_words,
        "printed_on": correction.day_words,
        "issue": issue.number_words,
        "issue_year": issue.year,
        "issue_printed_on": long_date(issue.printed_on) if issue.printed_on else "",
        "title": correction.title,
        "wrong": correction.wrong,
        "right": correction.right,
        "reason": correction.reason,
        "signed_by": correction.issued_by,
        "report_to": issue.report_to,
        "copy_to": issue.copy_to,
        "send_to": issue.send_to,
    }
    printed = render_pdf("documents/bulletin_correction.html", values)
    return ProducedFile(f"{correction}.pdf", _PDF, printed.content)


_HEAD = (
    "稿号", "标题", "类型", "报送单位", "作者", "报送时间", "字数", "状态", "原因", "编辑意见",
    "采用期号", "上级采用", "审签人",
)  # fmt: skip


def produce_register(parameters: Mapping[str, Any]) -> Production:
    """来稿登记簿 of a year."""
    rows = Dispatch.objects.exclude(state=DispatchState.DRAFT).filter(
        sent_at__year=parameters["year"]
    )
    total = rows.count()
    yield Progress(5, f"共{total}篇")
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = workbook.add_worksheet("来稿登记簿")
    sheet.freeze_panes(1, 2)
    sheet.write_row(0, 0, _HEAD)
    done, last = 0, 0
    while batch := list(
        rows.filter(pk__gt=last)
        .select_related("unit")
        .prefetch_related("authors", "higher", "uses__item__issue__series")
        .order_by("pk")[:_BATCH]
    ):
        for dispatch in batch:
            done += 1
            sheet.write_row(done, 0, _row(dispatch))
        last = batch[-1].pk
        yield Progress(5 + 90 * done // max(total, 1), f"已写入{done}篇")
    workbook.close()
    return ProducedFile(f"来稿登记簿{parameters['year']}年.xlsx", _XLSX, stream.getvalue())


def _row(row: Dispatch) -> list[str | int]:
    issues = [use.item.issue for use in row.uses.all() if use.item.issue.number is not None]
    return [
        row.number, row.title, row.get_kind_display(), row.unit.name,
        "、".join(author.name for author in row.authors.all()),
        f"{row.sent_at:%Y-%m-%d %H:%M}" if row.sent_at else "", row.length,
        row.get_state_display(), row.get_reason_display(), row.remark,
        "、".join(str(issue) for issue in issues),
        "、".join(str(one) for one in row.higher.all() if one.checked_at), row.signer,
    ]  # fmt: skip


ISSUE = report_kinds.register(ReportKind("bulletins.issue", "简报", READ_ISSUE, produce_issue))
CORRECTION = report_kinds.register(
    ReportKind("bulletins.correction", "简报更正单", READ_ISSUE, produce_correction)
)
REGISTER = report_kinds.register(
    ReportKind("bulletins.register", "来稿登记簿", EDIT_DISPATCH, produce_register)
)
