"""Tables of the reviewer: returns and consolidations."""

from __future__ import annotations

import django_tables2
from django.utils.html import format_html
from django.utils.timezone import localtime

from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.enums import ReturnState
from responsibilities.models import Consolidation, QuarterlyReturn


class ReviewTable(GongjianTable):
    """Those that wait come first and carry a box for bulk acceptance."""

    choose = django_tables2.Column("选", empty_values=(), orderable=False)
    unit = django_tables2.Column("单位", linkify=lambda record: record.get_absolute_url())
    period = django_tables2.Column("期间", order_by="period__starts_on")
    state = django_tables2.Column("状态")
    submitted_at = django_tables2.Column("报送时间")
    submitted_by = django_tables2.Column("报送人", orderable=False)
    late = django_tables2.Column("是否按时", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = QuarterlyReturn
        fields = ["choose", "unit", "period", "state", "submitted_at", "submitted_by", "late"]
        sequence = fields
        order_by = ("-period", "-state", "submitted_at")
        empty_text = "没有符合条件的报表。下级报送后会出现在这里和工作台。"

    def render_choose(self, record: QuarterlyReturn) -> str:
        if record.state != ReturnState.SUBMITTED:
            return ""
        return format_html(
            '<input type="checkbox" name="ids" value="{}" form="accept-many" aria-label="选择{}">',
            record.pk,
            record.unit.name,
        )

    def render_state(self, record: QuarterlyReturn) -> str:
        return chip(record.get_state_display(), record.state)

    def render_submitted_at(self, record: QuarterlyReturn) -> str:
        return f"{localtime(record.submitted_at):%m月%d日 %H:%M}" if record.submitted_at else "—"

    def render_late(self, record: QuarterlyReturn) -> str:
        first = record.first_submitted_at
        if first is None:
            return "—"
        late = first.astimezone(SHANGHAI).date() > record.obligation.deadline
        return chip("逾期", "bad") if late else chip("按时", "ok")


class ConsolidationTable(GongjianTable):
    unit = django_tables2.Column("单位", linkify=lambda record: record.get_absolute_url())
    period = django_tables2.Column("期间", order_by="period__starts_on")
    coverage = django_tables2.Column("已通过／应报", empty_values=(), orderable=False)
    state = django_tables2.Column("状态")
    submitted_at = django_tables2.Column("上报时间")

    class Meta(GongjianTable.Meta):
        model = Consolidation
        fields = ["unit", "period", "coverage", "state", "submitted_at"]
        order_by = ("-period", "unit")
        empty_text = "还没有上报的汇总表。审核完下级报表后，在“数据汇总”中上报本级汇总。"

    def render_coverage(self, record: Consolidation) -> str:
        return f"{record.accepted_count}/{record.expected_count} 家"

    def render_state(self, record: Consolidation) -> str:
        return chip(record.get_state_display(), record.state)

    def render_submitted_at(self, record: Consolidation) -> str:
        return f"{localtime(record.submitted_at):%m月%d日 %H:%M}" if record.submitted_at else "—"
