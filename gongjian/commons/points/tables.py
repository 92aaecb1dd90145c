"""Tables of the points ledger."""

from __future__ import annotations

from typing import Any

import django_tables2

from gongjian.commons.points.enums import RulesState
from gongjian.commons.points.models import PointAccount, PointRules
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip

STATE_TONES = {RulesState.DRAFT: "draft", RulesState.IN_FORCE: "ok", RulesState.REPLACED: "neutral"}


class AccountTable(GongjianTable):
    """Accounts in the order of the tree. Not sortable by points: this is no ranking (R6)."""

    unit = django_tables2.Column(
        "单位", linkify=lambda record: record.get_absolute_url(), orderable=False
    )
    mechanism = django_tables2.Column("工作", empty_values=(), orderable=False)
    year = NumberColumn("年度", orderable=False)
    total = NumberColumn("得分", orderable=False)

    class Meta(GongjianTable.Meta):
        model = PointAccount
        fields = ["unit", "mechanism", "year", "total"]
        sequence = fields
        empty_text = "还没有积分。有稿件采用或登记刊播后，会按规则自动记入。"

    def render_mechanism(self, record: PointAccount) -> str:
        return record.mechanism_label

    def render_total(self, value: Any) -> str:
        return show(value)


class RulesTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=lambda record: record.get_absolute_url())
    mechanism = django_tables2.Column("工作")
    year = NumberColumn("施行年度")
    version = NumberColumn("版次")
    basis = django_tables2.Column("依据文件", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = PointRules
        fields = ["title", "mechanism", "year", "version", "basis", "state"]
        sequence = fields
        order_by = ("mechanism", "-year", "-version")
        empty_text = "还没有积分规则。制定并施行后，已登记的采用和刊播会自动计分。"

    def render_mechanism(self, record: PointRules) -> str:
        return record.mechanism_label

    def render_state(self, record: PointRules) -> str:
        return chip(record.get_state_display(), STATE_TONES[RulesState(record.state)])
