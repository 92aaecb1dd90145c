"""Printing of official documents."""

from __future__ import annotations

import io
import os
import resource
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from django.conf import settings

from bench import printing_floor
from bench.measure import Result
from gongjian.commons.documents.certificates import certificate_batch
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.reporting.content import (
    Chart,
    Column,
    Headline,
    Listing,
    Section,
    Series,
    Shape,
    Value,
)
from gongjian.commons.documents.reporting.paper import TEMPLATE, paper_values, parts_of
from gongjian.commons.documents.reporting.press import press_parts

_BODY = (
    "一、基本情况\n"
    + "全市各级党组织、工会组织认真落实党工共建目标任务责任制，坚持以党带工、以工促党，"
    "同步推进组织组建和作用发挥，涌现出一批成绩突出的先进集体。\n" * 8 + "特此通报。"
)


def notice() -> dict[str, object]:
    """A notice of four pages with a list of names."""
    organ = "示范市党建带工建工作领导小组"
    rows = [[str(number), f"第{number}村党支部", "先进集体"] for number in range(1, 16)]
    columns = [
        {"label": "序号", "width": 12},
        {"label": "单位", "width": 60},
        {"label": "称号", "width": 28},
    ]
    return {
        "organs": [organ],
        "number": "示党工组\u30142026\u30153号",
        "signer": "",
        "copy_number": "",
        "urgency": "",
        "is_draft": False,
        "title": "关于表扬2026年度党工共建先进集体的通报",
        "main_recipients": "各县（市、区）党工共建工作领导小组",
        "body": _BODY,
        "attachments": [{"title": "先进集体名单", "text": "", "columns": columns, "rows": rows}],
        "signatures": [organ],
        "signed_on": "2026年12月6日",
        "seal_mm": "42",
        "half_seal_mm": "21",
        "remark": "",
        "copy_recipients": "市委办公室",
        "printer": "领导小组办公室",
        "printed_on": "2026年12月6日",
        "verification": {"code": "0001-7F3K-9QWD", "url": "https://gongjian.invalid/verify/"},
    }


def certificate_rows(count: int) -> list[dict[str, str]]:
    return [
        {
            "name": f"职工{number}",
            "unit": "星火机械公司工会",
            "text": "在2026年度党工共建工作中成绩突出，被评为“优秀工会工作者”。特发此证。",
            "number": f"示工证2026{number:05}",
            "issuer": "示范市总工会",
            "issued_on": "2026年12月6日",
            "code": f"0001-7F3K-{number:04}",
            "url": f"https://gongjian.invalid/verify/0001-7F3K-{number:04}/",
        }
        for number in range(count)
    ]


def long_report() -> dict[str, object]:
    """A report on the tenant in eighty chapters, each with a chart and sixty rows."""
    labels = ["领导体系", "组织覆盖", "规范建设", "服务职工", "督查整改"]
    series = [
        Series("本单位", [Decimal(95), Decimal("88.2"), Decimal(91), Decimal("93.4"), Decimal(80)]),
        Series("组内平均", [Decimal(90)] * 5),
    ]
    columns = [
        Column("代码", 9), Column("单位", 25), Column("计分公式与数据", 36),
        Column("权重", 10, 2), Column("得分", 10, 2), Column("得分率%", 10, 1),
    ]  # fmt: skip

    def section(number: int) -> Section:
        rows: list[list[Value]] = [
            [f"B{row:02}", f"第{number}组第{row}村党支部", f"6 × min({row + 40}% ÷ 90%, 1)",
             Decimal(6), Decimal(row) / 10, Decimal(row)]
            for row in range(60)
        ]  # fmt: skip
        return Section(
            f"第{number}组",
            [Headline("应报（家）", "60"), Headline("已报率", "98.3%")],
            [Chart(Shape.BARS, "各维度得分率", labels, series, "%"),
             Listing("各单位得分", columns, rows)],
        )  # fmt: skip

    return paper_values(
        [section(number) for number in range(1, 81)],
        title="示范市2026年度党工共建工作情况报告",
        organ="示范市领导小组办公室",
        made_on="2026年12月1日",
        lead="数据取自各单位报送并经审核的报表。",
    )


def print_long(values: dict[str, object]) -> int:
    """Pages of the report, printed in parts as the report centre does."""
    printing = press_parts(TEMPLATE, parts_of(values))
    while True:
        try:
            next(printing)
        except StopIteration as end:
            return int(end.value.pages)


def measure() -> Iterator[Result]:
    context = notice()
    render_pdf("documents/circular.html", context)
    used, pages = [], 0
    for _ in range(8):
        begun = time.process_time()
        pages = render_pdf("documents/circular.html", context).pages
        used.append(time.process_time() - begun)
    used.sort()
    yield Result(f"notice of {pages} pages, processor time", used[len(used) // 2], "s", None, 0.25)
    begun = time.process_time()
    render_pdf("documents/circular.html", context, archive=True)
    kept = time.process_time() - begun
    yield Result("the same kept as PDF/A-2a, tagged", kept, "s", used[len(used) // 2], None)
    yield Result("memory after ten notices", _peak(), "MB", None, 300)
    font = printing_floor.find_font(_font_folder())
    yield from _certificates(font)
    yield from _report(font)
    yield from _workbook()


def _font_folder() -> Path:
    configured = os.environ.get("FONTCONFIG_FILE")
    return Path(configured).parent if configured else Path(settings.DATA_DIR) / "fonts"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _certificates(font: str | None) -> Iterator[Result]:
    rows = certificate_rows(1000)
    certificate_batch("荣誉证书", rows[:3])
    used = _used(lambda: certificate_batch("荣誉证书", rows))
    floor = _used(lambda: printing_floor.certificates(font, rows)) if font else None
    yield Result(
        "1,000 certificates in one file, processor time", used, "s", floor, 2, by_ratio=True
    )
    one = _used(lambda: certificate_batch("荣誉证书", rows[:1]))
    yield Result("one more certificate of a design, processor time", one * 1000, "ms", None, 20)


def _report(font: str | None) -> Iterator[Result]:
    values = long_report()
    begun = time.process_time()
    pages = print_long(values)
    used = time.process_time() - begun
    floor = None
    if font:
        floor = pages / _used(lambda: printing_floor.pages(font, pages))
    name = f"report of {pages} pages, pages a second of one core"
    yield Result(name, pages / used, "1/s", floor, 15, at_least=True)
    yield Result("memory after the report", _peak(), "MB", None, 850)


def _workbook() -> Iterator[Result]:
    rows, columns = 100_000, 12

    def write() -> int:
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_urls": False})
        sheet = book.add_worksheet()
        for row in range(rows):
            sheet.write_string(row, 0, f"第{row}号单位")
            for column in range(1, columns):
                sheet.write_number(row, column, row + column)
        book.close()
        return len(stream.getvalue())

    used = _used(write)
    floor = _used(lambda: printing_floor.comma_separated(rows, columns))
    yield Result("100,000 rows of 12 columns as a workbook", used, "s", floor, 6)


def _used(action: Callable[[], object]) -> float:
    begun = time.process_time()
    action()
    return time.process_time() - begun
