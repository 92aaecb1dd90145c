"""Table of exceptions from a check."""

from __future__ import annotations

import django_tables2

from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.models import CheckException


class ExceptionTable(GongjianTable):
    unit = django_tables2.Column(
        "单位",
        accessor="quarterly_return__unit__name",
        linkify=lambda record: record.get_absolute_url(),
    )
    period = django_tables2.Column("期间", accessor="quarterly_return__period", orderable=False)
    cell = django_tables2.Column("栏目", orderable=False)
    finding = django_tables2.Column("检查结果", orderable=False)
    reason = django_tables2.Column("申请理由", orderable=False)
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = CheckException
        fields = ["unit", "period", "cell", "finding", "reason", "state"]
        order_by = "-pk"
        empty_text = "没有校验例外。填报时数据确属特殊、不能通过检查的，可在填报页申请。"

    def render_state(self, record: CheckException) -> str:
        looks = {"asked": "warn", "granted": "ok", "declined": "bad"}
        return chip(record.get_state_display(), looks[record.state])
