"""Tables of plans, indicators and targets."""

from __future__ import annotations

from decimal import Decimal

import django_tables2

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip, num
from responsibilities.models import AnnualPlan, Indicator, Target


class AnnualPlanTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=True)
    year = NumberColumn(verbose_name="年度")
    line_count = NumberColumn(verbose_name="指标数")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = AnnualPlan
        fields = ["title", "year", "line_count", "state"]
        order_by = "-year"
        empty_text = "还没有年度方案。请由领导小组办公室新建本年度方案。"

    def render_state(self, record: AnnualPlan) -> str:
        return chip(record.get_state_display(), record.state)


class IndicatorTable(GongjianTable):
    code = django_tables2.Column("编码")
    name = django_tables2.Column("名称", linkify=True)
    section_title = django_tables2.Column("类别")
    unit_label = django_tables2.Column("单位", orderable=False)
    source = django_tables2.Column("来源", orderable=False)
    weight = NumberColumn(verbose_name="权重")
    frequency = django_tables2.Column("频度")
    mode = django_tables2.Column("用途")

    class Meta(GongjianTable.Meta):
        model = Indicator
        fields = [
            "code",
            "name",
            "section_title",
            "unit_label",
            "source",
            "weight",
            "frequency",
            "mode",
        ]
        order_by = "code"
        empty_text = "指标库是空的，或没有符合条件的指标。可载入标准指标库，或放宽筛选条件。"

    def render_mode(self, record: Indicator) -> str:
        looks = {"scored": "gold", "restricted": "bad"}
        return chip(record.get_mode_display(), looks.get(record.mode, "neutral"))

    def render_weight(self, value: Decimal) -> str:
        return num(value)


class TargetTable(GongjianTable):
    unit = django_tables2.Column("单位", order_by=("unit__path", "pk"))
    indicator = django_tables2.Column(
        "指标",
        accessor="indicator__name",
        order_by=("indicator__code", "pk"),
        linkify=lambda record: record.get_absolute_url(),
    )
    base_value = NumberColumn(verbose_name="上年完成数")
    value = NumberColumn(verbose_name="目标值")
    unit_label = django_tables2.Column(
        "计量单位", accessor="indicator__unit_label", orderable=False
    )
    due_on = django_tables2.Column("完成时限")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Target
        fields = ["unit", "indicator", "base_value", "value", "unit_label", "due_on", "state"]
        empty_text = "没有目标任务。上级下达后会出现在这里；放宽筛选条件可以看到更多。"

    def render_value(self, value: Decimal) -> str:
        return num(value)

    def render_base_value(self, value: Decimal) -> str:
        return num(value)

    def render_state(self, record: Target) -> str:
        if record.has_open_proposal:
            return chip("建议待答复", "warn")
        return chip(record.get_state_display(), record.state)
