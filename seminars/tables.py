"""Tables of the seminars."""

from __future__ import annotations

import django_tables2

from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from seminars.enums import (
    AssignmentState,
    CallState,
    PaperState,
    SeminarState,
    TopicState,
    UptakeState,
)
from seminars.models import Call, Paper, ReviewAssignment, Seminar, StudyTopic, Uptake

TOPIC_TONES = {
    TopicState.DRAFT: "draft",
    TopicState.APPLIED: "submitted",
    TopicState.DECLINED: "draft",
    TopicState.APPROVED: "info",
    TopicState.OPENED: "info",
    TopicState.MIDTERM: "info",
    TopicState.FINISHING: "submitted",
    TopicState.CONCLUDED: "ok",
    TopicState.WITHDRAWN: "bad",
}
CALL_TONES = {
    CallState.DRAFT: "draft",
    CallState.OPEN: "info",
    CallState.CLOSED: "neutral",
    CallState.REVIEWING: "submitted",
    CallState.RANKED: "submitted",
    CallState.NOTICE: "warn",
    CallState.AWARDED: "ok",
}
PAPER_TONES = {
    PaperState.DRAFT: "draft",
    PaperState.SUBMITTED: "submitted",
    PaperState.RETURNED: "bad",
    PaperState.BLINDED: "info",
    PaperState.EXCLUDED: "draft",
    PaperState.WITHDRAWN: "draft",
}
REVIEW_TONES = {
    AssignmentState.ASKED: "warn",
    AssignmentState.DONE: "ok",
    AssignmentState.DECLINED: "draft",
}
SEMINAR_TONES = {
    SeminarState.PLANNED: "draft",
    SeminarState.INVITED: "info",
    SeminarState.HELD: "ok",
    SeminarState.CANCELLED: "bad",
}
UPTAKE_TONES = {
    UptakeState.TOLD: "warn",
    UptakeState.CONFIRMED: "ok",
    UptakeState.REFUSED: "draft",
}


class TopicTable(GongjianTable):
    title = django_tables2.Column("课题", linkify=lambda record: record.get_absolute_url())
    number = django_tables2.Column("编号", default="—")
    unit = django_tables2.Column("承担单位", order_by="unit__path")
    leader = django_tables2.Column("负责人")
    level = django_tables2.Column("级别", default="—")
    due_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="结题时限", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = StudyTopic
        fields = ["title", "number", "unit", "leader", "level", "due_on", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有课题。把工作中反复遇到的难题申报成课题。"

    def render_state(self, record: StudyTopic) -> str:
        return chip(record.get_state_display(), TOPIC_TONES[TopicState(record.state)])


class CallTable(GongjianTable):
    title = django_tables2.Column("征文", linkify=lambda record: record.get_absolute_url())
    year = django_tables2.Column("年度")
    closes_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="截稿日期")
    papers_count = NumberColumn("收到论文")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Call
        fields = ["title", "year", "closes_on", "papers_count", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有征文。"

    def render_state(self, record: Call) -> str:
        return chip(record.get_state_display(), CALL_TONES[CallState(record.state)])


class PaperTable(GongjianTable):
    title = django_tables2.Column("题目", linkify=lambda record: record.get_absolute_url())
    call = django_tables2.Column("征文")
    kind = django_tables2.Column("类别")
    unit = django_tables2.Column("报送单位", order_by="unit__path")
    words = NumberColumn("字数")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Paper
        fields = ["title", "call", "kind", "unit", "words", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有论文。"

    def render_state(self, record: Paper) -> str:
        return chip(record.get_state_display(), PAPER_TONES[PaperState(record.state)])


class ReviewTable(GongjianTable):
    """A judge's own work; codes and nothing that names an author."""

    code = django_tables2.Column(
        "编号", accessor="paper__code", linkify=lambda record: record.get_absolute_url()
    )
    call = django_tables2.Column("征文", accessor="paper__call")
    kind = django_tables2.Column("类别", accessor="paper__kind", orderable=False)
    score = NumberColumn("得分", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = ReviewAssignment
        fields = ["code", "call", "kind", "score", "state"]
        sequence = fields
        order_by = ("state", "id")
        empty_text = "没有分给您的论文。分配以后会提醒您。"

    def render_kind(self, record: ReviewAssignment) -> str:
        return str(record.paper.get_kind_display())

    def render_state(self, record: ReviewAssignment) -> str:
        return chip(record.get_state_display(), REVIEW_TONES[AssignmentState(record.state)])


class SeminarTable(GongjianTable):
    title = django_tables2.Column("研讨会", linkify=lambda record: record.get_absolute_url())
    starts_at = django_tables2.DateTimeColumn(format="Y-m-d H:i", verbose_name="时间")
    place = django_tables2.Column("地点")
    coming = NumberColumn("回复参加")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Seminar
        fields = ["title", "starts_at", "place", "coming", "state"]
        sequence = fields
        order_by = ("-starts_at", "-id")
        empty_text = "还没有研讨会。"

    def render_state(self, record: Seminar) -> str:
        return chip(record.get_state_display(), SEMINAR_TONES[SeminarState(record.state)])


class UptakeTable(GongjianTable):
    paper = django_tables2.Column("论文", linkify=lambda record: record.get_absolute_url())
    unit = django_tables2.Column("采纳单位", order_by="unit__path")
    kind = django_tables2.Column("方式")
    document = django_tables2.Column("文件或会议")
    document_number = django_tables2.Column("文号", default="—")
    adopted_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="采纳日期")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Uptake
        fields = [
            "paper", "unit", "kind", "document", "document_number", "adopted_on", "state",
        ]  # fmt: skip
        sequence = fields
        order_by = ("-adopted_on", "-id")
        empty_text = "还没有成果转化。论文里的建议被谁采用了，请登记下来。"

    def render_state(self, record: Uptake) -> str:
        return chip(record.get_state_display(), UPTAKE_TONES[UptakeState(record.state)])
