"""Input of categories, placements and handovers."""

from __future__ import annotations

from typing import Any

from django import forms

from gongjian.foundation.kernel.dates import today
from orgs.enums import Category, Level
from orgs.guidance_queries import categories_in_use
from orgs.models import GuidanceCategory, Handover, HandoverItem


class CategoryForm(forms.Form):
    """A category with its rule."""

    name = forms.CharField(label="名称", max_length=40, help_text="如“村、社区”“非公企业”。")
    order = forms.IntegerField(
        label="顺序",
        min_value=0,
        max_value=999,
        initial=0,
        help_text="一个单位符合几类的规则时，归入顺序在前的一类。",
    )
    description = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    levels = forms.MultipleChoiceField(
        label="规则：层级",
        choices=Level.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不勾选表示不限层级。",
    )
    kinds = forms.MultipleChoiceField(
        label="规则：单位类别",
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="层级和类别都不勾选时，这一类只由人工指定单位。",
    )
    is_active = forms.BooleanField(label="使用中", required=False, initial=True)


class PlaceForm(forms.Form):
    """Where the units of a filtered list go."""

    category = forms.ModelChoiceField(
        label="归入类别", queryset=GuidanceCategory.objects.none(), empty_label="请选择"
    )
    starts_on = forms.DateField(
        label="自哪一天起",
        initial=today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories_in_use()  # type: ignore[attr-defined]


class PasteForm(forms.Form):
    text = forms.CharField(
        label="粘贴的内容",
        max_length=400_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off"}),
        error_messages={"required": "请从表格中复制“单位”和“类别”两列后粘贴。"},
    )


class HandOverForm(forms.Form):
    note = forms.CharField(
        label="移交说明",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写给接任者：正在进行的工作、需要注意的事项、资料存放位置。",
        error_messages={"required": "请写明需要接任者注意的事项；没有请写“无”。"},
    )


class StandInForm(forms.Form):
    reason = forms.CharField(
        label="代签理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么由上级代签，双方会看到。"},
    )


class ReceiveForm(forms.Form):
    note = forms.CharField(
        label="接收意见（可不填）",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TickForm(forms.Form):
    """A box and a remark for each line of the list."""

    def __init__(self, *args: Any, handover: Handover, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items: list[HandoverItem] = list(handover.items.all())
        for item in self.items:
            self.fields[f"seen_{item.pk}"] = forms.BooleanField(
                label=f"已接收：{item.text}", required=False, initial=item.seen_at is not None
            )
            self.fields[f"remark_{item.pk}"] = forms.CharField(
                label=f"备注：{item.text}",
                required=False,
                max_length=200,
                initial=item.remark,
                widget=forms.TextInput(attrs={"placeholder": "备注（可不填）"}),
            )

    @property
    def rows(self) -> list[tuple[HandoverItem, forms.BoundField, forms.BoundField]]:
        return [(item, self[f"seen_{item.pk}"], self[f"remark_{item.pk}"]) for item in self.items]

    def ticks(self) -> dict[int, bool]:
        return {item.pk: self.cleaned_data[f"seen_{item.pk}"] for item in self.items}

    def remarks(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"remark_{item.pk}"] for item in self.items}
