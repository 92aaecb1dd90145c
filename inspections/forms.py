"""Forms of the inspections."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from gongjian.commons.questionnaires.enums import Purpose
from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.commons.questionnaires.queries import versions_in_use
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from inspections.authority import ARRANGE_VISIT, MANAGE_INSTRUCTORS
from inspections.enums import Method
from inspections.models import Finding, InspectionException, PlanLine
from orgs.fields import UnitField, UnitsField
from orgs.models import Post, Unit


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _days(label: str, usual: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=120,
        initial=usual,
        help_text="工作日，发通知书时按最重的问题预填。",
    )


class PlanForm(forms.Form):
    year = forms.IntegerField(label="年度", min_value=2020, max_value=2100)
    title = forms.CharField(label="计划名称", max_length=100)
    visit_limit = forms.IntegerField(
        label="每单位全年最多次数",
        min_value=1,
        max_value=12,
        initial=2,
        help_text="各项督查检查合计；超过的须写明理由。",
    )
    days_general = _days("一般问题整改期限", 20)
    days_heavy = _days("较重问题整改期限", 15)
    days_serious = _days("严重问题整改期限", 10)


class VersionChoice(forms.ModelChoiceField):
    """Checklists in use."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=QuestionnaireVersion.objects.none(), **options)

    def offer(self) -> None:
        self.queryset = versions_in_use(Purpose.INSPECTION)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class LineForm(forms.Form):
    topic = forms.CharField(label="督查事项", max_length=100)
    method = forms.ChoiceField(label="方式", choices=Method.choices)
    starts_on = forms.DateField(label="开始日期", widget=day_input())
    ends_on = forms.DateField(label="结束日期", widget=day_input())
    version = VersionChoice(label="检查表", required=False)
    partners = forms.CharField(
        label="联合部门", max_length=200, required=False, help_text="一并检查的部门，减少重复进点。"
    )
    units = UnitsField(label="被查单位", permission=ARRANGE_VISIT)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].offer(units)  # type: ignore[attr-defined]
        self.fields["version"].offer()  # type: ignore[attr-defined]


class ApprovalForm(forms.Form):
    number = forms.CharField(label="批准（备案）文号", max_length=60)
    reason = forms.CharField(label="意见", max_length=500, required=False, widget=_words(3))


class ExceptionForm(forms.Form):
    unit = UnitField(label="被查单位", permission=ARRANGE_VISIT)
    topic = forms.CharField(label="督查事项", max_length=100)
    starts_on = forms.DateField(label="开始日期", widget=day_input())
    ends_on = forms.DateField(label="结束日期", widget=day_input())
    reason = forms.CharField(label="计划外督查的理由", max_length=500, widget=_words(4))

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="审批",
        choices=[("approve", "批准"), ("refuse", "不批准")],
        widget=forms.RadioSelect,
    )
    number = forms.CharField(
        label="批准文号", max_length=60, required=False, help_text="批准时填写。"
    )
    opinion = forms.CharField(
        label="意见",
        max_length=500,
        required=False,
        widget=_words(3),
        help_text="不批准时须写明理由。",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "refuse" and not cleaned.get("opinion", "").strip():
            self.add_error("opinion", "请写明不批准的理由，申请单位会看到。")
        return cleaned


class _LinesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: PlanLine) -> str:
        return f"{obj.topic}（{obj.starts_on:%-m月%-d日}至{obj.ends_on:%-m月%-d日}）"


class _PostField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Post) -> str:
        holder = getattr(obj, "holder", "")
        return f"{holder}　{obj.unit.name}{obj.title}"


class PostsField(forms.ModelMultipleChoiceField):
    label_from_instance = _PostField.label_from_instance


