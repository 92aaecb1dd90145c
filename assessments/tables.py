"""Lists of the assessment."""

from __future__ import annotations

from typing import Any

import django_tables2

from assessments.models import CommendationList, PeerGroup, Run, Scheme, UnitScore
from gongjian.foundation.web.tables import GongjianTable, NumberColumn

_STATE = "{% chip record.get_state_display record.state %}"


class SchemeTable(GongjianTable):
    title = django_tables2.Column(verbose_name="名称", linkify=True, accessor="title")
    version = NumberColumn(verbose_name="版本")
    period = django_tables2.Column(verbose_name="考核期间", order_by=("period__starts_on", "pk"))
    full_score = NumberColumn(verbose_name="满分")
    state = django_tables2.TemplateColumn(_STATE, verbose_name="状态")

    class Meta(GongjianTable.Meta):
        model = Scheme
        fields = ("title", "version", "period", "full_score", "state")
        order_by = ("-id",)


class PeerGroupTable(GongjianTable):
    name = django_tables2.Column(verbose_name="名称", linkify=True)
    rule_label = django_tables2.Column(verbose_name="条件", orderable=False)
    named_count = NumberColumn(verbose_name="另外指定", orderable=False)
    sort_order = NumberColumn(verbose_name="次序")

    class Meta(GongjianTable.Meta):
        model = PeerGroup
        fields = ("name", "rule_label", "named_count", "sort_order")


class RunTable(GongjianTable):
    scheme = django_tables2.Column(
        verbose_name="考核结果", linkify=lambda record: record.get_absolute_url()
    )
    number = NumberColumn(verbose_name="第几次测算")
    as_of = django_tables2.DateColumn(verbose_name="统计时点", format="Y-m-d")
    unit_count = NumberColumn(verbose_name="单位数")
    created_at = django_tables2.DateTimeColumn(verbose_name="测算时间", format="Y-m-d H:i")
    state = django_tables2.TemplateColumn(_STATE, verbose_name="状态")

    class Meta(GongjianTable.Meta):
        model = Run
        fields = ("scheme", "number", "as_of", "unit_count", "created_at", "state")
        order_by = ("-id",)


class UnitScoreTable(GongjianTable):
    """A peer group's result: place, unit, points, grade."""

    rank = django_tables2.TemplateColumn("{% medal record.rank %}", verbose_name="名次")
    unit_name = django_tables2.Column(verbose_name="单位", linkify=True)
    total = NumberColumn(verbose_name="得分")
    grade = django_tables2.TemplateColumn(
        "{% include 'assessments/_grade.html' with score=record %}",
        verbose_name="等次",
        orderable=False,
    )
    reason = django_tables2.Column(verbose_name="说明", orderable=False)

    class Meta(GongjianTable.Meta):
        model = UnitScore
        fields = ("rank", "unit_name", "total", "grade", "reason")
        empty_text = "这一组没有您可以查看的单位。"


class OwnScoreTable(GongjianTable):
    """Results of the own unit over the years."""

    run = django_tables2.Column(
        verbose_name="考核", linkify=lambda record: record.get_absolute_url()
    )
    peer_group = django_tables2.Column(verbose_name="可比组")
    total = NumberColumn(verbose_name="得分")
    rank = django_tables2.TemplateColumn("{% medal record.rank %}", verbose_name="名次")
    grade = django_tables2.TemplateColumn(
        "{% include 'assessments/_grade.html' with score=record %}",
        verbose_name="等次",
        orderable=False,
    )

    class Meta(GongjianTable.Meta):
        model = UnitScore
        fields = ("run", "peer_group", "total", "rank", "grade")
        order_by = ("-id",)

    def render_run(self, value: Any) -> str:
        return str(value.scheme)


class CommendationTable(GongjianTable):
    title = django_tables2.Column(verbose_name="标题", linkify=True)
    kind = django_tables2.Column(verbose_name="种类")
    run = django_tables2.Column(verbose_name="依据", order_by=("run_id", "pk"))
    entry_count = NumberColumn(verbose_name="单位数")
    state = django_tables2.TemplateColumn(_STATE, verbose_name="状态")

    class Meta(GongjianTable.Meta):
        model = CommendationList
        fields = ("title", "kind", "run", "entry_count", "state")
        order_by = ("-id",)
