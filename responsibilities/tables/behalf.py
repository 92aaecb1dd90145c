"""Table of returns filed on behalf of their units."""

from __future__ import annotations

import django_tables2
from django.utils.timezone import localtime

from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.models import QuarterlyReturn


class BehalfTable(GongjianTable):
    unit = django_tables2.Column("单位", linkify=lambda record: record.get_absolute_url())
    period = django_tables2.Column("期间", order_by="period__starts_on")
    state = django_tables2.Column("状态")
    filed_on_behalf = django_tables2.Column("代报人", orderable=False)
    paper_note = django_tables2.Column("纸质签字件", orderable=False)
    submitted_at = django_tables2.Column("报送时间")

    class Meta(GongjianTable.Meta):
        model = QuarterlyReturn
        fields = ["unit", "period", "state", "filed_on_behalf", "paper_note", "submitted_at"]
        sequence = fields
        order_by = ("-period", "-state", "submitted_at")
        empty_text = "没有代报的报表。上级替下级报送后，会出现在这里。"

    def render_state(self, record: QuarterlyReturn) -> str:
        return chip(record.get_state_display(), record.state)

    def render_submitted_at(self, record: QuarterlyReturn) -> str:
        return f"{localtime(record.submitted_at):%m月%d日 %H:%M}" if record.submitted_at else "—"
