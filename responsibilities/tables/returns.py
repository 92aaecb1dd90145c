"""Tables of what a unit owes and of form versions."""

from __future__ import annotations

import django_tables2
from django.urls import reverse
from django.utils.timezone import localtime

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.models import Obligation, QuarterlyReturn, ReturnForm
from responsibilities.queries.locks import lock_reason


class ObligationTable(GongjianTable):
    """One line a period; the state comes from the return, if there is one."""

    period = django_tables2.Column(
        "期间",
        order_by="period__starts_on",
        linkify=lambda record: reverse("responsibilities:return_fill", args=[record.pk]),
    )
    due_on = django_tables2.Column("截止日期")
    state = django_tables2.Column("状态", empty_values=(), orderable=False)
    submitted = django_tables2.Column("报送时间", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = Obligation
        fields = ["period", "due_on", "state", "submitted"]
        order_by = "-period"
        empty_text = "还没有要填的报表。领导小组办公室开启填报后会出现在这里和工作台。"

    @staticmethod
    def _held(record: Obligation) -> QuarterlyReturn | None:
        return next(iter(record.returns.all()), None)

    def render_period(self, record: Obligation) -> str:
        return str(record.period)

    def render_due_on(self, record: Obligation) -> str:
        return (
            record.deadline_label
            + ("（已延期）" if record.extended_to else "")
            + ("（已封表）" if lock_reason(record) else "")
        )

    def render_state(self, record: Obligation) -> str:
        held = self._held(record)
        if record.is_exempt:
            return chip("免报", "neutral")
        return chip(held.get_state_display(), held.state) if held else chip("未填", "draft")

    def render_submitted(self, record: Obligation) -> str:
        held = self._held(record)
        if held is None or held.submitted_at is None:
            return "—"
        return f"{localtime(held.submitted_at):%Y-%m-%d %H:%M}"


class ReturnFormTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=True)
    version = NumberColumn(verbose_name="版本")
    used = NumberColumn(verbose_name="使用期数")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = ReturnForm
        fields = ["title", "version", "used", "state"]
        order_by = "-version"
        empty_text = "还没有报表格式。请先拟订一版，发布后即可开启填报。"

    def render_state(self, record: ReturnForm) -> str:
        return chip(record.get_state_display(), record.state)
