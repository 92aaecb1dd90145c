"""发文登记: the register of numbers, reservations, and the marks of the organs."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.documents import numbering
from gongjian.commons.documents.authority import (
    ARRANGE_DOCUMENTS,
    ISSUE_DOCUMENT,
    SIGN_OFF_DOCUMENT,
    VIEW_DOCUMENT,
)
from gongjian.commons.documents.ledger import NAME, XLSX, register_workbook
from gongjian.commons.documents.models import NumberEntry, OrganMark
from gongjian.commons.documents.register_forms import (
    MarkForm,
    NumberFilter,
    OutsideForm,
    ReserveForm,
)
from gongjian.commons.documents.shelves import document_kinds
from gongjian.commons.documents.views import file_answer
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, StepPage
from gongjian.foundation.web.tables import GongjianTable

#: More lines than a screen export should hold; the report centre has no limit.
MOST_EXPORTED = 5000


class NumberTable(GongjianTable):
    text = tables.Column("发文字号", linkify=True, order_by=("year", "mark", "number"))
    title = tables.TemplateColumn(
        "{% if record.document %}{{ record.document }}{% else %}"
        '<span class="muted">{{ record.purpose }}</span>{% endif %}',
        verbose_name="标题或用途",
        orderable=False,
    )
    kind = tables.Column("文种", accessor="document__kind", default="—", orderable=False)
    state = tables.TemplateColumn(
        "{% if record.document %}"
        "{% chip record.document.get_state_display record.document.state %}"
        "{% else %}{% chip record.get_state_display record.state %}{% endif %}",
        verbose_name="状态",
        order_by=("state", "document__state"),
    )
    issued_on = tables.DateColumn(
        accessor="document__issued_on", verbose_name="成文日期", format="Y-m-d", default="—"
    )
    reason = tables.TemplateColumn(
        "{% firstof record.document.void_reason record.cancel_reason '—' %}",
        verbose_name="作废或注销理由",
        orderable=False,
    )
    taken_by = tables.Column("取号人")

    class Meta(GongjianTable.Meta):
        model = NumberEntry
        fields = ("text", "title", "kind", "state", "issued_on", "reason", "taken_by")
        order_by = ("-year", "mark", "-number")
        empty_text = "还没有发文字号。公文印发时自动编号并登记。"

    def render_kind(self, value: str) -> str:
        kind = document_kinds.get(value)
        return kind.label if kind else value


class RegisterRecords:
    """The whole register: whoever issues or signs may see all of it."""

    queryset: ClassVar[Any] = NumberEntry.objects.select_related("document__file")


class NumberEntryList(RegisterRecords, ListPage):
    """发文登记."""

    permission = ISSUE_DOCUMENT
    heading = "发文登记"
    template_name = "documents/register.html"
    table_class = NumberTable
    filterset_class = NumberFilter

    def get_extra(self) -> dict[str, Any]:
        query = self.request.GET.urlencode()
        export = reverse("documents:register_export")
        return {
            "export_url": f"{export}?{query}" if query else export,
            "export_label": "导出 Excel",
            "create_url": reverse("documents:number_reserve"),
            "create_label": "预留字号",
            "outside_url": reverse("documents:number_outside"),
            "marks_url": reverse("documents:organmark_list")
            if self.actor.may(ARRANGE_DOCUMENTS)
            else "",
            "continuity": numbering.continuity(),
        }


class RegisterExport(RegisterRecords, ListPage):
    """The lines of the register that the filter leaves, as a workbook."""

    permission = ISSUE_DOCUMENT
    table_class = NumberTable

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = NumberFilter(request.GET, queryset=self.get_queryset(), request=request).qs
        entries = chosen.order_by("-year", "mark", "-number")[:MOST_EXPORTED]
        return file_answer(
            register_workbook(entries), name=NAME, content_type=XLSX, as_attachment=True
        )


class NumberEntryDetail(RegisterRecords, DetailPage):
    """One number."""

    permission = VIEW_DOCUMENT
    template_name = "documents/number_detail.html"

    def get_object(self) -> NumberEntry:
        if not (self.actor.may(ISSUE_DOCUMENT) or self.actor.may(SIGN_OFF_DOCUMENT)):
            raise Http404
        entry: NumberEntry = super().get_object()
        return entry

    def get_place(self) -> None:
        return None

    def get_steps(self) -> list[dict[str, str]]:
        # A reserved number is used by issuing a document with it.
        return [step for step in super().get_steps() if step["url"].endswith("/cancel/")]

    def get_facts(self) -> list[tuple[str, Any]]:
        entry: NumberEntry = self.object
        document = entry.document
        facts = [
            ("发文字号", entry.text),
            ("状态", document.get_state_display() if document else entry.get_state_display()),
            ("用途", entry.purpose),
            ("取号人", entry.taken_by),
            ("取号时间", entry.taken_at),
            ("注销理由", entry.cancel_reason),
            ("作废理由", document.void_reason if document else ""),
        ]
        return [(label, value) for label, value in facts if value]


class NumberEntryStep(RegisterRecords, StepPage):
    """注销预留号."""

    permission = ISSUE_DOCUMENT
    services: ClassVar[Any] = {"cancel": numbering.cancel_reservation}


class NumberPage(FormPage, base=True):
    """A form of the register."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"tenant_id": self.actor.tenant_id}

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:numberentry_list")

    def get_cancel_url(self) -> str:
        return reverse("documents:numberentry_list")


