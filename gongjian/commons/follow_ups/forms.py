"""Forms of the follow-ups."""

from __future__ import annotations

from typing import Any

from django import forms

from gongjian.commons.follow_ups.authority import ASSIGN_FOLLOW_UP, VIEW_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpKind, Urgency
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.fields import UnitField, UnitsField
from orgs.models import Unit

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FollowUpForm(forms.Form):
    """A matter to give out. The units offered are those the post may give to."""

    title = forms.CharField(label="事项名称", max_length=120)
    kind = forms.ChoiceField(
        label="类型", choices=FollowUpKind.choices, initial=FollowUpKind.COMMISSION
    )
    urgency = forms.ChoiceField(label="缓急", choices=Urgency.choices, initial=Urgency.NORMAL)
    basis = forms.CharField(
        label="立项依据",
        max_length=200,
        required=False,
        help_text="文件、会议或批示，如“第三季度联席会议”。",
    )
    requirement = forms.CharField(
        label="任务要求",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明做什么、做到什么程度、交什么结果。",
    )
    unit = UnitField(label="主办单位", permission=ASSIGN_FOLLOW_UP)
    helpers = UnitsField(label="协办单位", permission=VIEW_FOLLOW_UP, required=False)
    due_on = forms.DateField(
        label="办理时限",
        widget=_DAY,
        help_text="一般事项20个工作日，急件5个工作日以内；法定节假日和调休已计算。",
    )
    contact = forms.CharField(
        label="督办联系人", max_length=60, required=False, help_text="姓名和办公电话。"
    )

    def __init__(
        self,
        *args: Any,
        units: TenantQuerySet[Unit],
        helpers: TenantQuerySet[Unit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
        self.fields["helpers"].offer(helpers)  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = forms.CharField(
        label="进展或意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class EscalateForm(forms.Form):
    text = forms.CharField(
        label="需要协调什么",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明卡在哪里、需要谁帮什么；交办单位会立即收到。",
    )


class HandlerForm(forms.Form):
    handler = forms.CharField(label="承办人", max_length=60, help_text="本单位具体办理的人。")


class ReportForm(forms.Form):
    result = forms.CharField(
        label="办理结果",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="怎么办的、办成什么样、有什么佐证。核验人据此销号。",
    )


class ExtensionForm(forms.Form):
    until = forms.DateField(label="申请延至", widget=_DAY)
    reason = forms.CharField(
        label="延期理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="批复",
        choices=[("grant", "同意延期"), ("refuse", "不同意延期")],
        widget=forms.RadioSelect,
    )
    reply = forms.CharField(
        label="批复意见",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不同意时必须写明理由。",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "refuse" and not cleaned.get("reply", "").strip():
            self.add_error("reply", "请写明不同意的理由，申请单位会看到。")
        return cleaned


class UntilForm(forms.Form):
    """A day and a reason: putting off, giving out anew."""

    until = forms.DateField(label="日期", widget=_DAY)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str = "日期", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].label = label


class HandOverForm(UntilForm):
    unit = UnitField(label="改交给", permission=ASSIGN_FOLLOW_UP)
    field_order = ("unit", "until", "reason")

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class HandOverManyForm(forms.Form):
    """Many at once: each keeps its own day unless one is given for all."""

    unit = UnitField(label="改交给", permission=ASSIGN_FOLLOW_UP)
    until = forms.DateField(
        label="统一的办理时限",
        widget=_DAY,
        required=False,
        help_text="不填时各件沿用原来的时限；已逾期的必须填写。",
    )
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class DelegateForm(forms.Form):
    """Who acts for this unit, and from when until when."""

    unit = UnitField(
        label="受托单位", permission=VIEW_FOLLOW_UP, help_text="下级单位，或这件事的协办单位。"
    )
    starts_on = forms.DateField(label="委托起", widget=_DAY)
    ends_on = forms.DateField(
        label="委托止", widget=_DAY, help_text="到期自动收回，不能晚于办理时限。"
    )
    reason = forms.CharField(
        label="委托事由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="为什么委托、委托办什么。委托期间对方可以填进展、传佐证、申请办结，责任仍在本单位。",
    )

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class RaiseForm(forms.Form):
    level = forms.TypedChoiceField(
        label="提到哪一级", coerce=int, choices=(), widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="升级理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明拖在哪里、请上级督促什么；上级和主办单位都会收到。",
    )

    def __init__(self, *args: Any, levels: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = levels  # type: ignore[attr-defined]
        if levels:
            self.fields["level"].initial = levels[0][0]


class LookBackDayForm(forms.Form):
    day = forms.DateField(label="回头看日期", widget=_DAY)
    reason = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class LookBackForm(forms.Form):
    """What was found on the spot: it held, or it came back and is given out anew."""

    finding = forms.ChoiceField(
        label="回头看结果",
        choices=[("held", "已巩固，没有反弹"), ("back", "已反弹，重新交办")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="看到的情况",
        max_length=990,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="到了哪里、看了什么、和销号时相比怎么样。",
    )
    due_on = forms.DateField(
        label="新的办理时限", widget=_DAY, required=False, help_text="反弹时必须填写。"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("finding") == "back"
            and not cleaned.get("due_on")
            and "due_on" not in self.errors
        ):
            self.add_error("due_on", "反弹的事项要重新交办，请填写新的办理时限。")
        return cleaned


class DrawForm(forms.Form):
    """How many of the cleared matters are looked at again."""

    year = forms.TypedChoiceField(label="销号年度", coerce=int, choices=())
    percent = forms.IntegerField(
        label="抽取比例（%）", min_value=1, max_value=100, initial=10, help_text="至少抽一件。"
    )
    day = forms.DateField(label="回头看日期", widget=_DAY)
    seed = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]  # type: ignore[attr-defined]


class UrgeForm(forms.Form):
    text = forms.CharField(
        label="催办内容",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不写时用“请于办理时限前办结并申请销号”。",
    )
