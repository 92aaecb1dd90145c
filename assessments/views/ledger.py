"""Pages of the ledger of bonus, penalty and veto."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.urls import reverse

from assessments import services
from assessments.authority import KEEP_LEDGER, VIEW_LEDGER
from assessments.enums import LEDGER_METHODS, EntryState, SchemeState
from assessments.models import LedgerEntry, SchemeItem
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from gongjian.foundation.web.tables import GongjianTable
from orgs.fields import UnitField
from orgs.models import Unit

ENTRIES = LedgerEntry.objects.select_related("item__scheme__period", "unit")
_DAY = {"type": "date"}


def crumbs() -> list[tuple[str, str]]:
    return [("加分扣分台账", reverse("assessments:ledger_entry_list"))]


class EntryTable(GongjianTable):
    occurred_on = django_tables2.DateColumn(verbose_name="发生日期", format="Y-m-d")
    matter = django_tables2.Column(verbose_name="事项", linkify=True)
    unit = django_tables2.Column(verbose_name="单位", order_by="unit__path")
    kind = django_tables2.Column(
        verbose_name="种类", accessor="item__get_method_display", orderable=False
    )
    level = django_tables2.Column(verbose_name="级别")
    state = django_tables2.TemplateColumn(
        "{% chip record.get_state_display record.state %}", verbose_name="状态"
    )

    class Meta(GongjianTable.Meta):
        model = LedgerEntry
        fields = ("occurred_on", "matter", "unit", "kind", "level", "state")
        order_by = ("-occurred_on",)


class EntryFilter(django_filters.FilterSet):
    unit__name = django_filters.CharFilter(label="单位", lookup_expr="contains")
    state = django_filters.ChoiceFilter(
        label="状态", choices=EntryState.choices, empty_label="全部"
    )

    class Meta:
        model = LedgerEntry
        fields: list[str] = []


class EntryForm(forms.Form):
    item = forms.ModelChoiceField(label="项目", queryset=SchemeItem.objects.none())
    unit = UnitField(permission=KEEP_LEDGER, label="单位")
    matter = forms.CharField(
        label="事项",
        max_length=100,
        help_text="同一事项请用同样的名称，规定不重复计分的只按最高级别计。",
    )
    level = forms.CharField(
        label="级别",
        max_length=40,
        required=False,
        help_text="按考核方案规定的级别填写，例如“省级”。",
    )
    occurred_on = forms.DateField(label="发生日期", widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label="影响到",
        required=False,
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
        help_text="过了这一天，测算不再计入；留空为不限。",
    )
    evidence = forms.CharField(
        label="依据", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    reference = forms.CharField(label="文号", max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: Any = self.fields["item"]
        item.queryset = SchemeItem.objects.filter(
            scheme__state=SchemeState.PUBLISHED, method__in=LEDGER_METHODS
        ).select_related("scheme")
        item.label_from_instance = lambda one: f"{one.name}（{one.scheme}）"
        unit: Any = self.fields["unit"]
        unit.offer(Unit.objects.filter(closed_on__isnull=True, parent__isnull=False))


class EntryPages(RecordsMixin):
    actor: Any
    permission: ClassVar[str]

    def get_queryset(self) -> Any:
        rows: Any = ENTRIES
        return rows.within(self.actor.scope(self.permission))


class EntryList(EntryPages, ListPage):
    permission = VIEW_LEDGER
    heading = "加分扣分和一票否决台账"
    queryset = ENTRIES
    table_class = EntryTable
    filterset_class = EntryFilter

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(KEEP_LEDGER)
        return {
            "create_url": reverse("assessments:ledger_entry_create") if may else "",
            "create_label": "登记事项",
            "empty_text": "台账里还没有事项。方案规定的加分、扣分和一票否决在这里登记。",
        }


class EntryDetail(EntryPages, DetailPage):
    permission = VIEW_LEDGER
    queryset = ENTRIES
    template_name = "assessments/ledger_entry_detail.html"

    def get_place(self) -> Any:
        return self.object.unit

    def get_facts(self) -> list[tuple[str, Any]]:
        entry = self.object
        return [
            ("单位", entry.unit),
            ("项目", entry.item.name),
            ("规定", entry.item.rule_text),
            ("考核方案", entry.item.scheme),
            ("级别", entry.level or "—"),
            ("发生日期", entry.occurred_on.strftime("%Y-%m-%d")),
            ("影响到", entry.ends_on.strftime("%Y-%m-%d") if entry.ends_on else "不限"),
            ("依据", entry.evidence),
            ("文号", entry.reference or "—"),
            ("批准人", entry.approver_label or "—"),
            ("状态", entry.get_state_display()),
        ]

    def get_extra(self) -> dict[str, Any]:
        is_draft = self.object.state == EntryState.DRAFT
        return {"crumbs": crumbs(), "may_edit": is_draft and self.actor.may(KEEP_LEDGER)}


class EntryCreate(FormPage):
    permission = KEEP_LEDGER
    heading = "登记台账事项"
    form_class = EntryForm
    template_name = "assessments/ledger_entry_form.html"
    success_message = "已登记，等待领导小组批准。"

    def perform(self, form: Any) -> LedgerEntry:
        return services.enter_case(actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("assessments:ledger_entry_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs()}


class EntryEdit(EntryPages, FormPage):
    permission = KEEP_LEDGER
    heading = "修改台账事项"
    queryset = ENTRIES
    form_class = EntryForm
    template_name = "assessments/ledger_entry_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        entry = self.get_object()
        names = ("matter", "level", "occurred_on", "ends_on", "evidence", "reference")
        return {
            "initial": {name: getattr(entry, name) for name in names}
            | {"item": entry.item_id, "unit": entry.unit_id}
        }

    def perform(self, form: Any) -> LedgerEntry:
        return services.edit_case(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs()}


class EntryStep(EntryPages, StepPage):
    permission = VIEW_LEDGER
    queryset = ENTRIES
    services = {
        "approve": services.approve_case,
        "refuse": services.refuse_case,
        "lift": services.lift_case,
    }
