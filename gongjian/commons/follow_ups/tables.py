"""Tables of the follow-ups."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.utils.html import format_html

from gongjian.commons.follow_ups.enums import IN_UNITS_HANDS, FollowUpState, Light
from gongjian.commons.follow_ups.lights import light_of
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip

#: Light → tone of its chip.
LIGHT_TONES = {Light.BLUE: "info", Light.YELLOW: "warn", Light.RED: "bad"}
STATE_TONES = {
    FollowUpState.DRAFT: "draft",
    FollowUpState.ISSUED: "warn",
    FollowUpState.IN_HAND: "info",
    FollowUpState.REPORTED: "submitted",
    FollowUpState.RETURNED: "bad",
    FollowUpState.CLEARED: "ok",
    FollowUpState.LOOKED_BACK: "ok",
    FollowUpState.SUSPENDED: "draft",
    FollowUpState.CANCELLED: "draft",
}


def state_chip(follow_up: FollowUp) -> str:
    return chip(follow_up.get_state_display(), STATE_TONES[FollowUpState(follow_up.state)])


class FollowUpTable(GongjianTable):
    """Matters with the working days that are left; a box where bulk acts are possible."""

    choose = django_tables2.Column("选", empty_values=(), orderable=False)
    title = django_tables2.Column("事项", linkify=lambda record: record.get_absolute_url())
    kind = django_tables2.Column("类型")
    unit = django_tables2.Column("主办单位")
    due_on = django_tables2.Column("办理时限")
    left = django_tables2.Column("剩余", empty_values=(), orderable=False)
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = FollowUp
        fields = ["choose", "title", "kind", "unit", "due_on", "left", "state"]
        sequence = fields
        empty_text = "没有符合条件的督办事项。会议议定、督查整改或办公室交办后会出现在这里。"

    def __init__(self, *args: Any, may_choose: bool = True, **kwargs: Any) -> None:
        self._corrected, self._day = corrections(), today()
        if not may_choose:
            kwargs["exclude"] = ("choose",)
        super().__init__(*args, **kwargs)

    def render_choose(self, record: FollowUp) -> str:
        if record.state not in {*IN_UNITS_HANDS, FollowUpState.DRAFT, FollowUpState.REPORTED}:
            return ""
        return format_html(
            '<input type="checkbox" name="ids" value="{}" form="together" aria-label="选择{}">',
            record.pk,
            record.title,
        )

    def render_title(self, record: FollowUp) -> str:
        text = format_html('{} <span class="muted">{}</span>', record.title, record.number)
        if record.escalation and record.state in IN_UNITS_HANDS:
            text = format_html("{} {}", text, chip("升级督办", "bad"))
        if record.recurrence_count:
            text = format_html("{} {}", text, chip("反弹", "warn"))
        return text

    def render_left(self, record: FollowUp) -> str:
        if record.state not in IN_UNITS_HANDS:
            return "—"
        light = light_of(record.due_on, self._day, self._corrected)
        left = working_days_until(self._day, record.due_on, self._corrected)
        if light == Light.RED:
            return chip(f"逾期{(self._day - record.due_on).days}天", "bad")
        text = "今天到期" if record.due_on == self._day else f"{left}个工作日"
        return chip(text, LIGHT_TONES[light]) if light in LIGHT_TONES else text

    def render_state(self, record: FollowUp) -> str:
        return state_chip(record)
