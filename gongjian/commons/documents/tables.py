"""Lists of documents and of reports."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse

from gongjian.commons.documents.models import OfficialDocument, ReportJob
from gongjian.commons.documents.shelves import document_kinds, report_kinds
from gongjian.foundation.web.tables import GongjianTable, NumberColumn


class DocumentTable(GongjianTable):
    number = tables.Column(
        "发文字号", accessor="document_number", order_by=("year", "number"), default="—"
    )
    title = tables.Column("标题", linkify=True)
    kind = tables.Column("文种")
    state = tables.TemplateColumn(
        "{% chip record.get_state_display record.state %}", verbose_name="状态", order_by="state"
    )
    issued_on = tables.DateColumn(verbose_name="成文日期", format="Y-m-d")
    drafted_by = tables.Column("起草人")

    class Meta(GongjianTable.Meta):
        model = OfficialDocument
        fields = ("number", "title", "kind", "state", "issued_on", "drafted_by")
        order_by = "-pk"
        empty_text = "还没有公文。起草后由领导签发，再编号印发。"

    def render_kind(self, value: str) -> str:
        kind = document_kinds.get(value)
        return kind.label if kind else value


class ReportTable(GongjianTable):
    title = tables.Column(
        "名称", linkify=lambda record: reverse("documents:report_job", args=[record.pk])
    )
    kind = tables.Column("报告")
    status = tables.TemplateColumn(
        template_name="documents/_report_status.html", verbose_name="状态", order_by="status"
    )
    requested_by = tables.Column("申请人")
    requested_at = tables.DateTimeColumn(verbose_name="申请时间", format="Y-m-d H:i")
    taken = NumberColumn("已下载", accessor="taken_count", orderable=False)
    acts = tables.TemplateColumn(
        template_name="documents/_report_acts.html", verbose_name="办理", orderable=False
    )

    class Meta(GongjianTable.Meta):
        model = ReportJob
        fields = ("title", "kind", "status", "requested_by", "requested_at", "taken", "acts")
        order_by = "-pk"
        empty_text = "还没有报告。可以生成综合报告，也可以在考核、公文等页面生成。"

    def render_kind(self, value: str) -> str:
        kind = report_kinds.get(value)
        return kind.label if kind else value

    def render_taken(self, value: int) -> str:
        return f"{value} 次" if value else "—"
