"""Tables of the register."""

from __future__ import annotations

import django_tables2

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from publicity.authority import KEEP_OUTLET
from publicity.enums import CampaignState, CoverageState, PlacementState
from publicity.models import Campaign, Outlet, Placement, PressReview

TONES = {
    PlacementState.DRAFT: "draft",
    PlacementState.FILED: "submitted",
    PlacementState.VERIFIED: "ok",
    PlacementState.RETURNED: "bad",
    PlacementState.REJECTED: "draft",
    PlacementState.WITHDRAWN: "draft",
}
CAMPAIGN_TONES = {
    CampaignState.DRAFT: "draft",
    CampaignState.RUNNING: "info",
    CampaignState.CLOSED: "ok",
}
COVERAGE_TONES = {
    CoverageState.INTENDED: "warn",
    CoverageState.ARRANGED: "info",
    CoverageState.DROPPED: "draft",
}


class PlacementTable(GongjianTable):
    title = django_tables2.Column("标题", linkify=lambda record: record.get_absolute_url())
    outlet = django_tables2.Column("媒体", order_by="outlet__name")
    level = django_tables2.Column("层级", accessor="outlet__get_level_display", orderable=False)
    unit = django_tables2.Column("登记单位", order_by="unit__path")
    published_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="刊播日期")
    reprint_of_id = django_tables2.Column("转载", default="—", orderable=False)
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Placement
        fields = ["title", "outlet", "level", "unit", "published_on", "reprint_of_id", "state"]
        sequence = fields
        order_by = ("-published_on", "-id")
        empty_text = "还没有宣传刊播。见报、播出后登记，附上剪报，由办公室核实。"

    def render_state(self, record: Placement) -> str:
        return chip(record.get_state_display(), TONES[PlacementState(record.state)])

    def render_reprint_of_id(self, value: int) -> str:
        return "转载"


def _edit_url(record: Outlet, table: django_tables2.Table) -> str | None:
    """Who keeps the list opens an outlet; others read it."""
    may = table.request.actor.may(KEEP_OUTLET)
    return record.get_absolute_url() if may else None


class OutletTable(GongjianTable):
    name = django_tables2.Column("名称", linkify=_edit_url)
    medium = django_tables2.Column("媒体类别")
    level = django_tables2.Column("层级")
    aliases = django_tables2.Column("别名", default="—", orderable=False)
    listed_from = django_tables2.DateColumn(format="Y-m-d", verbose_name="列入", default="—")
    listed_until = django_tables2.DateColumn(format="Y-m-d", verbose_name="移出", default="—")

    class Meta(GongjianTable.Meta):
        model = Outlet
        fields = ["name", "medium", "level", "aliases", "listed_from", "listed_until"]
        sequence = fields
        order_by = ("name",)
        empty_text = "名录还是空的。列入认可的媒体后，单位才能登记刊播。"

    def render_aliases(self, value: list[str]) -> str:
        return "、".join(value) or "—"


class CampaignTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=lambda record: record.get_absolute_url())
    theme = django_tables2.Column("主题")
    starts_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="开始")
    ends_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="结束")
    planned = NumberColumn("计划刊播")
    appeared = NumberColumn("已刊播")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Campaign
        fields = ["title", "theme", "starts_on", "ends_on", "planned", "appeared", "state"]
        sequence = fields
        order_by = ("-starts_on", "-id")
        empty_text = "还没有宣传策划。先定主题和计划刊播，再看哪些没有见报。"

    def render_state(self, record: Campaign) -> str:
        return chip(record.get_state_display(), CAMPAIGN_TONES[CampaignState(record.state)])


class PressReviewTable(GongjianTable):
    title = django_tables2.Column("剪报", linkify=lambda record: record.get_absolute_url())
    starts_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="起始日期")
    ends_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="截止日期")
    count = NumberColumn("报道", accessor="frozen", orderable=False)
    made_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="编印日期")

    class Meta(GongjianTable.Meta):
        model = PressReview
        fields = ["title", "starts_on", "ends_on", "count", "made_on"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有剪报。"

    def render_title(self, record: PressReview) -> str:
        return str(record)

    def render_count(self, value: list[object]) -> str:
        return f"{len(value)} 篇"
