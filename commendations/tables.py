"""Tables of the commendations."""

from __future__ import annotations

import django_tables2

from commendations.enums import NominationState, ProgrammeState
from commendations.models import Nomination, Programme
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip

PROGRAMME_TONES = {
    ProgrammeState.DRAFT: "draft",
    ProgrammeState.OPEN: "info",
    ProgrammeState.REVIEW: "submitted",
    ProgrammeState.NOTICE: "warn",
    ProgrammeState.DECIDED: "ok",
}
TONES = {
    NominationState.DRAFT: "draft",
    NominationState.SENT: "submitted",
    NominationState.RECOMMENDED: "info",
    NominationState.RETURNED: "bad",
    NominationState.CHECKED: "info",
    NominationState.CHOSEN: "warn",
    NominationState.LEFT_OUT: "draft",
    NominationState.AWARDED: "ok",
}


class ProgrammeTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=lambda record: record.get_absolute_url())
    kind = django_tables2.Column("种类")
    year = django_tables2.Column("年度")
    closes_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="推荐截止")
    nominated = NumberColumn("已推荐")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Programme
        fields = ["title", "kind", "year", "closes_on", "nominated", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有评先表彰。"

    def render_state(self, record: Programme) -> str:
        return chip(record.get_state_display(), PROGRAMME_TONES[ProgrammeState(record.state)])


class NominationTable(GongjianTable):
    unit = django_tables2.Column(
        "单位", order_by="unit__path", linkify=lambda record: record.get_absolute_url()
    )
    person = django_tables2.Column("姓名", default="—")
    category = django_tables2.Column("荣誉", order_by="category__position")
    recommender = django_tables2.Column("推荐单位", default="—", orderable=False)
    summary = django_tables2.Column("事迹摘要", orderable=False)
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Nomination
        fields = ["unit", "person", "category", "recommender", "summary", "state"]
        sequence = fields
        order_by = ("category", "unit")
        empty_text = "还没有推荐对象。"

    def render_state(self, record: Nomination) -> str:
        return chip(record.get_state_display(), TONES[NominationState(record.state)])
