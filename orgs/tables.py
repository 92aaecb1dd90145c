"""Lists of people, periods and the trail."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.utils.html import format_html, format_html_join
from django_tables2 import A

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from orgs.models import Post


class PostTable(GongjianTable):
    """Posts with who holds them today."""

    unit = django_tables2.Column(
        "单位",
        accessor="unit__name",
        linkify=("orgs:unit_detail", [A("unit_id")]),
        order_by=("unit__path", "pk"),
    )
    title = django_tables2.Column("职务", order_by=("title", "pk"))
    role = django_tables2.Column("角色", order_by=("role", "pk"))
    holders = django_tables2.Column("任职人", accessor="running", orderable=False, empty_values=())
    since = django_tables2.Column("任职日期", accessor="running", orderable=False, empty_values=())
    until = django_tables2.Column("卸任日期", accessor="running", orderable=False, empty_values=())

    class Meta(GongjianTable.Meta):
        model = Post
        fields = ("unit", "title", "role", "holders", "since", "until")
        order_by = ("unit",)
        empty_text = "没有符合条件的职务。请放宽筛选条件，或在单位页面新增职务。"

    def render_title(self, value: str, record: Post) -> str:
        return f"{value}（第一责任人）" if record.is_principal else value

    def render_holders(self, record: Any) -> str:
        return "、".join(term.user.person_name for term in record.running) or "空缺"

    def render_since(self, record: Any) -> str:
        return "、".join(f"{term.starts_on:%Y-%m-%d}" for term in record.running) or "—"

    def render_until(self, record: Any) -> str:
        ends = [f"{term.ends_on:%Y-%m-%d}" if term.ends_on else "未定" for term in record.running]
        return "、".join(ends) or "—"


class PeriodTable(GongjianTable):
    name = django_tables2.Column(
        "期间", linkify=("orgs:period_edit", [A("pk")]), order_by=("starts_on", "pk")
    )
    kind = django_tables2.Column("种类", order_by=("kind", "pk"))
    span = django_tables2.Column("起止", accessor="starts_on", order_by=("starts_on", "pk"))
    opens_on = django_tables2.DateColumn(
        "Y-m-d", verbose_name="开始填报", order_by=("opens_on", "pk")
    )
    due_on = django_tables2.DateColumn("Y-m-d", verbose_name="填报截止", order_by=("due_on", "pk"))
    days = NumberColumn("窗口天数", accessor="due_on", orderable=False)
    edit = django_tables2.Column(
        "办理", accessor="pk", orderable=False, linkify=("orgs:period_edit", [A("pk")])
    )

    class Meta(GongjianTable.Meta):
        model = Period
        fields = ("name", "kind", "span", "opens_on", "due_on", "days", "edit")
        order_by = ("-name",)
        empty_text = "还没有期间。下达目标或打开季度填报时会自动建立。"

    def render_span(self, record: Period) -> str:
        return f"{record.starts_on:%Y-%m-%d} 至 {record.ends_on:%Y-%m-%d}"

    def render_edit(self) -> str:
        return "调整期限"

    def render_days(self, record: Period) -> int:
        return (record.due_on - record.opens_on).days + 1


class TrailTable(GongjianTable):
    at = django_tables2.DateTimeColumn("Y-m-d H:i:s", verbose_name="时间", order_by=("at", "pk"))
    actor_label = django_tables2.Column("操作人", order_by=("actor_label", "pk"))
    label = django_tables2.Column("事项", order_by=("label", "pk"))
    subject_label = django_tables2.Column("对象", orderable=False)
    reason = django_tables2.Column("理由", orderable=False, default="—")
    after = django_tables2.Column("变更", orderable=False, empty_values=())

    class Meta(GongjianTable.Meta):
        model = TrailEntry
        fields = ("at", "actor_label", "label", "subject_label", "reason", "after")
        order_by = ("-at",)
        empty_text = "没有符合条件的记录，请放宽筛选条件。"

    def render_after(self, record: TrailEntry) -> str:
        before = record.before if isinstance(record.before, dict) else {}
        after = record.after if isinstance(record.after, dict) else {}
        names = list({**before, **after})
        if not names:
            return "—"
        lines = [(name, _short(before.get(name)), _short(after.get(name))) for name in names]
        return format_html(
            "<details><summary>{} 项</summary><ul>{}</ul></details>",
            len(names),
            format_html_join("", "<li>{}：{} → {}</li>", lines),
        )


def _short(value: Any) -> str:
    text = "空" if value is None or value == "" else str(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
