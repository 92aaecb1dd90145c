"""Table of briefings."""

from __future__ import annotations

import django_tables2
from django.urls import reverse
from django.utils.html import format_html

from gongjian.foundation.web.tables import GongjianTable
from responsibilities.models import BriefingPlan


class BriefingTable(GongjianTable):
    unit = django_tables2.Column("单位", accessor="post__unit__name", order_by="post__unit__path")
    post = django_tables2.Column("接收职务", accessor="post__title", orderable=False)
    times = django_tables2.Column("发送时间", empty_values=(), orderable=False)
    acts = django_tables2.Column("办理", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = BriefingPlan
        fields = ["unit", "post", "times", "acts"]
        sequence = fields
        order_by = "unit"
        empty_text = "还没有设置。增加接收人后，报送情况会按时送到他们的提醒和邮件。"

    def render_times(self, record: BriefingPlan) -> str:
        words = [f"每{record.get_weekday_display()}"] if record.weekday is not None else []
        words += ["各期截止后"] if record.after_deadline else []
        return "，".join(words)

    def render_acts(self, record: BriefingPlan) -> str:
        return format_html(
            '<a class="button small" href="{}">修改</a> <a class="button small" href="{}">取消</a>',
            reverse("responsibilities:briefing_edit", args=[record.pk]),
            reverse("responsibilities:briefing_remove", args=[record.pk]),
        )