class VisitForm(forms.Form):
    """A visit with its ground and its team."""

    unit = UnitField(label="被查单位", permission=ARRANGE_VISIT)
    lines = _LinesField(
        label="计划依据",
        queryset=PlanLine.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="选两项以上就是合并督查，只去一次。",
    )
    exception = forms.ModelChoiceField(
        label="计划外批准件", queryset=InspectionException.objects.none(), required=False
    )
    title = forms.CharField(label="督查名称", max_length=120)
    starts_on = forms.DateField(label="开始日期", widget=day_input())
    ends_on = forms.DateField(label="结束日期", widget=day_input())
    version = VersionChoice(label="检查表")
    partners = forms.CharField(label="联合部门", max_length=200, required=False)
    leader = _PostField(
        label="组长",
        queryset=Post.objects.none(),
        widget=forms.Select(attrs={"data-pick": True}),
    )
    members = PostsField(
        label="成员",
        queryset=Post.objects.none(),
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="在被查单位及其下属单位任职的，按规定回避。",
    )
    over_limit_reason = forms.CharField(
        label="超过次数的理由", max_length=300, required=False, help_text="没有超过上限的不填。"
    )

    def __init__(
        self,
        *args: Any,
        units: TenantQuerySet[Unit],
        lines: QuerySet[PlanLine],
        exceptions: QuerySet[InspectionException],
        posts: QuerySet[Post],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
        self.fields["version"].offer()  # type: ignore[attr-defined]
        self.fields["lines"].queryset = lines  # type: ignore[attr-defined]
        self.fields["exception"].queryset = exceptions  # type: ignore[attr-defined]
        self.fields["leader"].queryset = posts  # type: ignore[attr-defined]
        self.fields["members"].queryset = posts  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    post = _PostField(
        label="成员", queryset=Post.objects.none(), widget=forms.Select(attrs={"data-pick": True})
    )
    is_leader = forms.BooleanField(label="任组长", required=False)

    def __init__(self, *args: Any, posts: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    starts_on = forms.DateField(label="开始日期", widget=day_input())
    ends_on = forms.DateField(label="结束日期", widget=day_input())


class MergeForm(forms.Form):
    lines = _LinesField(
        label="并入的计划事项",
        queryset=PlanLine.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, lines: QuerySet[PlanLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].queryset = lines  # type: ignore[attr-defined]


class RecuseForm(forms.Form):
    reason = forms.CharField(label="回避理由", max_length=200)


class OpinionForm(forms.Form):
    opinion = forms.CharField(
        label="单位意见",
        max_length=500,
        required=False,
        widget=_words(4),
        help_text="有不同意见的写在这里，随督查记录一并保存。",
    )


class SignThereForm(OpinionForm):
    name = forms.CharField(label="签字人姓名", max_length=40)
    duty = forms.CharField(label="职务", max_length=60)
    field_order = ("name", "duty", "opinion")


class _FindingsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Finding) -> str:
        return f"〔{obj.get_severity_display()}〕{obj.text}"


class NoticeForm(forms.Form):
    findings = _FindingsField(
        label="列入通知书的问题",
        queryset=Finding.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    due_on = forms.DateField(
        label="整改时限",
        widget=day_input(),
        help_text="一般20个工作日，较重15个，严重10个；节假日和调休已计算。",
    )
    demand = forms.CharField(label="总体要求", max_length=1000, required=False, widget=_words(3))
    contact = forms.CharField(label="联系人", max_length=60, required=False)

    def __init__(self, *args: Any, findings: QuerySet[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["findings"].queryset = findings  # type: ignore[attr-defined]


class CircularForm(forms.Form):
    title = forms.CharField(label="标题", max_length=100)
    starts_on = forms.DateField(label="督查起始日期", widget=day_input())
    ends_on = forms.DateField(label="督查截止日期", widget=day_input())
    opening = forms.CharField(label="总体情况", max_length=3000, widget=_words(6))
    demands = forms.CharField(label="下一步要求", max_length=3000, required=False, widget=_words(5))


class InstructorForm(forms.Form):
    unit = UnitField(label="选派单位", permission=MANAGE_INSTRUCTORS)
    name = forms.CharField(label="姓名", max_length=40)
    duty = forms.CharField(label="单位和职务", max_length=100)
    phone = forms.CharField(label="办公电话", max_length=30, required=False)
    starts_on = forms.DateField(label="聘任日期", widget=day_input())
    ends_on = forms.DateField(label="期满日期", widget=day_input())

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class SendForm(forms.Form):
    unit = UnitField(label="联系单位", permission=MANAGE_INSTRUCTORS)
    starts_on = forms.DateField(label="开始日期", widget=day_input(), initial=today)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class EndForm(forms.Form):
    reason = forms.CharField(
        label="结束原因", max_length=200, help_text="如“工会已建立”或“指导员调离”。"
    )


class WalkForm(forms.Form):
    visited_on = forms.DateField(label="走访日期", widget=day_input(), initial=today)
    days = forms.DecimalField(
        label="天数", min_value=Decimal("0.5"), max_value=30, decimal_places=1, initial=1
    )
    note = forms.CharField(
        label="了解到的情况",
        max_length=1000,
        widget=_words(4),
        help_text="写几句就行，不要求照片和定位。",
    )
    solved = forms.CharField(label="当场解决的问题", max_length=500, required=False)
    needs = forms.CharField(label="需要上级解决的问题", max_length=500, required=False)
