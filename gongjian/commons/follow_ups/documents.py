"""What follow-ups print: 督办单, 催办单 of one matter, and the ledger (督办台账)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils import timezone

from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.sheet_contexts import OrderContext
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.commons.follow_ups.authority import VIEW_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpState, Light, NoteKind
from gongjian.commons.follow_ups.models import FollowUp, FollowUpNote
from gongjian.commons.follow_ups.queries import lights_of
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET = "documents/follow_up_order.html"
_BATCH = 500


def order_values(follow_up: FollowUp, *, is_urging: bool) -> OrderContext:
    """Everything the sheet of one matter prints."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    helpers = "、".join(helper.unit.name for helper in follow_up.helpers.select_related("unit"))
    urged = follow_up.notes.filter(kind=NoteKind.URGE).first()
    late = (today() - follow_up.due_on).days
    return OrderContext(
        organ=f"{tenant.leading_group}办公室",
        title="催办通知单" if is_urging else "督办通知单",
        number=follow_up.number,
        made_on=long_date(today()),
        name=follow_up.title,
        basis=follow_up.basis or follow_up.source_label or "—",
        unit=follow_up.unit.name,
        helpers=helpers or "—",
        requirement=follow_up.requirement,
        due_on=_due(follow_up),
        urgency=follow_up.get_urgency_display(),
        contact=follow_up.contact or "—",
        urging=_urging(urged) if is_urging else "",
        urge_count=str(follow_up.urge_count),
        light=_colour(follow_up) if is_urging else "",
        late=f"已逾期{late}天" if is_urging and late > 0 else "",
        **_known(follow_up),
    )


def _known(follow_up: FollowUp) -> dict[str, str]:
    """What was signed for, reported and verified up to now; of a round before nothing."""
    known: dict[str, str] = {}
    if follow_up.received_at is not None:
        signed = history_of(follow_up).filter(action="follow_ups.follow_up.received").first()
        who = signed.actor_label if signed else follow_up.handler
        known |= {"received": who, "received_on": _day_of(follow_up.received_at)}
    if follow_up.reported_at is not None:
        known |= {
            "result": follow_up.result,
            "reported": follow_up.reported_by,
            "reported_on": _day_of(follow_up.reported_at),
        }
    if follow_up.cleared_at is not None:
        known |= {
            "opinion": follow_up.opinion or "同意销号。",
            "verified": follow_up.cleared_by,
            "verified_on": _day_of(follow_up.cleared_at),
        }
    return known


def _day_of(moment: datetime) -> str:
    return long_date(timezone.localtime(moment).date())


def _due(follow_up: FollowUp) -> str:
    first = follow_up.first_due_on
    moved = f"（原定{long_date(first)}）" if first and first != follow_up.due_on else ""
    return f"{long_date(follow_up.due_on)}{moved}"


def _urging(urged: FollowUpNote | None) -> str:
    return urged.text if urged else "请抓紧办理，按期办结并申请销号。"


def _colour(follow_up: FollowUp) -> str:
    names = {Light.BLUE: "蓝色提醒", Light.YELLOW: "黄色警示", Light.RED: "红色督促"}
    return names.get(lights_of([follow_up]).get(follow_up.pk, Light.NONE), "提醒")


def _sheet(parameters: Mapping[str, Any], *, is_urging: bool) -> Production:
    follow_up = FollowUp.objects.select_related("unit", "giver").get(pk=parameters["follow_up"])
    yield Progress(20, "正在排版")
    order = order_values(follow_up, is_urging=is_urging)
    printed = render_pdf(_SHEET, order.as_values())
    name = f"{order.title}（{follow_up.title[:40]}）.pdf"
    return ProducedFile(name, _PDF, printed.content)


def produce_order(parameters: Mapping[str, Any]) -> Production:
    return _sheet(parameters, is_urging=False)


def produce_urging(parameters: Mapping[str, Any]) -> Production:
    return _sheet(parameters, is_urging=True)


_HEAD = (
    "编号", "事项名称", "类型", "立项依据", "主办单位", "承办人", "交办日期", "原定时限",
    "办理时限", "状态", "时限提示", "催办次数", "退办次数", "申请办结日期", "销号日期", "核验人",
    "反弹次数", "升级", "办理结果",
)  # fmt: skip


def produce_ledger(parameters: Mapping[str, Any]) -> Production:
    """Rows of the post's reach only: the path it acts from is in the request."""
    rows = FollowUp.objects.filter(unit__path__under=parameters["path"]).exclude(
        state=FollowUpState.DRAFT
    )
    total = rows.count()
    yield Progress(5, f"共{total}件")
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = workbook.add_worksheet("督办台账")
    sheet.freeze_panes(1, 2)
    sheet.write_row(0, 0, _HEAD)
    done, last = 0, 0
    while batch := list(rows.filter(pk__gt=last).select_related("unit").order_by("pk")[:_BATCH]):
        lights = lights_of(batch)
        for follow_up in batch:
            done += 1
            sheet.write_row(done, 0, _row(follow_up, lights.get(follow_up.pk)))
        last = batch[-1].pk
        yield Progress(5 + 90 * done // max(total, 1), f"已写入{done}件")
    workbook.close()
    return ProducedFile("督办台账.xlsx", _XLSX, stream.getvalue())


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _row(item: FollowUp, light: Light | None) -> list[str | int]:
    return [
        item.number, item.title, item.get_kind_display(), item.basis or item.source_label,
        item.unit.name, item.handler, _day(item.issued_at), _day(item.first_due_on),
        _day(item.due_on), item.get_state_display(), light.label if light else "",
        item.urge_count, item.return_count, _day(item.reported_at), _day(item.cleared_at),
        item.cleared_by, item.recurrence_count,
        item.get_escalation_display() if item.escalation else "", item.result,
    ]  # fmt: skip


ORDER = report_kinds.register(
    ReportKind("follow_ups.order", "督办通知单", VIEW_FOLLOW_UP, produce_order)
)
URGING = report_kinds.register(
    ReportKind("follow_ups.urging", "催办通知单", VIEW_FOLLOW_UP, produce_urging)
)
LEDGER = report_kinds.register(
    ReportKind("follow_ups.ledger", "督办台账", VIEW_FOLLOW_UP, produce_ledger)
)
