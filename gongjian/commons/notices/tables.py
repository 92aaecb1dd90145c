"""Tables of the inbox and of sent notices."""

from __future__ import annotations

from typing import Any

import django_tables2

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.queries import rule_label, stage_label
from gongjian.foundation.web.tables import GongjianTable


class InboxTable(GongjianTable):
    title = django_tables2.TemplateColumn(
        template_name="notices/_title.html", verbose_name="提醒", orderable=False
    )
    stage = django_tables2.Column(orderable=False)
    deadline = django_tables2.DateColumn(format="Y-m-d", attrs={"td": {"class": "num nowrap"}})
    created_at = django_tables2.DateTimeColumn(
        format="Y-m-d H:i", attrs={"td": {"class": "num nowrap"}}
    )

    class Meta(GongjianTable.Meta):
        model = Notice
        fields = ("title", "stage", "deadline", "created_at")
        empty_text = "没有提醒。有事项临近截止、被退回或需要您办理时，会出现在这里。"

    def render_stage(self, value: str) -> str:
        return stage_label(value)


class SentTable(GongjianTable):
    created_at = django_tables2.DateTimeColumn(
        format="Y-m-d H:i", attrs={"td": {"class": "num nowrap"}}
    )
    post = django_tables2.Column(order_by=("post__unit__path", "post_id"))
    title = django_tables2.Column(orderable=False)
    rule = django_tables2.Column(orderable=False)
    stage = django_tables2.Column(orderable=False)
    deadline = django_tables2.DateColumn(format="Y-m-d", attrs={"td": {"class": "num nowrap"}})
    read_at = django_tables2.TemplateColumn(
        template_name="notices/_read.html", verbose_name="阅读", orderable=False
    )
    mailed_at = django_tables2.DateTimeColumn(
        format="Y-m-d H:i",
        verbose_name="邮件",
        orderable=False,
        attrs={"td": {"class": "num nowrap"}},
    )

    class Meta(GongjianTable.Meta):
        model = Notice
        fields = (
            "created_at",
            "post",
            "title",
            "rule",
            "stage",
            "deadline",
            "read_at",
            "mailed_at",
        )
        empty_text = "还没有发出提醒。到期事项由系统每天自动查找，也可以放宽筛选条件再看。"

    def render_rule(self, value: str) -> str:
        return rule_label(value)

    def render_stage(self, value: str) -> str:
        return stage_label(value)

    def render_post(self, value: Any) -> str:
        return str(value)