class NumberReserve(NumberPage):
    """预留字号."""

    permission = ISSUE_DOCUMENT
    heading = "预留字号"
    form_class = ReserveForm
    submit_label = "预留"

    def perform(self, form: Any) -> list[NumberEntry]:
        data = form.cleaned_data
        made = numbering.reserve_numbers(
            data["mark"], actor=self.actor, count=data["count"], purpose=data["purpose"]
        )
        self.say(f"已预留{'、'.join(entry.text for entry in made)}。")
        return made


class NumberOutside(NumberPage):
    """登记系统外已用字号."""

    permission = ISSUE_DOCUMENT
    heading = "登记系统外已用字号"
    form_class = OutsideForm
    submit_label = "登记"

    def perform(self, form: Any) -> int:
        data = form.cleaned_data
        count = numbering.record_outside(
            data["mark"], actor=self.actor, until=data["until"], purpose=data["purpose"]
        )
        self.say(f"已登记{count}个系统外字号，下一号接着编。")
        return count


class MarkTable(GongjianTable):
    mark = tables.Column("机关代字")
    organ = tables.Column("发文机关")
    pattern = tables.Column("字号格式", orderable=False)
    following = tables.Column("下一号", empty_values=(), orderable=False)
    is_active = tables.TemplateColumn(
        "{% if record.is_active %}{% chip '使用中' 'ok' %}{% else %}"
        "{% chip '已停用' 'neutral' %}{% endif %}",
        verbose_name="状态",
    )
    edit = tables.TemplateColumn(
        '<a class="button small" href="{% url "documents:organmark_edit" record.pk %}">修改</a>',
        verbose_name="",
        orderable=False,
    )

    class Meta(GongjianTable.Meta):
        model = OrganMark
        fields = ("mark", "organ", "pattern", "following", "is_active", "edit")
        order_by = "mark"
        empty_text = "还没有设置机关代字；公文按“代字〔年份〕序号号”编号。"

    def __init__(self, *args: Any, following: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_numbers = following

    def render_following(self, record: OrganMark) -> str:
        return numbering.format_number(
            record.pattern,
            mark=record.mark,
            year=today().year,
            number=self.last_numbers.get(record.mark, 0) + 1,
        )


class OrganMarkList(ListPage):
    """机关代字."""

    permission = ARRANGE_DOCUMENTS
    heading = "机关代字"
    queryset = OrganMark.objects
    table_class = MarkTable

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"following": numbering.last_numbers()}

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("documents:organmark_create"), "create_label": "新增代字"}


class OrganMarkCreate(FormPage):
    """新增机关代字."""

    permission = ARRANGE_DOCUMENTS
    heading = "新增机关代字"
    form_class = MarkForm
    success_message = "机关代字已保存。已经编过的字号不变。"

    def get_setting(self) -> OrganMark | None:
        return None

    def perform(self, form: Any) -> OrganMark:
        return numbering.arrange_mark(self.get_setting(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("documents:organmark_list")


class OrganMarkEdit(OrganMarkCreate):
    """修改机关代字."""

    permission = ARRANGE_DOCUMENTS
    heading = "修改机关代字"

    def get_setting(self) -> OrganMark:
        found = OrganMark.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        setting = self.get_setting()
        names = ("mark", "organ", "head", "pattern", "is_active")
        return {"initial": {name: getattr(setting, name) for name in names}}
