"""Tables of what is owed and of requests for more time."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip
from responsibilities.models import ExtensionRequest, Obligation
from responsibilities.queries.duties import LOOKS, STANDINGS, reason_of


def _box(pk: int, name: str, form: str) -> str:
    return format_html(
        '<input type="checkbox" name="ids" value="{}" form="{}" aria-label="选择{}">',
        pk,
        form,
        name,
    )


class DutyTable(GongjianTable):
    """One line an obligation; the boxes belong to the bar above the table."""

    choose = django_tables2.Column("选", empty_values=(), orderable=False)
    unit = django_tables2.Column("单位", order_by="unit__path")
    above = django_tables2.Column("上级", accessor="unit__parent", orderable=False)
    deadline = django_tables2.Column("截止日期", empty_values=(), order_by="deadline_day")
    standing = django_tables2.Column("状态", empty_values=(), orderable=False)
    reason = django_tables2.Column("说明", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = Obligation
        fields = ["choose", "unit", "above", "deadline", "standing", "reason"]
        sequence = fields
        order_by = "unit"
        empty_text = "没有符合条件的应报单位。开启填报后，各单位的应报会出现在这里。"

    def __init__(self, *args: Any, may_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_change:
            self.columns.hide("choose")

    def render_choose(self, record: Any) -> str:
        if record.standing in {"waiting", "accepted", "left", "sent_back"}:
            return ""
        return _box(record.pk, record.unit.name, "change-many")

    def render_unit(self, record: Obligation) -> str:
        url = reverse("responsibilities:duty_detail", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.unit.name)

    def render_above(self, record: Obligation) -> str:
        return record.unit.parent.name if record.unit.parent else "—"

    def render_deadline(self, record: Obligation) -> str:
        return record.deadline_label + ("（已延期）" if record.extended_to else "")

    def render_standing(self, record: Any) -> str:
        asked = chip("申请延期", "gold") if record.is_asking else ""
        standing = record.standing
        return format_html("{} {}", chip(STANDINGS[standing], LOOKS[standing]), asked)

    def render_reason(self, record: Obligation) -> str:
        return reason_of(record) or "—"


class ExtensionTable(GongjianTable):
    """Those that wait come first and carry a box."""

    choose = django_tables2.Column("选", empty_values=(), orderable=False)
    unit = django_tables2.Column("单位", empty_values=(), orderable=False)
    period = django_tables2.Column("期间", accessor="obligation__period", orderable=False)
    due_before = django_tables2.Column("原截止日期", orderable=False)
    asked_until = django_tables2.Column("申请延至", orderable=False)
    reason = django_tables2.Column("申请理由", orderable=False)
    state = django_tables2.Column("状态", orderable=False)
    created_at = django_tables2.Column("申请时间")

    class Meta(GongjianTable.Meta):
        model = ExtensionRequest
        fields = [
            "choose",
            "unit",
            "period",
            "due_before",
            "asked_until",
            "reason",
            "state",
            "created_at",
        ]
        sequence = fields
        order_by = "-created_at"
        empty_text = "没有延期申请。确有困难不能按时报送的，可在填报页申请延期。"

    def __init__(self, *args: Any, may_decide: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_decide:
            self.columns.hide("choose")

    def render_choose(self, record: ExtensionRequest) -> str:
        if record.state != "asked":
            return ""
        return _box(record.pk, record.unit.name, "decide-many")

    def render_unit(self, record: ExtensionRequest) -> str:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.unit.name)

    def render_period(self, record: ExtensionRequest) -> str:
        return str(record.obligation.period)

    def render_due_before(self, record: ExtensionRequest) -> str:
        return long_date(record.due_before)

    def render_asked_until(self, record: ExtensionRequest) -> str:
        return long_date(record.asked_until)

    def render_state(self, record: ExtensionRequest) -> str:
        looks = {"asked": "warn", "granted": "ok", "refused": "bad", "withdrawn": "neutral"}
        shown = chip(record.get_state_display(), looks[record.state])
        return format_html("{} {}", shown, chip("逾期后提出", "bad") if record.is_late else "")

    def render_created_at(self, record: ExtensionRequest) -> str:
        return f"{localtime(record.created_at):%Y-%m-%d %H:%M}"
