"""The dashboard as a workbook: what the page shows, with a native chart."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import xlsxwriter

from responsibilities.queries.dashboard import TrendPoint
from responsibilities.queries.standing import Board, BranchRow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def board_workbook(
    board: Board, points: list[TrendPoint], *, basis: str, as_of: date | None, label: str
) -> bytes:
    """Branches, completion by indicator, those who lag, and the trend, a sheet each."""
    stream = io.BytesIO()
    # Names are typed by people: nothing is read as a formula or an address.
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#F9F0DA", "border": 1})
    note = f"{board.node.name} {board.node.period} {basis}"
    note += f"，截至{as_of:%Y年%m月%d日}" if as_of else ""
    _branch_sheet(book, board, head, note)
    _course_sheet(book, board, head, note)
    _lagging_sheet(book, board, head, note)
    _trend_sheet(book, points, head, label)
    book.close()
    return stream.getvalue()


def _start(book: Any, name: str, note: str, columns: list[str], head: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.write(0, 0, note)
    sheet.write_row(1, 0, columns, head)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, len(columns), 13)
    sheet.freeze_panes(2, 1)
    return sheet


def _number(value: Any) -> Any:
    return "—" if value is None else float(value)


def _branch_sheet(book: Any, board: Board, head: Any, note: str) -> None:
    columns = [
        "单位",
        "应报（家）",
        "已报（家）",
        "已报率（%）",
        "按时率（%）",
        "计入（家）",
        "覆盖职工（%）",
        "达到时序（项）",
        "有目标（项）",
    ]
    sheet = _start(book, "下级情况", note, columns, head)
    for place, row in enumerate([*board.rows, board.node], start=2):
        sheet.write_row(place, 0, _branch_cells(row, is_total=row is board.node))
    if board.rows:
        chart = book.add_chart({"type": "bar"})
        for column in (3, 4):
            chart.add_series(
                {
                    "name": columns[column],
                    "categories": ["下级情况", 2, 0, len(board.rows) + 1, 0],
                    "values": ["下级情况", 2, column, len(board.rows) + 1, column],
                }
            )
        chart.set_y_axis({"reverse": True})
        chart.set_title({"name": "报送与按时"})
        sheet.insert_chart(1, len(columns) + 1, chart)


def _branch_cells(row: BranchRow, *, is_total: bool) -> list[Any]:
    line = row.line
    return [
        "合计" if is_total else row.name,
        line.expected,
        line.handed_in,
        _number(row.filing_rate),
        _number(row.on_time_rate),
        line.included,
        _number(line.worker_share),
        row.on_course,
        row.measured,
    ]


def _course_sheet(book: Any, board: Board, head: Any, note: str) -> None:
    columns = ["单位"]
    for cell in board.cells:
        columns += [f"{cell.label}完成率（%）", "状态"]
    sheet = _start(book, "完成进度", note, columns, head)
    for place, row in enumerate([board.node, *board.rows], start=2):
        cells: list[Any] = [row.name]
        for standing in row.standings:
            cells += [_number(standing.rate), str(standing.light)]
        sheet.write_row(place, 0, cells)


def _lagging_sheet(book: Any, board: Board, head: Any, note: str) -> None:
    columns = ["单位", "指标", "累计", "目标", "完成率（%）", "落后（百分点）", "自"]
    sheet = _start(book, "滞后清单", note, columns, head)
    for place, entry in enumerate(board.lagging, start=2):
        standing = entry.standing
        sheet.write_row(
            place,
            0,
            [
                entry.row.name,
                standing.cell.label,
                _number(standing.done),
                _number(standing.target),
                _number(standing.rate),
                _number(standing.behind_by),
                str(standing.since or "—"),
            ],
        )


def _trend_sheet(book: Any, points: list[TrendPoint], head: Any, label: str) -> None:
    sheet = _start(book, "趋势", label, ["期间", label, "计入（家）", "应报（家）"], head)
    for place, point in enumerate(points, start=2):
        sheet.write_row(
            place, 0, [str(point.period), _number(point.value), point.included, point.expected]
        )
    if len(points) > 1:
        chart = book.add_chart({"type": "line"})
        chart.add_series(
            {
                "name": label,
                "categories": ["趋势", 2, 0, len(points) + 1, 0],
                "values": ["趋势", 2, 1, len(points) + 1, 1],
                "marker": {"type": "circle"},
            }
        )
        sheet.insert_chart(1, 5, chart)
