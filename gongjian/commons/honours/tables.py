"""Table of the register."""

from __future__ import annotations

import django_tables2

from gongjian.commons.honours.enums import HonourState
from gongjian.commons.honours.models import Honour
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip


class HonourTable(GongjianTable):
    title = django_tables2.Column("荣誉", linkify=lambda record: record.get_absolute_url())
    unit = django_tables2.Column("单位", order_by="unit__path")
    person = django_tables2.Column("姓名", default="—")
    kind = django_tables2.Column("种类")
    level = django_tables2.Column("层级", orderable=False)
    organ = django_tables2.Column("授予机关")
    awarded_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="授予日期")
    number = django_tables2.Column("证书编号", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Honour
        fields = [
            "title", "unit", "person", "kind", "level", "organ", "awarded_on", "number", "state",
        ]  # fmt: skip
        sequence = fields
        order_by = ("-awarded_on", "-id")
        empty_text = "还没有荣誉登记。"

    def render_state(self, record: Honour) -> str:
        is_valid = record.state == HonourState.VALID
        return chip(record.get_state_display(), "ok" if is_valid else "bad")
