"""Tables of the joint meetings."""

from __future__ import annotations

import django_tables2

from gongjian.foundation.web.tables import GongjianTable
from gongjian.foundation.web.templatetags.ui import chip
from meetings.enums import ItemState, MeetingState
from meetings.models import AgendaItem, Meeting, Series

STATE_TONES = {
    MeetingState.PLANNED: "draft",
    MeetingState.CALLING: "info",
    MeetingState.NOTICED: "info",
    MeetingState.SITTING: "warn",
    MeetingState.HELD: "submitted",
    MeetingState.MINUTED: "ok",
    MeetingState.CANCELLED: "draft",
}


ITEM_TONES = {
    ItemState.PROPOSED: "warn",
    ItemState.ACCEPTED: "info",
    ItemState.RETURNED: "bad",
    ItemState.MERGED: "draft",
    ItemState.WRITTEN: "info",
    ItemState.DISCUSSED: "ok",
    ItemState.CARRIED: "submitted",
    ItemState.WITHDRAWN: "draft",
}


class MeetingTable(GongjianTable):
    title = django_tables2.Column(
        "会议",
        accessor="__str__",
        orderable=False,
        linkify=lambda record: record.get_absolute_url(),
    )
    starts_at = django_tables2.DateTimeColumn(format="Y-m-d H:i", verbose_name="时间")
    place = django_tables2.Column("地点")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Meeting
        fields = ["title", "starts_at", "place", "state"]
        sequence = fields
        order_by = ("-starts_at",)
        empty_text = "还没有会议。建立会议系列、排好年度计划后会出现在这里。"

    def render_state(self, record: Meeting) -> str:
        return chip(record.get_state_display(), STATE_TONES[MeetingState(record.state)])


class SeriesTable(GongjianTable):
    name = django_tables2.Column("会议系列", linkify=lambda record: record.get_absolute_url())
    unit = django_tables2.Column("召集单位")
    per_year = django_tables2.Column("每年次数")
    host = django_tables2.Column("召集人")

    class Meta(GongjianTable.Meta):
        model = Series
        fields = ["name", "unit", "per_year", "host"]
        sequence = fields
        empty_text = "还没有会议系列。建立以后，成员和年度计划都在其中。"


class RecordTable(GongjianTable):
    """Items found by words in titles, records and resolutions."""

    title = django_tables2.Column("议题", linkify=lambda record: record.get_absolute_url())
    meeting = django_tables2.Column("会议", orderable=False)
    unit = django_tables2.Column("提出单位")
    record = django_tables2.Column("会议记录", orderable=False, empty_values=())

    class Meta(GongjianTable.Meta):
        model = AgendaItem
        fields = ["title", "meeting", "unit", "record"]
        sequence = fields
        empty_text = "没有找到。换个词试试，或减少词数。"

    def render_record(self, record: AgendaItem) -> str:
        return record.record[:80] or "—"
