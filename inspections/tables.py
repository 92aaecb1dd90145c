"""Tables of the inspections."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.utils.html import format_html

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from inspections.enums import (
    CircularState,
    ExceptionState,
    FindingState,
    PlanState,
    Severity,
    VisitState,
    WaveState,
)
from inspections.models import (
    Circular,
    Finding,
    HelpItem,
    InspectionException,
    InspectionPlan,
    Instructor,
    Visit,
    Wave,
)
from orgs.models import Unit

TONES: dict[str, str] = {
    PlanState.DRAFT: "draft",
    PlanState.SUBMITTED: "submitted",
    PlanState.APPROVED: "ok",
    ExceptionState.ASKED: "submitted",
    ExceptionState.REFUSED: "bad",
    VisitState.PLANNED: "info",
    VisitState.UNDER_WAY: "warn",
    VisitState.SIGNED: "submitted",
    VisitState.CONFIRMED: "info",
    VisitState.CLOSED: "ok",
    VisitState.CANCELLED: "draft",
    FindingState.NOTED: "warn",
    FindingState.SOLVED: "ok",
    FindingState.DISMISSED: "draft",
    FindingState.NOTIFIED: "warn",
    FindingState.IN_HAND: "info",
    FindingState.REPORTED: "submitted",
    FindingState.CLEARED: "ok",
    FindingState.LOOKED_BACK: "ok",
    FindingState.CALLED_OFF: "draft",
    CircularState.ISSUED: "ok",
    WaveState.ARRANGED: "ok",
    WaveState.DROPPED: "draft",
}
SEVERITY_TONES = {Severity.GENERAL: "info", Severity.HEAVY: "warn", Severity.SERIOUS: "bad"}


def state_chip(record: Any) -> str:
    return chip(record.get_state_display(), TONES[record.state])


def _link(record: Any) -> str:
    return str(record.get_absolute_url())


class PlanTable(GongjianTable):
    title = django_tables2.Column("计划", linkify=_link)
    year = NumberColumn("年度")
    unit = django_tables2.Column("督查单位")
    lines = NumberColumn("事项", empty_values=(), orderable=False)
    approval_number = django_tables2.Column("批准文号")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = InspectionPlan
        fields = ["title", "year", "unit", "lines", "approval_number", "state"]
        sequence = fields
        order_by = ("-year", "unit")
        empty_text = "还没有督查计划。先拟订年度计划，批准后才能安排督查。"

    def render_lines(self, record: InspectionPlan) -> str:
        return str(record.line_count)  # type: ignore[attr-defined]

    def render_state(self, record: InspectionPlan) -> str:
        return state_chip(record)


class ExceptionTable(GongjianTable):
    topic = django_tables2.Column("督查事项", linkify=_link)
    unit = django_tables2.Column("被查单位")
    organizer = django_tables2.Column("督查单位")
    starts_on = django_tables2.Column("开始日期")
    approval_number = django_tables2.Column("批准文号")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = InspectionException
        fields = ["topic", "unit", "organizer", "starts_on", "approval_number", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "没有计划外督查的申请。计划外的督查一事一报，批准后才能安排。"

    def render_state(self, record: InspectionException) -> str:
        return state_chip(record)


class WaveTable(GongjianTable):
    title = django_tables2.Column("一轮督查", linkify=_link)
    line = django_tables2.Column("计划事项")
    organizer = django_tables2.Column("督查单位")
    starts_on = django_tables2.Column("开始日期")
    ends_on = django_tables2.Column("结束日期")
    units = NumberColumn("单位", empty_values=(), orderable=False)
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Wave
        fields = ["title", "line", "organizer", "starts_on", "ends_on", "units", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有安排过一轮督查。年度计划批准后，从这里一次安排多家。"

    def render_units(self, record: Wave) -> str:
        return str(record.drawn_count)  # type: ignore[attr-defined]

    def render_state(self, record: Wave) -> str:
        return state_chip(record)


class VisitTable(GongjianTable):
    title = django_tables2.Column("督查", linkify=_link)
    unit = django_tables2.Column("被查单位")
    organizer = django_tables2.Column("督查单位")
    starts_on = django_tables2.Column("日期")
    findings = NumberColumn("问题", empty_values=(), orderable=False)
    score = NumberColumn("得分", accessor="sheet__score", orderable=False)
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Visit
        fields = ["title", "unit", "organizer", "starts_on", "findings", "score", "state"]
        sequence = fields
        order_by = ("-starts_on", "-id")
        empty_text = "没有符合条件的督查。年度计划批准后，从计划或日历安排。"

    def render_title(self, record: Visit) -> str:
        return format_html('{} <span class="muted">{}</span>', record.title, record.number)

    def render_findings(self, record: Visit) -> str:
        return str(record.finding_count)  # type: ignore[attr-defined]

    def render_state(self, record: Visit) -> str:
        return state_chip(record)


class FindingTable(GongjianTable):
    text = django_tables2.Column("问题", linkify=_link)
    unit = django_tables2.Column("单位")
    category = django_tables2.Column("类别")
    severity = django_tables2.Column("程度")
    due_on = django_tables2.Column("整改时限", accessor="follow_up__due_on")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Finding
        fields = ["text", "unit", "category", "severity", "due_on", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "没有符合条件的问题。现场检查中记录的问题会出现在这里。"

    def render_severity(self, record: Finding) -> str:
        return chip(record.get_severity_display(), SEVERITY_TONES[Severity(record.severity)])

    def render_text(self, record: Finding) -> str:
        if record.repeats_id or record.recurrence_count:
            return format_html("{} {}", record.text, chip("重复出现", "bad"))
        return record.text

    def render_state(self, record: Finding) -> str:
        late = (
            record.state in {FindingState.NOTIFIED, FindingState.IN_HAND}
            and record.follow_up is not None
            and record.follow_up.due_on < today()
        )
        return chip("逾期未整改", "bad") if late else state_chip(record)


class HelpTable(GongjianTable):
    text = django_tables2.Column("承诺帮助解决的困难", linkify=_link)
    unit = django_tables2.Column("受帮扶单位")
    organizer = django_tables2.Column("承诺单位", accessor="visit__organizer")
    due_on = django_tables2.Column("解决时限")
    state = django_tables2.Column("进展", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = HelpItem
        fields = ["text", "unit", "organizer", "due_on", "state"]
        sequence = fields
        order_by = ("due_on",)
        empty_text = "还没有帮扶事项。督查中承诺帮基层解决的困难，由领导小组自己按期办结。"

    def render_state(self, record: HelpItem) -> str:
        if record.follow_up is None:
            return chip("单位确认后交办", "draft")
        return format_html(
            '<a href="{}">{}</a>',
            record.follow_up.get_absolute_url(),
            record.follow_up.get_state_display(),
        )


class CircularTable(GongjianTable):
    title = django_tables2.Column("通报", linkify=_link)
    number = django_tables2.Column("期号", empty_values=(), orderable=False)
    unit = django_tables2.Column("发文单位")
    issued_on = django_tables2.Column("印发日期")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Circular
        fields = ["title", "number", "unit", "issued_on", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有督查通报。一轮督查结束后，在这里编印通报和问题清单。"

    def render_number(self, record: Circular) -> str:
        return record.number or "—"

    def render_state(self, record: Circular) -> str:
        return chip(record.get_state_display(), "ok" if record.issued_on else "draft")


class InstructorTable(GongjianTable):
    name = django_tables2.Column("姓名", linkify=_link)
    duty = django_tables2.Column("单位和职务")
    unit = django_tables2.Column("选派单位")
    units = NumberColumn("联系单位", empty_values=(), orderable=False)
    walks = NumberColumn("今年走访", empty_values=(), orderable=False)
    ends_on = django_tables2.Column("期满日期")

    class Meta(GongjianTable.Meta):
        model = Instructor
        fields = ["name", "duty", "unit", "units", "walks", "ends_on"]
        sequence = fields
        order_by = ("unit", "name")
        empty_text = "还没有工建指导员。聘任后安排联系未建工会的单位。"

    def render_units(self, record: Instructor) -> str:
        return str(record.unit_count)  # type: ignore[attr-defined]

    def render_walks(self, record: Instructor) -> str:
        return str(record.walk_count)  # type: ignore[attr-defined]

    def render_ends_on(self, record: Instructor) -> str:
        text = f"{record.ends_on:%Y-%m-%d}"
        if record.ends_on < today():
            return format_html("{} {}", text, chip("已期满", "draft"))
        return text


class CoverageTable(GongjianTable):
    name = django_tables2.Column("未建工会的单位", linkify=_link)
    parent = django_tables2.Column("上级单位")
    worker_count = NumberColumn("职工数")
    has_instructor = django_tables2.Column("指导员", orderable=False)
    was_visited = django_tables2.Column("本年走访", orderable=False)

    class Meta(GongjianTable.Meta):
        model = Unit
        fields = ["name", "parent", "worker_count", "has_instructor", "was_visited"]
        sequence = fields
        order_by = ("-worker_count",)
        empty_text = "所辖基层单位都已建立工会。"

    def render_has_instructor(self, value: Any) -> str:
        return chip("已联系", "ok") if value else chip("未联系", "warn")

    def render_was_visited(self, value: Any) -> str:
        return chip("已走访", "ok") if value else chip("未走访", "draft")
