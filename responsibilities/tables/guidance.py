"""Tables of work plans and development plans."""

from __future__ import annotations

import django_tables2

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.models import DevelopmentPlan, WorkPlan


class WorkPlanTable(GongjianTable):
    category = django_tables2.Column(
        "指导类别",
        accessor="category__name",
        linkify=lambda record: record.get_absolute_url(),
        order_by=("category__order", "pk"),
    )
    year = NumberColumn(verbose_name="年度", accessor="plan__year")
    version = NumberColumn(verbose_name="版本")
    measure_count = NumberColumn(verbose_name="措施数")
    indicator_count = NumberColumn(verbose_name="指标数")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = WorkPlan
        fields = ("category", "year", "version", "measure_count", "indicator_count", "state")
        empty_text = "还没有分类方案。由领导小组办公室按类别拟订，领导小组审定后各单位可见。"

    def render_version(self, value: int) -> str:
        return f"第 {value} 版"

    def render_state(self, record: WorkPlan) -> str:
        return chip(record.get_state_display(), record.state)


class DevelopmentTable(GongjianTable):
    unit = django_tables2.Column(
        "单位",
        accessor="unit__name",
        linkify=lambda record: record.get_absolute_url(),
        order_by=("unit__path", "pk"),
    )
    years = django_tables2.Column("规划期", accessor="from_year", order_by=("from_year", "pk"))
    measure_count = NumberColumn(verbose_name="措施数")
    done_count = NumberColumn(verbose_name="已完成")
    submitted_at = django_tables2.DateColumn("Y-m-d", verbose_name="报送日期", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = DevelopmentPlan
        fields = ("unit", "years", "measure_count", "done_count", "submitted_at", "state")
        empty_text = "还没有发展规划。各单位在“本单位方案”中编制，报上级审阅。"

    def render_years(self, record: DevelopmentPlan) -> str:
        return f"{record.from_year}—{record.to_year}年"

    def render_state(self, record: DevelopmentPlan) -> str:
        return chip(record.get_state_display(), record.state)
