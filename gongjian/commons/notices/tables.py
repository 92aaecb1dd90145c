"""Tables of the inbox and of sent notices."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.queries import rule_label, stage_label
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip


class InboxTable(GongjianTable):
    title = django_tables2.Column(verbose_name="提醒", orderable=False)
    stage = django_tables2.Column(orderable=False)
    deadline = django_tables2.DateColumn(format="Y-m-d", attrs={"td": {"class": "num nowrap"}})
    created_at = django_tables2.DateTimeColumn(
        format="Y-m-d H:i", attrs={"td": {"class": "num nowrap"}}
    )

    class Meta(GongjianTable.Meta):
        model = Notice
        fields = ("title", "stage", "deadline", "created_at")
        empty_text = "没有提醒。有事项临近截止、被退回或需要您办理时，会出现在这里。"

    def render_title(self, record: Notice) -> SafeString:
        # A button and no link, because opening marks as read; all share the page's one form.
        return format_html(
            '<div>{}<button class="button quiet" form="open-notice" formaction="{}">{}</button>'
            '<p class="muted">{}</p></div>',
            "" if record.read_at else chip("未读", "info"),
            reverse("notices:open", args=[record.pk]),
            record.title,
            record.body,
        )

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
    read_at = django_tables2.DateTimeColumn(
        format="Y-m-d H:i",
        verbose_name="阅读",
        orderable=False,
        default="未读",
        attrs={"td": {"class": "num nowrap"}},
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
