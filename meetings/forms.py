"""Forms of the joint meetings."""

from __future__ import annotations

from typing import Any

from django import forms

from gongjian.commons.follow_ups.authority import ASSIGN_FOLLOW_UP, VIEW_FOLLOW_UP
from gongjian.foundation.tenancy.models import TenantQuerySet
from meetings.authority import CONVENE_MEETING, VIEW_MEETING
from meetings.enums import Capacity, Reply
from meetings.models import AgendaItem, Meeting
from orgs.fields import UnitField, UnitsField
from orgs.models import Unit

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _moment(label: str, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


class SeriesForm(forms.Form):
    unit = UnitField(label="召集单位", permission=CONVENE_MEETING)
    name = forms.CharField(label="会议名称", max_length=80, initial="党工共建工作联席会议")
    per_year = forms.IntegerField(label="每年次数", min_value=1, max_value=12, initial=4)
    host = forms.CharField(
        label="召集人", max_length=60, help_text="职务和姓名，由主要负责人担任。"
    )
    place = forms.CharField(label="常用地点", max_length=100)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    unit = UnitField(label="单位", permission=VIEW_MEETING)
    name = forms.CharField(label="姓名", max_length=40)
    duty = forms.CharField(label="职务", max_length=60, required=False)
    capacity = forms.ChoiceField(
        label="参加身份", choices=Capacity.choices, initial=Capacity.MEMBER
    )

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class MemberEditForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=40)
    duty = forms.CharField(label="职务", max_length=60, required=False)
    capacity = forms.ChoiceField(label="参加身份", choices=Capacity.choices)


class SeriesEditForm(forms.Form):
    name = forms.CharField(label="会议名称", max_length=80)
    per_year = forms.IntegerField(label="每年次数", min_value=1, max_value=12)
    host = forms.CharField(
        label="召集人", max_length=60, help_text="职务和姓名，由主要负责人担任。"
    )
    place = forms.CharField(label="常用地点", max_length=100)


class PhrasesForm(forms.Form):
    lines = forms.CharField(
        label="常用语",
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="一行一条，每条不超过200字。记录时点一下就加在文字后面。",
    )

    def clean_lines(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if too_long := [str(number) for number, line in enumerate(lines, 1) if len(line) > 200]:
            raise forms.ValidationError(f"第{'、'.join(too_long)}行超过200字，请缩短。")
        return lines


class SittingForm(forms.Form):
    """One sitting outside the yearly plan."""

    starts_at = _moment("开始时间")
    ends_at = _moment("结束时间")
    place = forms.CharField(label="地点", max_length=100)
    host = forms.CharField(label="主持人", max_length=60)


class PlanForm(forms.Form):
    """As many moments as the series meets in a year."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, count + 1):
            self.fields[f"start_{number}"] = _moment(f"第{number}次")


class MeetingForm(forms.Form):
    starts_at = _moment("开始时间")
    ends_at = _moment("结束时间")
    place = forms.CharField(label="地点", max_length=100)
    host = forms.CharField(label="主持人", max_length=60)
    recorder = forms.CharField(label="记录人", max_length=60, required=False)


class CallForm(forms.Form):
    due_on = forms.DateField(label="申报截止日期", widget=_DAY)


class ItemForm(forms.Form):
    title = forms.CharField(label="议题", max_length=120)
    body = forms.CharField(
        label="情况说明",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明新情况、新问题是什么，需要会议定什么。",
    )
    opinion = forms.CharField(
        label="拟办意见", max_length=500, required=False, help_text="建议会议怎样定。"
    )
    presenter = forms.CharField(
        label="汇报人", max_length=60, required=False, help_text="姓名和职务。"
    )
    minutes = forms.IntegerField(
        label="预计用时（分钟）", min_value=1, max_value=480, required=False
    )
    recurs = forms.BooleanField(
        label="每次会议都议", required=False, help_text="以后每次从系统带入议题时自动列入。"
    )
    is_internal = forms.BooleanField(
        label="内部议题",
        required=False,
        help_text="只有召集单位和提出单位看得到，不印入会议材料和纪要。",
    )

    def __init__(self, *args: Any, convenes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not convenes:
            del self.fields["recurs"], self.fields["is_internal"]


class ReferForm(forms.Form):
    to = forms.ModelChoiceField(
        label="提请的会议",
        queryset=Meeting.objects.none(),
        empty_label="请选择正在征集议题的会议",
        help_text="列出本单位是成员、正在征集议题的上级会议。",
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = meetings  # type: ignore[attr-defined]


class InviteForm(MemberForm):
    """A person for this one sitting."""

    capacity = forms.ChoiceField(
        label="参加身份",
        choices=[choice for choice in Capacity.choices if choice[0] != Capacity.INFORMED],
        initial=Capacity.OBSERVER,
    )


class VetForm(forms.Form):
    verdict = forms.ChoiceField(
        label="审定",
        choices=[
            ("accept", "上会"),
            ("return", "退回"),
            ("merge", "并案"),
            ("write", "书面报告，不上会讨论"),
        ],
        widget=forms.RadioSelect,
    )
    into = forms.ModelChoiceField(
        label="并入", queryset=AgendaItem.objects.none(), required=False, empty_label="不并案"
    )
    reason = forms.CharField(
        label="审定意见",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="退回时必须写明理由，申报单位会看到。",
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    reply = forms.ChoiceField(
        label="回复",
        choices=[choice for choice in Reply.choices if choice[0] != Reply.PENDING],
        widget=forms.RadioSelect,
    )
    substitute = forms.CharField(
        label="代会人", max_length=60, required=False, help_text="姓名和职务。"
    )
    reason = forms.CharField(label="事由", max_length=200, required=False)


class ResolutionForm(forms.Form):
    title = forms.CharField(label="议定事项", max_length=120)
    text = forms.CharField(
        label="任务要求", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    unit = UnitField(label="牵头单位", permission=ASSIGN_FOLLOW_UP)
    helpers = UnitsField(label="配合单位", permission=VIEW_FOLLOW_UP, required=False)
    due_on = forms.DateField(label="完成时限", widget=_DAY)

    def __init__(
        self, *args: Any, units: TenantQuerySet[Unit], helpers: TenantQuerySet[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
        self.fields["helpers"].offer(helpers)  # type: ignore[attr-defined]
