"""Tables of the box."""

from __future__ import annotations

import django_tables2

from gongjian.commons.feedback.enums import SuggestionState
from gongjian.commons.feedback.models import Suggestion
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip

TONES = {
    SuggestionState.OPEN: "warn",
    SuggestionState.TAKEN: "info",
    SuggestionState.ANSWERED: "ok",
}


class MineTable(GongjianTable):
    text = django_tables2.Column(
        "内容", linkify=lambda record: record.get_absolute_url(), orderable=False
    )
    kind = django_tables2.Column("类别")
    created_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="提出日期")
    due_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="答复期限")
    state = django_tables2.Column("状态")
    outcome = django_tables2.Column("结果", default="—", orderable=False)

    class Meta(GongjianTable.Meta):
        model = Suggestion
        fields = ["text", "kind", "created_on", "due_on", "state", "outcome"]
        sequence = fields
        order_by = ("-created_on", "-id")
        empty_text = "您还没有提过意见。报表太多、页面不好用、工作上有建议，都可以在这里提。"

    def render_text(self, record: Suggestion) -> str:
        return str(record)

    def render_state(self, record: Suggestion) -> str:
        if record.state != SuggestionState.ANSWERED and record.due_on < today():
            return chip(f"{record.get_state_display()}（超期）", "bad")
        return chip(record.get_state_display(), TONES[SuggestionState(record.state)])


class SuggestionTable(MineTable):
    unit = django_tables2.Column("提出单位", default="隐名", order_by="unit__path")

    class Meta(MineTable.Meta):
        fields = ["text", "kind", "unit", "created_on", "due_on", "state", "outcome"]
        sequence = fields
        empty_text = "还没有投诉建议。任何人登录后都可以在“我的意见”或页面底部提出。"
