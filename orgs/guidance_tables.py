"""Tables of categories, placements and handovers."""

from __future__ import annotations

from typing import Any

import django_tables2

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from orgs.models import GuidanceCategory, Handover, Unit


class CategoryTable(GongjianTable):
    name = django_tables2.Column("类别", linkify=True, order_by=("name", "pk"))
    rule = django_tables2.Column("规则", accessor="rule_text", orderable=False)
    unit_count = NumberColumn(verbose_name="单位数")
    hand_count = NumberColumn(verbose_name="其中人工指定")
    order = NumberColumn(verbose_name="顺序")
    is_active = django_tables2.Column("状态", orderable=False)

    class Meta(GongjianTable.Meta):
        model = GuidanceCategory
        fields = ("name", "rule", "unit_count", "hand_count", "order", "is_active")
        order_by = ("order",)
        empty_text = "还没有指导类别。请先新建类别，再按规则或人工给单位归类。"

    def render_is_active(self, record: GuidanceCategory) -> str:
        return chip("使用中", "approved") if record.is_active else chip("已停用", "closed")


class PlacementTable(GongjianTable):
    name = django_tables2.Column("单位", linkify=True, order_by=("path", "pk"))
    parent = django_tables2.Column("上级单位", accessor="parent__name", orderable=False)
    level = django_tables2.Column("层级", orderable=False)
    category = django_tables2.Column("单位类别", orderable=False)
    guided = django_tables2.Column("指导类别", accessor="placed", orderable=False, empty_values=())
    since = django_tables2.Column("自", accessor="placed", orderable=False, empty_values=())

    class Meta(GongjianTable.Meta):
        model = Unit
        fields = ("name", "parent", "level", "category", "guided", "since")
        order_by = ("name",)
        empty_text = "没有符合条件的单位，请放宽筛选条件。"

    def render_guided(self, record: Any) -> str:
        if not record.placed:
            return chip("未归类", "missing")
        placed = record.placed[0]
        return f"{placed.category.name}{'（人工指定）' if placed.is_by_hand else ''}"

    def render_since(self, record: Any) -> str:
        return f"{record.placed[0].starts_on:%Y-%m-%d}" if record.placed else "—"


class HandoverTable(GongjianTable):
    post = django_tables2.Column("职务", linkify=True, order_by=("unit__path", "pk"))
    outgoing = django_tables2.Column(
        "移交人", accessor="outgoing__user__person_name", orderable=False
    )
    incoming = django_tables2.Column(
        "接收人", accessor="incoming__user__person_name", orderable=False, default="尚未任命"
    )
    opened_on = django_tables2.DateColumn(
        "Y-m-d", verbose_name="发起日期", order_by=("opened_on", "pk")
    )
    state = django_tables2.Column("状态", order_by=("state", "pk"))

    class Meta(GongjianTable.Meta):
        model = Handover
        fields = ("post", "outgoing", "incoming", "opened_on", "state")
        order_by = ("-opened_on",)
        empty_text = "没有工作交接。书记、工会主席或上级主管卸任、接任时会自动发起。"

    def render_state(self, record: Handover) -> str:
        looks = {"open": "warn", "handed": "info", "received": "ok"}
        return chip(record.get_state_display(), looks[record.state])
