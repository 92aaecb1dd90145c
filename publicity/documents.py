"""What the publicity prints: the press review as PDF, the register and the figures as Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.commons.evidence.storage import read_checked
from gongjian.foundation.kernel.dates import long_date
from publicity.authority import READ_REVIEW
from publicity.models import Placement, PressReview
from publicity.queries import QUARTERS, WAYS, Row

_PDF = "application/pdf"


def review_values(review: PressReview) -> dict[str, Any]:
    """Values of the page: reports under their themes, as frozen."""
    themes: list[dict[str, Any]] = []
    for number, item in enumerate(review.frozen, start=1):
        if not themes or themes[-1]["name"] != item["theme"]:
            themes.append({"name": item["theme"], "reports": []})
        day = long_date(date.fromisoformat(item["published_on"]))
        themes[-1]["reports"].append({**item, "published_on": day, "number": number})
    return {
        "title": review.title,
        "number": f"{review.year}年第{review.number}期",
        "starts_on": long_date(review.starts_on),
        "ends_on": long_date(review.ends_on),
        "made_on": long_date(review.made_on),
        "publisher": review.made_by.split(" ")[0],
        "note": review.note,
        "themes": themes,
        "count": len(review.frozen),
    }


def produce_review(parameters: Mapping[str, Any]) -> Production:
    review = PressReview.objects.get(pk=parameters["review"])
    yield Progress(20, "正在排版")
    hashes = {item["picture"] for item in review.frozen if item["picture"]}
    pictures = {sha256: read_checked("剪报", sha256) for sha256 in sorted(hashes)}
    printed = render_pdf("documents/press_review.html", review_values(review), pictures=pictures)
    return ProducedFile(f"{review}.pdf", _PDF, printed.content)


REVIEW = report_kinds.register(ReportKind("publicity.review", "剪报", READ_REVIEW, produce_review))

_HEAD = (
    ("登记单位", 18), ("标题", 40), ("媒体", 16), ("类别", 14), ("层级", 10), ("刊播日期", 12),
    ("登记日期", 12), ("版面或栏目", 16), ("体裁", 10), ("主题", 12), ("转载自", 16),
    ("共享份额", 28), ("状态", 10), ("核实意见", 30), ("网址", 36),
)  # fmt: skip


def register_workbook(placements: Sequence[Placement]) -> bytes:
    """The register as filtered; a pasted copy of it can be read again."""
    stream = io.BytesIO()
    book = _book(stream)
    bold = book.add_format({"bold": True})
    page = book.add_worksheet("宣传刊播")
    page.freeze_panes(1, 2)
    for column, (label, width) in enumerate(_HEAD):
        page.set_column(column, column, width)
        page.write_string(0, column, label, bold)
    for line, row in enumerate(placements, start=1):
        first = row.reprint_of
        texts = (
            row.unit.name, row.title, row.outlet.name, row.outlet.get_medium_display(),
            row.outlet.get_level_display(), row.published_on.isoformat(),
            f"{row.entered_at:%Y-%m-%d}", row.spot, row.get_genre_display(), row.theme,
            first.outlet.name if first else "",
            "、".join(str(share) for share in row.shares.all()),
            row.get_state_display(), row.remark, row.link,
        )  # fmt: skip
        for column, text in enumerate(texts):
            page.write_string(line, column, text)
    book.close()
    return stream.getvalue()


def figures_workbook(year: int, tables: Mapping[str, Sequence[Row]]) -> bytes:
    """One sheet for each way of counting, with a chart beside it."""
    stream = io.BytesIO()
    book = _book(stream)
    bold = book.add_format({"bold": True})
    for way, rows in tables.items():
        label = WAYS[way]
        page = book.add_worksheet(f"按{label}")
        page.set_column(0, 0, 24)
        page.write_string(0, 0, f"{year}年宣传刊播（已核实），按{label}", bold)
        for column, head in enumerate((label, *QUARTERS, "合计", "其中转载")):
            page.write_string(1, column, head, bold)
        for line, row in enumerate(rows, start=2):
            page.write_string(line, 0, row.label)
            for column, number in enumerate((*row.quarters, row.total, row.reprints), start=1):
                page.write_number(line, column, number)
        if rows:
            chart = book.add_chart({"type": "column"})
            chart.add_series(
                {
                    "name": "刊播",
                    "categories": [page.get_name(), 2, 0, len(rows) + 1, 0],
                    "values": [page.get_name(), 2, 5, len(rows) + 1, 5],
                }
            )
            chart.set_legend({"none": True})
            page.insert_chart(1, 8, chart)
    book.close()
    return stream.getvalue()


def _book(stream: io.BytesIO) -> Any:
    # Headlines are typed by people: never a formula, never a link.
    return xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
