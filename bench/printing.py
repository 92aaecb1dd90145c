"""Printing of official documents."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from bench.measure import Result
from gongjian.commons.documents.rendering import render_pdf

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
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Result("memory after nine notices", memory, "MB", None, 300)
