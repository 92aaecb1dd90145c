"""What the ledger prints: 一企一档 as a form, the ledger across the page, both as of a day."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from gongjian.commons.documents.contexts import Column
from gongjian.commons.documents.layouts import (
    Block,
    Cell,
    FormContext,
    LedgerContext,
    print_layout,
)
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import require_tenant_id
from ledger.authority import VIEW_ENTRY
from ledger.models import Coverage, Entry, EntryVersion, Term
from ledger.queries.coverage import versions_on
from ledger.queries.entries import coverages_on, running_on, version_on
from orgs.enums import Line
from orgs.models import Tenant, Unit

_PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Lines that one printed ledger may have; more is for the workbook.
MOST_PRINTED = 3000


def _day(value: date | None) -> str:
    return long_date(value) if value else "—"


def _yes(value: bool) -> str:  # noqa: FBT001 -- a value of the form
    return "是" if value else "否"


# --- 一企一档 -----------------------------------------------------------------------------------


def file_context(entry: Entry, day: date) -> FormContext:
    """The whole file of one unit as it was on a day."""
    facts = version_on(entry, day)
    if facts is None:
        raise DomainError(f"{long_date(day)}时“{entry}”还没有列入台账，请换一个日期。")
    covers = coverages_on(entry, day)
    rows: list[list[Cell]] = [
        *_pairs(
            ("单位名称", facts.name), ("统一社会信用代码", facts.credit_code or "—"),
            ("属地单位", str(facts.unit)), ("单位类别", facts.get_kind_display()),
            ("行业门类", facts.get_industry_display() or "—"),
            ("经营状态", facts.get_operation_display()),
            ("成立日期", _day(facts.founded_on)), ("法定代表人", facts.legal_person or "—"),
            ("联系人", f"{facts.contact}　{facts.contact_phone}".strip() or "—"),
            ("详细地址", facts.address or "—"), ("园区、楼宇或网格", facts.place or "—"),
            ("规模以上", _yes(facts.is_above_scale)),
        ),
        *_pairs(
            ("职工总数", f"{facts.worker_count}人"), ("其中女职工", f"{facts.women_count}人"),
            ("其中农民工", f"{facts.migrant_count}人"),
            ("劳务派遣工", f"{facts.dispatched_count}人"),
            ("正式党员", f"{facts.party_member_count}人"),
            ("预备党员", f"{facts.probationary_count}人"),
            ("工会会员", f"{facts.member_count}人"),
            ("其中女会员", f"{facts.women_member_count}人"),
            ("新就业形态会员", f"{facts.new_form_member_count}人"),
        ),
    ]  # fmt: skip
    for line in Line:
        rows += _organization(facts, covers.get(line), line, day)
    rows += _pairs(
        ("职代会", _congress(facts)),
        ("厂务公开", "已建" if facts.has_openness else "未建"),
        ("劳动争议调解", "已建" if facts.has_mediation else "未建"),
        ("集体合同备案号", facts.contract_number or "—"),
        ("集体合同到期", _day(facts.contract_ends_on)),
        ("数据时点", _day(facts.counted_on)),
    )
    visits = entry.visits.filter(visited_on__lte=day)[:5]
    return FormContext(
        title="双组双建台账\n（一企一档）",
        rows=rows,
        widths=(18, 31, 18, 33),
        blocks=[
            Block(
                "走访记录",
                "\n".join(
                    f"{long_date(row.visited_on)}，{row.visitor}：{row.text}" for row in visits
                )
                or "暂无走访记录。",
            ),
            Block("属地单位意见", "", sign="年　　月　　日", height_mm=26),
        ],
        byline=f"属地单位：{facts.unit}",
        number=f"截至{long_date(day)}",
        organ=_tenant().leading_group,
        made_on=long_date(today()),
    )


def _pairs(*facts: tuple[str, str]) -> list[list[Cell]]:
    """Two facts a row; the last row is filled up."""
    rows: list[list[Cell]] = []
    for at in range(0, len(facts), 2):
        row: list[Cell] = []
        for label, text in facts[at : at + 2]:
            row += [Cell(label, is_label=True), Cell(text)]
        if missing := 4 - len(row):
            row[-1] = Cell(row[-1].text, columns=1 + missing)
        rows.append(row)
    return rows


def _organization(
    facts: EntryVersion, coverage: Coverage | None, line: Line, day: date
) -> list[list[Cell]]:
    if coverage is None:
        obstacle = facts.party_obstacle if line == Line.PARTY else facts.union_obstacle
        guide = facts.party_instructor if line == Line.PARTY else facts.union_instructor
        why = (
            facts.get_party_obstacle_display()
            if line == Line.PARTY
            else facts.get_union_obstacle_display()
        )
        return _pairs(
            (line.label, "未建"),
            ("未建原因", why if obstacle else "—"),
            ("指导员", guide or "—"),
        )
    body = coverage.body
    term = Term.objects.filter(body=body, starts_on__lte=day).order_by("-number").first()
    post = "书记" if line == Line.PARTY else "主席"
    return _pairs(
        (line.label, body.name),
        ("组建方式", coverage.get_form_display()),
        ("类型", body.get_kind_display()),
        ("成立日期", _day(body.founded_on)),
        ("批复文号", body.approval_number or "—"),
        ("上级组织", body.superior or "—"),
        (post, f"{term.head}{'（专职）' if term.is_full_time else ''}" if term else "—"),
        ("届次", f"第{term.number}届" if term else "—"),
        ("届满日期", _day(term.due_on) if term else "—"),
    )


def _congress(facts: EntryVersion) -> str:
    if not facts.has_congress:
        return "未建"
    return f"已建，{_day(facts.congress_on)}召开" if facts.congress_on else "已建"


def print_file(entry: Entry, day: date) -> ProducedFile:
    printed = print_layout("form", file_context(entry, day))
    return ProducedFile(f"{entry.name}一企一档.pdf", _PDF, printed.content)


# --- the ledger across the page ----------------------------------------------------------

_COLUMNS = (
    Column("序号", 4), Column("单位名称", 15), Column("统一社会信用代码", 17),
    Column("属地", 9), Column("类别", 8), Column("职工", 5), Column("会员", 5), Column("党员", 5),
    Column("党组织", 12), Column("方式", 5), Column("工会", 10), Column("方式", 5),
)  # fmt: skip


def ledger_lines(unit: Unit, day: date, *, is_open: bool = True) -> list[list[str]]:
    """The lines of the ledger of a place on a day, in the order of the divisions."""
    versions = list(
        versions_on(day, path=unit.path, is_open=is_open)
        .select_related("unit")
        .order_by("unit__path", "name", "pk")
    )
    covers: dict[tuple[int, str], Coverage] = {
        (row.entry_id, row.line): row
        for row in Coverage.objects.filter(
            running_on(day), entry__in=[version.entry_id for version in versions]
        ).select_related("body")
    }
    lines = []
    for number, version in enumerate(versions, start=1):
        cells = [
            str(number), version.name, version.credit_code, version.unit.name,
            version.get_kind_display(), str(version.worker_count), str(version.member_count),
            str(version.party_member_count),
        ]  # fmt: skip
        for line in Line:
            found = covers.get((version.entry_id, line))
            cells += [found.body.name, found.get_form_display()[:2]] if found else ["未建", "—"]
        lines.append(cells)
    return lines


def produce_ledger(parameters: Mapping[str, Any]) -> Production:
    unit = Unit.objects.get(pk=parameters["unit"])
    day = date.fromisoformat(parameters["day"])
    lines = ledger_lines(unit, day)
    if len(lines) > MOST_PRINTED:
        raise DomainError(
            f"“{unit}”有{len(lines)}户，超过{MOST_PRINTED}户，请按下级分别打印，或导出 Excel。"
        )
    yield Progress(20, f"共{len(lines)}户，正在排版")
    printed = print_layout(
        "ledger",
        LedgerContext(
            title="双组双建台账",
            columns=_COLUMNS,
            rows=lines,
            organ=f"填报单位：{unit}（盖章）",
            period=f"截至{long_date(day)}",
            notes=["只列在营单位。联合组建的，每个被覆盖的单位各列一行。"],
            made_on=long_date(today()),
        ),
    )
    return ProducedFile(f"{unit}双组双建台账.pdf", _PDF, printed.content)


LEDGER = report_kinds.register(
    ReportKind("ledger.ledger", "双组双建台账", VIEW_ENTRY, produce_ledger)
)


def workbook(title: str, head: Sequence[str], lines: Sequence[Sequence[Any]]) -> bytes:
    """A table as a workbook; what people typed is text and never a formula."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(title[:31])
    page.freeze_panes(1, 1)
    page.set_column(0, len(head) - 1, 14)
    for column, label in enumerate(head):
        page.write_string(0, column, label, bold)
    for number, line in enumerate(lines, start=1):
        for column, value in enumerate(line):
            if isinstance(value, int):
                page.write_number(number, column, value)
            else:
                page.write_string(number, column, str(value))
    book.close()
    return stream.getvalue()


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=require_tenant_id())
