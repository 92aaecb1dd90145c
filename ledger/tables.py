"""Tables of the ledger."""

from __future__ import annotations

import django_tables2
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip
from ledger.enums import FoundingState, ImportState, Operation, RestructuringState
from ledger.models import Entry, Founding, LedgerImport, Restructuring, Term

FOUNDING_TONES = {
    FoundingState.CLUE: "draft",
    FoundingState.LISTED: "warn",
    FoundingState.GUIDED: "info",
    FoundingState.PREPARING: "info",
    FoundingState.BUILT: "ok",
    FoundingState.DROPPED: "draft",
}
IMPORT_TONES = {
    ImportState.UPLOADED: "warn",
    ImportState.COMPARED: "info",
    ImportState.APPLIED: "ok",
    ImportState.DISCARDED: "draft",
}


def standing_chip(*, has_party: bool, has_union: bool) -> SafeString:
    """双建状态 in the words of the trade."""
    if has_party and has_union:
        return chip("党有工有", "ok")
    if has_party:
        return chip("党有工无", "warn")
    return chip("党无工有", "warn") if has_union else chip("双无", "bad")


class EntryTable(GongjianTable):
    name = django_tables2.Column("单位", linkify=lambda record: record.get_absolute_url())
    unit = django_tables2.Column("属地", order_by="unit__path")
    kind = django_tables2.Column("类别")
    worker_count = NumberColumn("职工")
    member_count = NumberColumn("会员")
    party_member_count = NumberColumn("党员")
    standing = django_tables2.Column("双建", empty_values=(), orderable=False)
    operation = django_tables2.Column("经营")
    edit = django_tables2.Column("", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = Entry
        fields = [
            "name", "unit", "kind", "worker_count", "member_count", "party_member_count",
            "standing", "operation", "edit",
        ]  # fmt: skip
        sequence = fields
        order_by = ("unit", "name")
        empty_text = "没有符合条件的单位。可以登记一户，或从“部门名单”比对导入。"
        row_attrs = {"id": lambda record: f"entry-{record.pk}"}

    def render_name(self, record: Entry) -> SafeString:
        code = record.credit_code or "无统一社会信用代码"
        return format_html('{}<br><small class="muted digits">{}</small>', record.name, code)

    def render_standing(self, record: Entry) -> SafeString:
        return standing_chip(has_party=record.has_party, has_union=record.has_union)  # type: ignore[attr-defined]

    def render_operation(self, record: Entry) -> str:
        tone = "ok" if record.operation == Operation.OPEN else "draft"
        return chip(record.get_operation_display(), tone)

    def render_edit(self, record: Entry) -> SafeString:
        address = reverse("ledger:entry_quick", args=[record.pk])
        return format_html(
            '<a class="button small quiet" href="{0}" hx-get="{0}" hx-target="closest tr" '
            'hx-swap="outerHTML">改数</a>',
            address,
        )


class FoundingTable(GongjianTable):
    entry = django_tables2.Column(
        "单位", order_by="entry__name", linkify=lambda record: record.get_absolute_url()
    )
    unit = django_tables2.Column("属地", accessor="entry__unit", order_by="entry__unit__path")
    line = django_tables2.Column("组织")
    worker_count = NumberColumn("职工", accessor="entry__worker_count")
    source = django_tables2.Column("来源")
    person = django_tables2.Column("责任人", default="—")
    due_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="本步期限")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Founding
        fields = ["entry", "unit", "line", "worker_count", "source", "person", "due_on", "state"]
        sequence = fields
        order_by = ("due_on",)
        empty_text = "没有组建事项。台账里应建未建的单位会自动列在这里。"

    def render_state(self, record: Founding) -> str:
        if record.is_late(today()):
            return chip(f"{record.get_state_display()}·超期", "bad")
        return chip(record.get_state_display(), FOUNDING_TONES[FoundingState(record.state)])


class TermTable(GongjianTable):
    body = django_tables2.Column(
        "组织", order_by="body__name", linkify=lambda record: record.get_absolute_url()
    )
    unit = django_tables2.Column("属地", accessor="body__unit", order_by="body__unit__path")
    head = django_tables2.Column("书记或主席")
    number = NumberColumn("届次")
    starts_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="选举日期")
    due_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="届满日期")
    light = django_tables2.Column("换届", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = Term
        fields = ["body", "unit", "head", "number", "starts_on", "due_on", "light"]
        sequence = fields
        order_by = ("due_on",)
        empty_text = "还没有组织。登记建成以后，这里按届满日期排列。"

    def render_light(self, record: Term) -> str:
        left = (record.due_on - today()).days
        if left < 0:
            return chip(f"超期{-left}天", "bad")
        return chip(f"还有{left}天", "warn" if left <= 90 else "ok")


class RestructuringTable(GongjianTable):
    entry = django_tables2.Column(
        "单位", order_by="entry__name", linkify=lambda record: record.get_absolute_url()
    )
    unit = django_tables2.Column("属地", accessor="entry__unit", order_by="entry__unit__path")
    kind = django_tables2.Column("类型")
    completed_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="完成日期")
    due_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="健全期限")
    sound_on = django_tables2.DateColumn(format="Y-m-d", verbose_name="健全日期", default="—")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = Restructuring
        fields = ["entry", "unit", "kind", "completed_on", "due_on", "sound_on", "state"]
        sequence = fields
        order_by = ("-completed_on",)
        empty_text = "没有改制单位。在一企一档里登记改制，双建健全的时钟从完成日起走。"

    def render_state(self, record: Restructuring) -> str:
        if record.state == RestructuringState.RUNNING:
            left = (record.due_on - today()).days
            return chip(
                f"超期{-left}天" if left < 0 else f"还有{left}天", "bad" if left < 0 else "warn"
            )
        return chip(record.get_state_display(), "ok" if record.sound_on else "draft")


class LedgerImportTable(GongjianTable):
    file_name = django_tables2.Column("名单", linkify=lambda record: record.get_absolute_url())
    source = django_tables2.Column("来源")
    unit = django_tables2.Column("范围", order_by="unit__path")
    as_of = django_tables2.DateColumn(format="Y-m-d", verbose_name="时点")
    row_count = NumberColumn("行数")
    created_by = django_tables2.Column("上传人", default="系统")
    state = django_tables2.Column("状态")

    class Meta(GongjianTable.Meta):
        model = LedgerImport
        fields = ["file_name", "source", "unit", "as_of", "row_count", "created_by", "state"]
        sequence = fields
        order_by = ("-id",)
        empty_text = "还没有部门名单。拿到市场监管、税务、社会保险等部门的名单后，上传比对。"

    def render_state(self, record: LedgerImport) -> str:
        return chip(record.get_state_display(), IMPORT_TONES[ImportState(record.state)])
