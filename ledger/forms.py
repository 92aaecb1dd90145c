"""Forms of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from ledger.authority import EDIT_ENTRY, IMPORT_LIST
from ledger.enums import (
    Form,
    Operation,
    RestructuringKind,
    Source,
)
from ledger.models import Body, Entry, LedgerSettings, Term
from ledger.models.entries import FACTS
from ledger.services.organizations import KINDS
from orgs.enums import Line
from orgs.fields import UnitField
from orgs.models import Unit


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


#: Groups of the form of an entry, in their order.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("单位", (
        "unit", "name", "credit_code", "kind", "industry", "operation", "founded_on", "address",
        "place", "legal_person", "contact", "contact_phone", "is_above_scale", "tags", "source",
    )),
    ("人员", (
        "counted_on", "worker_count", "women_count", "migrant_count", "dispatched_count",
        "party_member_count", "probationary_count", "member_count", "women_member_count",
        "new_form_member_count",
    )),
    ("组建", ("party_obstacle", "party_instructor", "union_obstacle", "union_instructor")),
    ("民主管理和集体合同", (
        "has_congress", "congress_on", "has_openness", "has_mediation", "contract_number",
        "contract_ends_on",
    )),
    ("变动", ("since",)),
)  # fmt: skip
COUNTS = GROUPS[1][1][1:]


class EntryForm(forms.ModelForm):
    """All facts of an entry; a day tells since when they hold."""

    unit = UnitField(label="属地单位", permission=EDIT_ENTRY)
    since = _day("变动日期", help_text="这些情况从哪一天起。补登以前的变动，请填实际日期。")
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Entry
        fields = list(FACTS)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
        for name in ("founded_on", "counted_on", "congress_on", "contract_ends_on"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        for name in ("industry", "party_obstacle", "union_obstacle"):
            choice: Any = self.fields[name]
            choice.choices = [("", "未填"), *choice.choices[1:]]
        for name in COUNTS:
            self.fields[name].required = False
        self.fields["since"].initial = today()
        self.fields["credit_code"].help_text = "18位。没有的留空，不要编造。"
        self.fields["party_instructor"].help_text = "姓名和单位。未建党组织的单位填写。"
        self.fields["union_instructor"].help_text = "姓名和单位。未建工会的单位填写。"
        self.order_fields([*(name for _, names in GROUPS for name in names), "revision"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in COUNTS:
            if values.get(name) is None and name not in self.errors:
                values[name] = 0
        return values

    def validate_constraints(self) -> None:
        """The service checks them, with the tenant."""

    def _post_clean(self) -> None:
        # The service writes and checks the record; the form only reads the input.
        return

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}


class QuickForm(forms.Form):
    """What changes often, to be put right in the list itself."""

    worker_count = forms.IntegerField(
        label="职工",
        min_value=0,
        max_value=2_000_000_000,
        widget=forms.NumberInput(attrs={"autofocus": True}),
    )
    member_count = forms.IntegerField(label="会员", min_value=0, max_value=2_000_000_000)
    party_member_count = forms.IntegerField(label="正式党员", min_value=0, max_value=2_000_000_000)
    operation = forms.ChoiceField(label="经营状态", choices=Operation.choices)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, entry: Entry) -> QuickForm:
        return cls(initial={name: getattr(entry, name) for name in cls.base_fields})


class SubjectForm(forms.Form):
    subject = UnitField(label="组织架构中的本单位", permission=EDIT_ENTRY, required=False)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].offer(units)  # type: ignore[attr-defined]


class VisitForm(forms.Form):
    visited_on = _day("走访日期")
    visitor = forms.CharField(label="走访人", max_length=60)
    text = forms.CharField(
        label="情况", max_length=500, widget=_long(4), help_text="写清情况和下一步，不要求照片。"
    )


class BodyForm(forms.ModelForm):
    """An organization as its approval says."""

    class Meta:
        model = Body
        fields = [
            "kind", "name", "superior", "approval_number", "founded_on", "union_code",
            "has_audit", "has_women", "has_account",
        ]  # fmt: skip

    def __init__(self, *args: Any, line: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["founded_on"].widget = forms.DateInput(
            attrs={"type": "date"}, format="%Y-%m-%d"
        )
        kind: Any = self.fields["kind"]
        kind.choices = [(one.value, one.label) for one in KINDS[line]]
        if line == Line.PARTY:
            for name in ("union_code", "has_audit", "has_women", "has_account"):
                del self.fields[name]

    def _post_clean(self) -> None:
        # The service writes and checks the record; the form only reads the input.
        return

    def body_values(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name] for name in BodyForm.Meta.fields if name in self.fields
        }


TERM_FIELDS = ("head", "head_duty", "is_full_time", "is_crossed", "due_on")


class BuildForm(BodyForm):
    """登记建成: the organization, its first committee, how it covers the unit."""

    form = forms.ChoiceField(label="组建方式", choices=Form.choices, initial=Form.OWN)
    head = forms.CharField(label="书记或主席", max_length=40)
    head_duty = forms.CharField(label="行政职务", max_length=60, required=False)
    is_full_time = forms.BooleanField(label="专职", required=False)
    is_crossed = forms.BooleanField(
        label="党工交叉任职",
        required=False,
        help_text="党组织班子成员与工会主席（副主席）互相兼任。",
    )
    due_on = _day("届满日期", help_text="届满前系统会提醒换届。")

    def term_values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in TERM_FIELDS}
        return {**values, "approval_number": self.cleaned_data["approval_number"]}


class CoverForm(forms.Form):
    """An organization that stands already takes the unit in."""

    body = forms.ModelChoiceField(
        label="组织", queryset=Body.objects.none(), empty_label="请选择组织"
    )
    form = forms.ChoiceField(
        label="组建方式",
        choices=[choice for choice in Form.choices if choice[0] != Form.OWN],
        initial=Form.JOINT,
    )
    starts_on = _day("覆盖开始日期")

    def __init__(self, *args: Any, bodies: TenantQuerySet[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]


class EndForm(forms.Form):
    ends_on = _day("终止日期")
    reason = forms.CharField(label="原因", max_length=100)


class TermForm(forms.Form):
    """换届."""

    starts_on = _day("选举日期")
    due_on = _day("届满日期")
    head = forms.CharField(label="书记或主席", max_length=40)
    head_duty = forms.CharField(label="行政职务", max_length=60, required=False)
    is_full_time = forms.BooleanField(label="专职", required=False)
    is_crossed = forms.BooleanField(label="党工交叉任职", required=False)
    approval_number = forms.CharField(label="批复文号", max_length=60, required=False)

    @staticmethod
    def initial_of(term: Term | None) -> dict[str, Any]:
        if term is None:
            return {}
        return {
            name: getattr(term, name)
            for name in ("head", "head_duty", "is_full_time", "is_crossed")
        }


class DissolveForm(forms.Form):
    dissolved_on = _day("撤销日期")
    reason = forms.CharField(label="原因", max_length=80)


class PlanForm(forms.Form):
    leader = forms.CharField(label="责任领导", max_length=40, required=False)
    person = forms.CharField(label="责任人", max_length=40, required=False)
    due_on = _day("本步期限")
    note = forms.CharField(label="进展和障碍", max_length=300, required=False, widget=_long(4))


class ListForm(forms.Form):
    line = forms.ChoiceField(label="组织", choices=Line.choices, widget=forms.RadioSelect)


class RestructuringForm(forms.Form):
    kind = forms.ChoiceField(label="类型", choices=RestructuringKind.choices)
    completed_on = _day("完成日期", help_text="从这一天起计算双建健全的期限。")
    approval_number = forms.CharField(label="批复文号", max_length=60, required=False)


class SettingsForm(forms.ModelForm):
    class Meta:
        model = LedgerSettings
        fields = [
            "union_from", "party_from", "verify_days", "guide_days", "prepare_days",
            "build_days", "restructuring_days", "term_notice_days",
        ]  # fmt: skip

    def _post_clean(self) -> None:
        # The service writes and checks the record; the form only reads the input.
        return


class UploadForm(forms.Form):
    """A list from another department."""

    source = forms.ChoiceField(label="来源部门", choices=Source.choices)
    as_of = _day("名单时点")
    unit = UnitField(
        label="比对范围", permission=IMPORT_LIST, help_text="名单属于哪个地方，就和哪里的台账比。"
    )
    is_complete = forms.BooleanField(
        label="这是全量名单",
        required=False,
        help_text="勾选后，台账里有而名单里没有的在营单位会列出来核实。",
    )
    file = forms.FileField(
        label="名单",
        max_length=200,
        help_text="CSV 或 .xlsx，不超过8兆字节、20,000行，第一行是表头。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请检查后重新选择。"},
    )

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """Which column says what."""

    def __init__(
        self, *args: Any, headings: Sequence[str], labels: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "不读取"), *((str(n), name) for n, name in enumerate(headings) if name)]
        for name, label in labels.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)

    def mapping(self) -> dict[str, int]:
        return {name: int(place) for name, place in self.cleaned_data.items() if place != ""}
