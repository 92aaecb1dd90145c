"""The comprehensive report: asked for, made section by section, on paper or as a workbook."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from gongjian.commons.documents.authority import MAKE_OVERVIEW
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.rendering import RenderedFile, render_pdf
from gongjian.commons.documents.reporting.content import Section
from gongjian.commons.documents.reporting.paper import TEMPLATE, paper_values, parts_of
from gongjian.commons.documents.reporting.subjects import (
    Extent,
    Subject,
    read_subject,
    sections_in_order,
)
from gongjian.commons.documents.reporting.workbook import XLSX, workbook_of
from gongjian.commons.documents.reports import request_report
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date, today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant, Unit

_PDF = "application/pdf"


class Form(StrEnum):
    """What the report becomes; each is a job and a file of its own."""

    PDF = "pdf"
    WORKBOOK = "xlsx"


SHORT = {Form.PDF: "PDF", Form.WORKBOOK: "Excel"}
FORMS = {Form.PDF: "PDF（含图表，供印发）", Form.WORKBOOK: "Excel（含原生图表，供再加工）"}


def request_overview(
    *,
    actor: Actor,
    extent: str,
    period: Period,
    form: str,
    unit: Unit | None = None,
    group: str = "",
    idempotency_key: str = "",
) -> ReportJob:
    """Ask for a report on a unit with all below it, a peer group, or the whole tenant."""
    wanted = Extent(extent)
    _demand_reach(actor, wanted, unit)
    parameters = {
        "extent": str(wanted),
        "period": period.pk,
        "unit": unit.pk if wanted is Extent.UNIT and unit is not None else None,
        "group": group if wanted is Extent.GROUP else "",
        "form": str(Form(form)),
        # The same request gives the same bytes, also when it is tried again tomorrow.
        "made_on": today().isoformat(),
    }
    subject = read_subject(parameters)
    return request_report(
        OVERVIEW.key,
        actor=actor,
        title=f"{title_of(subject)}（{SHORT[Form(form)]}）",
        parameters=parameters,
        unit=unit if wanted is Extent.UNIT else None,
        idempotency_key=idempotency_key,
    )


def _demand_reach(actor: Actor, extent: Extent, unit: Unit | None) -> None:
    scope = actor.scope(MAKE_OVERVIEW)
    if scope is None:
        raise NotPermitted("当前职务无权生成综合报告，请切换职务。")
    if extent is Extent.UNIT:
        if unit is None:
            raise DomainError("请选择单位。")
        if not scope.covers(unit.path):
            raise NotPermitted(f"“{unit}”不在当前职务的范围内，不能生成它的报告。")
    elif not scope.covers(""):
        raise NotPermitted("全地区和可比组的报告只能由领导小组或其办公室生成，请选择“单位”。")


def title_of(subject: Subject) -> str:
    return f"{subject.name}{subject.period}党工共建工作情况报告"


def _unbroken(subject: Subject) -> list[str]:
    return [f"{subject.name}{subject.period}", subject.name, str(subject.period), "党工共建"]


def produce_overview(parameters: Mapping[str, Any]) -> Production:
    """Gather the sections one by one, then print: each in a transaction of its own."""
    sources = sections_in_order()
    yield Progress(2, "正在读取范围")
    sections: list[Section] = []
    for place, source in enumerate(sources, start=1):
        section = source.build(read_subject(parameters))
        if section is not None:
            sections.append(section)
        yield Progress(2 + 48 * place // len(sources), f"已汇总：{source.label}")
    if not sections:
        raise DomainError("这个期间还没有可以写入报告的数据，请先填报或考核。")
    subject = read_subject(parameters)
    made_on = date.fromisoformat(parameters["made_on"])
    words = {
        "title": title_of(subject),
        "organ": f"{_tenant().leading_group}办公室",
        "made_on": long_date(made_on),
        "lead": _lead(subject, sections),
    }
    yield Progress(60, "正在排版")
    if parameters["form"] == Form.WORKBOOK:
        at = datetime.combine(made_on, datetime.min.time(), tzinfo=SHANGHAI)
        content = workbook_of(sections, at=at, **words)
        yield Progress(95, "正在保存")
        return ProducedFile(f"{words['title']}.xlsx", XLSX, content)
    values = paper_values(sections, unbroken=_unbroken(subject), **words)
    content = yield from _print(values)
    yield Progress(95, "正在保存")
    return ProducedFile(f"{words['title']}.pdf", _PDF, content)


def _print(values: Mapping[str, Any]) -> Generator[Progress, None, bytes]:
    parts = parts_of(values)
    if len(parts) == 1:
        return render_pdf(TEMPLATE, parts[0], archive=True).content
    from gongjian.commons.documents.reporting.press import (  # noqa: PLC0415 -- slow import
        press_parts,
    )

    printing = press_parts(TEMPLATE, parts)
    for place in range(1, len(parts) + 1):
        pages = next(printing)
        yield Progress(60 + 34 * place // len(parts), f"已排版{pages}页")
    try:
        next(printing)
    except StopIteration as end:
        printed: RenderedFile = end.value
        return printed.content
    raise AssertionError("more parts than were given")


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=require_tenant_id())


def _lead(subject: Subject, sections: list[Section]) -> str:
    what = {
        Extent.TENANT: f"{subject.name}全部单位",
        Extent.GROUP: f"{subject.name}{len(subject.group.unit_ids)}家单位" if subject.group else "",
        Extent.UNIT: f"{subject.name}及其下级单位" if subject.node.child_count else subject.name,
    }[subject.extent]
    listed = "、".join(section.title for section in sections)
    return (
        f"本报告反映{what}{subject.period}（{long_date(subject.period.starts_on)}至"
        f"{long_date(subject.period.ends_on)}）的{listed}，数据取自各单位报送并经审核的报表"
        "和考核结果，由系统汇总生成。"
    )


OVERVIEW = report_kinds.register(
    ReportKind(
        key="documents.overview",
        label="综合报告",
        permission=MAKE_OVERVIEW,
        produce=produce_overview,
        description="单位、可比组或全地区的报送、目标完成和考核情况，PDF 或 Excel，附图表。",
    )
)
