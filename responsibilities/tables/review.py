"""Tables of the reviewer: returns, consolidations, delegations, common remarks."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime

from gongjian.foundation.kernel.dates import SHANGHAI, today
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.enums import ReturnState
from responsibilities.models import (
    Consolidation,
    QuarterlyReturn,
    ReviewDelegation,
    ReviewPhrase,
)
from responsibilities.queries.joint import missing_label


class ReviewTable(GongjianTable):
    """Those that wait come first and carry a box for bulk acceptance."""

    choose = django_tables2.Column("选", empty_values=(), orderable=False)
    unit = django_tables2.Column("单位", order_by="unit__path")
    period = django_tables2.Column("期间", order_by="period__starts_on")
    state = django_tables2.Column("状态")
    notes = django_tables2.Column("提示", empty_values=(), orderable=False)
    submitted_at = django_tables2.Column("报送时间")
    waited = django_tables2.Column("已等待", empty_values=(), order_by="-submitted_at")
    late = django_tables2.Column("是否按时", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = QuarterlyReturn
        fields = ["choose", "unit", "period", "state", "notes", "submitted_at", "waited", "late"]
        sequence = fields
        order_by = ("submitted_at",)
        empty_text = "没有符合条件的报表。下级报送后会出现在这里和工作台。"

    def __init__(
        self, *args: Any, listed: str = "", post_id: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.listed, self.post_id = listed, post_id

    def render_choose(self, record: QuarterlyReturn) -> str:
        if record.state != ReturnState.SUBMITTED or getattr(record, "signed_here", False):
            return ""
        return format_html(
            '<input type="checkbox" name="ids" value="{}" form="accept-many" aria-label="选择{}">',
            record.pk,
            record.unit.name,
        )

    def render_unit(self, record: QuarterlyReturn) -> str:
        url = record.get_absolute_url()
        return format_html(
            '<a href="{}">{}</a>', f"{url}?{self.listed}" if self.listed else url, record.unit.name
        )

    def render_state(self, record: QuarterlyReturn) -> str:
        return chip(record.get_state_display(), record.state)

    def render_notes(self, record: QuarterlyReturn) -> str:
        """What to look at before opening it; nothing is the good case."""
        chips = []
        if record.review_place_id:
            chips.append(chip("提请审定", "warning"))
        signed = getattr(record, "signed", ())
        if signed and record.state == ReturnState.SUBMITTED:
            chips.append(chip(f"待{missing_label(signed)}会签", "info"))
        if record.findings:
            chips.append(chip(f"{len(record.findings)} 栏异常", "warning"))
        if record.is_nil:
            chips.append(chip("零报告", "warning"))
        if record.returned_values is not None and record.state == ReturnState.SUBMITTED:
            chips.append(chip("已补正", "issued"))
        if record.filed_on_behalf:
            chips.append(chip("代报", "neutral"))
        other = record.reviewer_post
        if other is not None and other.pk != self.post_id and record.state != ReturnState.ACCEPTED:
            chips.append(chip(f"{other.title}在审", "neutral"))
        return format_html_join(" ", "{}", ((one,) for one in chips)) or "—"

    def render_submitted_at(self, record: QuarterlyReturn) -> str:
        return f"{localtime(record.submitted_at):%m月%d日 %H:%M}" if record.submitted_at else "—"

    def render_waited(self, record: QuarterlyReturn) -> str:
        if record.state != ReturnState.SUBMITTED or record.submitted_at is None:
            return "—"
        days = (today() - record.submitted_at.astimezone(SHANGHAI).date()).days
        return f"{days} 天" if days else "今天"

    def render_late(self, record: QuarterlyReturn) -> str:
        first = record.first_submitted_at
        if first is None:
            return "—"
        late = first >= record.obligation.deadline_moment
        return chip("逾期", "bad") if late else chip("按时", "ok")


class DelegationTable(GongjianTable):
    receiver_label = django_tables2.Column("受托人", orderable=False)
    giver_label = django_tables2.Column("委托人", orderable=False)
    starts_on = django_tables2.DateColumn(verbose_name="起", format="Y年n月j日")
    ends_on = django_tables2.DateColumn(verbose_name="止", format="Y年n月j日")
    reason = django_tables2.Column("理由", orderable=False)
    standing = django_tables2.Column("状态", empty_values=(), orderable=False)
    acts = django_tables2.Column("办理", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = ReviewDelegation
        fields = [
            "receiver_label",
            "giver_label",
            "starts_on",
            "ends_on",
            "reason",
            "standing",
            "acts",
        ]
        sequence = fields
        order_by = ("-starts_on",)
        empty_text = "还没有委托过审核。外出或请假前，可在这里把审核权委托给别人。"

    def render_standing(self, record: ReviewDelegation) -> str:
        standing = record.standing()
        words = {"running": "生效中", "planned": "未开始", "closed": "已结束"}
        return chip(words[standing], "ok" if standing == "running" else "neutral")

    def render_acts(self, record: ReviewDelegation) -> str:
        if record.standing() == "closed":
            return "—"
        url = reverse("responsibilities:delegation_end", args=[record.pk])
        return format_html('<a class="button small" href="{}">结束</a>', url)


class PhraseTable(GongjianTable):
    text = django_tables2.Column("常用意见", orderable=False)
    sort_order = django_tables2.Column("排序", orderable=False)
    acts = django_tables2.Column("办理", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = ReviewPhrase
        fields = ["text", "sort_order", "acts"]
        sequence = fields
        order_by = ("sort_order",)
        empty_text = "还没有添加常用意见，审核人现在选用的是系统内置的几条。"

    def render_acts(self, record: ReviewPhrase) -> str:
        url = reverse("responsibilities:phrase_remove", args=[record.pk])
        return format_html('<a class="button small" href="{}">停用</a>', url)


class ConsolidationTable(GongjianTable):
    unit = django_tables2.Column("单位", linkify=lambda record: record.get_absolute_url())
    period = django_tables2.Column("期间", order_by="period__starts_on")
    coverage = django_tables2.Column("已通过／应报", empty_values=(), orderable=False)
    state = django_tables2.Column("状态")
    submitted_at = django_tables2.Column("上报时间")

    class Meta(GongjianTable.Meta):
        model = Consolidation
        fields = ["unit", "period", "coverage", "state", "submitted_at"]
        order_by = ("-period", "unit")
        empty_text = "还没有上报的汇总表。审核完下级报表后，在“数据汇总”中上报本级汇总。"

    def render_coverage(self, record: Consolidation) -> str:
        return f"{record.accepted_count}/{record.expected_count} 家"

    def render_state(self, record: Consolidation) -> str:
        return chip(record.get_state_display(), record.state)

    def render_submitted_at(self, record: Consolidation) -> str:
        return f"{localtime(record.submitted_at):%m月%d日 %H:%M}" if record.submitted_at else "—"
