"""Tables of the bulletins."""

from __future__ import annotations

import django_tables2

from bulletins.enums import CaseState, CommissionState, DispatchState, IssueState
from bulletins.models import Commission, Dispatch, Issue, ModelCase
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip

TONES = {
    DispatchState.DRAFT: "draft",
    DispatchState.SENT: "submitted",
    DispatchState.EDITING: "info",
    DispatchState.RETURNED: "bad",
    DispatchState.RESERVED: "neutral",
    DispatchState.CHOSEN: "info",
    DispatchState.ADOPTED: "ok",
    DispatchState.DECLINED: "draft",
    DispatchState.WITHDRAWN: "draft",
}
ISSUE_TONES = {
    IssueState.MAKING: "draft",
    IssueState.FIRST: "submitted",
    IssueState.SECOND: "submitted",
    IssueState.FINAL: "submitted",
    IssueState.SIGNING: "warn",
    IssueState.SIGNED: "info",
    IssueState.SENT_OUT: "ok",
}
TASK_TONES = {
    CommissionState.ASKED: "warn",
    CommissionState.ACCEPTED: "info",
    CommissionState.DELIVERED: "ok",
    CommissionState.FAILED: "bad",
    CommissionState.RELEASED: "draft",
}
CASE_TONES = {
    CaseState.DRAFT: "draft",
    CaseState.NOMINATED: "submitted",
    CaseState.LISTED: "ok",
    CaseState.DECLINED: "draft",
}


class DispatchTable(GongjianTable):
    title = django_tables2.Column("标题", linkify=lambda record: record.get_absolute_url())
    kind = django_tables2.Column("类型")
    unit = django_tables2.Column("报送单位", order_by="unit__path")
    sent_at = django_tables2.DateTimeColumn(
        format="Y-m-d H:i", verbose_name="报送时间", default="—"
    )
    state = django_tables2.Column("状态")
    remark = django_tables2.Column("编辑意见", default="—", orderable=False)

    class Meta(GongjianTable.Meta):
        model = Dispatch
        fields = ["title", "kind", "unit", "sent_at", "state", "remark"]
        sequence = fields
        order_by = ("-sent_at", "-id")
        empty_text = "还没有稿件。写一篇工作动态或经验做法，报送后办公室会告诉您采用情况。"

    def render_state(self, record: Dispatch) -> str:
        return chip(record.get_state_display(), TONES[DispatchState(record.state)])

    def render_remark(self, record: Dispatch) -> str:
        why = record.get_reason_display()
        return "。".join(part for part in (why, record.remark[:60]) if part) or "—"


class CommissionTable(GongjianTable):
    topic = django_tables2.Column("选题", linkify=lambda record: record.get_absolute_url())
    kind = django_tables2.Column("类型")
    due_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="交稿日期")
    asked = NumberColumn("约稿单位")
    delivered = NumberColumn("已交稿")

    class Meta(GongjianTable.Meta):
        model = Commission
        fields = ["topic", "kind", "due_on", "asked", "delivered"]
        sequence = fields
        order_by = ("-due_on", "-id")
        empty_text = "还没有约稿。"


class IssueTable(GongjianTable):
    series = django_tables2.Column("简报", linkify=lambda record: record.get_absolute_url())
    topic = django_tables2.Column("主题", default="—")
    items_count = NumberColumn("稿件")
    printed_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="印发日期", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Issue
        fields = ["series", "topic", "items_count", "printed_on", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有简报。"

    def render_series(self, record: Issue) -> str:
        return str(record)

    def render_state(self, record: Issue) -> str:
        return chip(record.get_state_display(), ISSUE_TONES[IssueState(record.state)])


class CaseTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=lambda record: record.get_absolute_url())
    kind = django_tables2.Column("类别")
    unit = django_tables2.Column("单位", order_by="unit__path")
    copies_count = NumberColumn("复制推广")
    listed_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="入库日期", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = ModelCase
        fields = ["title", "kind", "unit", "copies_count", "listed_on", "state"]
        sequence = fields
        order_by = ("-listed_on", "-id")
        empty_text = "案例库还是空的。推荐一个能让别人照着做的做法。"

    def render_state(self, record: ModelCase) -> str:
        return chip(record.get_state_display(), CASE_TONES[CaseState(record.state)])

    def render_copies_count(self, value: int) -> str:
        return f"{value} 家" if value else "—"
