"""List of documents."""

from __future__ import annotations

import django_tables2 as tables

from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.shelves import document_kinds
from gongjian.foundation.web.tables import GongjianTable


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
