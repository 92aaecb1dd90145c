"""Forms of the chain: findings item by item, the draw, the meeting, objections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from assessments.enums import FindingStage
from assessments.forms import NumberField
from assessments.models import Finding, SchemeItem
from assessments.sheets import ScoreLine
from gongjian.foundation.kernel.dates import today

_CELL = {"class": "cell-input", "inputmode": "decimal", "autocomplete": "off"}
_DAY = {"type": "date"}


class FindingForm(forms.Form):
    """A row per item: the figure at hand, what earlier stages said, and a verified value."""

    note = forms.CharField(
        label="说明",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        items: Sequence[SchemeItem],
        lines: Mapping[int, ScoreLine],
        earlier: Mapping[int, Sequence[Finding]],
        note_label: str,
    ) -> None:
        super().__init__(*args)
        self.fields["note"].label = note_label
        if not note_label:
            del self.fields["note"]
        self.rows: list[dict[str, Any]] = []
        for item in items:
            self.fields[f"v_{item.pk}"] = NumberField(
                label=f"{item.name}数值",
                disabled=item.is_judged,
                widget=forms.TextInput(attrs=_CELL),
            )
            self.fields[f"n_{item.pk}"] = forms.CharField(
                label=f"{item.name}说明",
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"class": "input"}),
            )
            self.rows.append(
                {
                    "item": item,
                    "line": lines.get(item.pk),
                    "earlier": earlier.get(item.pk, ()),
                    "value": self[f"v_{item.pk}"],
                    "note": self[f"n_{item.pk}"],
                }
            )

    def findings(self) -> dict[int, tuple[Decimal | None, str]]:
        return {
            row["item"].pk: (
                self.cleaned_data[row["value"].name],
                self.cleaned_data[row["note"].name],
            )
            for row in self.rows
        }


def earlier_findings(rows: Sequence[Finding]) -> dict[int, list[Finding]]:
    """Item → findings so far, in the order of the stages."""
    order = list(FindingStage)
    found: dict[int, list[Finding]] = {}
    for row in sorted(rows, key=lambda one: order.index(FindingStage(one.stage))):
        found.setdefault(row.item_id, []).append(row)
    return found


class DrawForm(forms.Form):
    percent = forms.IntegerField(
        label="抽查比例（%）",
        min_value=1,
        max_value=100,
        initial=20,
        help_text="随机抽取的家数按比例进位取整，至少一家；得分悬殊和自评虚高的单位另外列入。",
    )
    seed = forms.IntegerField(
        label="随机种子",
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="可由监督人员当场报一个数，留空由系统产生；同一种子抽出同样的单位。",
    )


class MeetingForm(forms.Form):
    held_on = forms.DateField(
        label="联审日期", initial=today, widget=forms.DateInput(_DAY, format="%Y-%m-%d")
    )
    text = forms.CharField(
        label="联审记录", max_length=3000, widget=forms.Textarea(attrs={"rows": 8})
    )


class ObjectionForm(forms.Form):
    item = forms.ModelChoiceField(
        label="项目", queryset=SchemeItem.objects.none(), required=False, empty_label="不针对某一项"
    )
    text = forms.CharField(
        label="异议内容和理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )
    by = forms.CharField(
        label="提出人",
        max_length=200,
        required=False,
        help_text="来电、来信的，写明提出人；本人提出的不用填写。",
    )

    def __init__(self, *args: Any, items: Any, may_enter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["item"]
        field.queryset = items
        field.label_from_instance = lambda one: one.name
        if not may_enter:
            del self.fields["by"]


class DecideForm(forms.Form):
    """The answer to an objection, with the corrected figure where it is right."""

    outcome = forms.ChoiceField(
        label="复核结论",
        choices=[("reject", "异议不成立"), ("uphold", "异议成立，撤回公示并重新测算")],
        widget=forms.RadioSelect,
    )
    value = NumberField(
        label="核定数", help_text="异议成立、数值有误的，填写核定后的数；已在源头更正的留空。"
    )
    decision = forms.CharField(
        label="复核意见", max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
