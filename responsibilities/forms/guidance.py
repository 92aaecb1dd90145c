"""Input of work plans, their lines, and development plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from gongjian.foundation.kernel.dates import today
from orgs.guidance_queries import categories_in_use
from orgs.models import GuidanceCategory
from responsibilities.forms.planning import FigureField
from responsibilities.models import (
    DevelopmentMeasure,
    DevelopmentPlan,
    PlanIndicator,
    WorkPlanMeasure,
)
from responsibilities.services.guidance import MeasureLine

#: Empty lines offered below those that are filled.
_SPARE_LINES = 4


def _text(label: str, rows: int, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=5000,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _day(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class WorkPlanEditForm(forms.Form):
    goals = _text("工作目标", 6, help_text="这一类单位今年要达到什么，一行一条。")
    approach = _text("指导要求", 4, required=False, help_text="对这一类单位怎样分别指导。")


class WorkPlanForm(WorkPlanEditForm):
    category = forms.ModelChoiceField(
        label="指导类别", queryset=GuidanceCategory.objects.none(), empty_label="请选择"
    )
    field_order = ["category", "goals", "approach"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories_in_use()  # type: ignore[attr-defined]


class MeasuresForm(forms.Form):
    """Lines of what, who and by when; emptying a line takes it away."""

    def __init__(
        self,
        *args: Any,
        measures: Sequence[WorkPlanMeasure | DevelopmentMeasure],
        owner_label: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.measures = measures
        self.owner_label = owner_label
        for number in range(len(measures) + _SPARE_LINES):
            held = measures[number] if number < len(measures) else None
            where = f"第 {number + 1} 行"
            self.fields[f"text_{number}"] = forms.CharField(
                label=f"{where}措施",
                max_length=300,
                required=False,
                initial=held.text if held else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"owner_{number}"] = forms.CharField(
                label=f"{where}{owner_label}",
                max_length=60,
                required=False,
                initial=held.owner if held else "",
            )
            self.fields[f"due_{number}"] = _day(
                f"{where}完成时限", required=False, initial=held.due_on if held else None
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        count = len(self.measures) + _SPARE_LINES
        return [
            (self[f"text_{number}"], self[f"owner_{number}"], self[f"due_{number}"])
            for number in range(count)
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for number in range(len(self.measures) + _SPARE_LINES):
            text, owner = values.get(f"text_{number}"), values.get(f"owner_{number}")
            due = values.get(f"due_{number}")
            if text and not owner:
                self.add_error(f"owner_{number}", f"请填写{self.owner_label}。")
            if text and not due and f"due_{number}" not in self.errors:
                self.add_error(f"due_{number}", "请填写完成时限。")
            if (owner or due) and not text:
                self.add_error(f"text_{number}", "请填写措施；不要这一行请全部清空。")
        return values

    def lines(self) -> list[MeasureLine]:
        values = self.cleaned_data
        return [
            MeasureLine(
                text=values[f"text_{number}"],
                owner=values[f"owner_{number}"],
                due_on=values[f"due_{number}"],
                pk=self.measures[number].pk if number < len(self.measures) else None,
            )
            for number in range(len(self.measures) + _SPARE_LINES)
            if values[f"text_{number}"]
        ]


class WeightsForm(forms.Form):
    """A weight for each indicator of the year; empty leaves it out of the category."""

    def __init__(
        self,
        *args: Any,
        lines: Sequence[PlanIndicator],
        held: Mapping[int, Decimal],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plan_lines = lines
        for line in lines:
            self.fields[f"weight_{line.indicator_id}"] = FigureField(
                label=f"{line.indicator.name}权重",
                required=False,
                initial=held.get(line.indicator_id),
            )

    @property
    def rows(self) -> list[tuple[PlanIndicator, forms.BoundField]]:
        return [(line, self[f"weight_{line.indicator_id}"]) for line in self.plan_lines]

    @property
    def total(self) -> Decimal:
        """Sum as saved, shown below the column."""
        figures = [self.fields[f"weight_{line.indicator_id}"].initial for line in self.plan_lines]
        return sum((figure for figure in figures if figure), Decimal(0))

    def weights(self) -> dict[int, Decimal | None]:
        return {
            line.indicator_id: self.cleaned_data[f"weight_{line.indicator_id}"]
            for line in self.plan_lines
        }


class TickForm(forms.Form):
    done_on = _day("完成日期", initial=today)
    note = forms.CharField(
        label="完成情况",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="用一句话写明做了什么、结果怎样。",
    )


class DoneForm(forms.Form):
    done_on = _day("完成日期", initial=today)


class DevelopmentForm(forms.ModelForm):
    class Meta:
        model = DevelopmentPlan
        fields = ["from_year", "to_year", "situation", "goals", "guarantees"]
        widgets = {
            "situation": forms.Textarea(attrs={"rows": 5}),
            "goals": forms.Textarea(attrs={"rows": 5}),
            "guarantees": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "situation": "本单位党工共建的基础、短板和主要问题。",
            "goals": "几年内要达到什么，一行一条。",
            "guarantees": "人员、经费、阵地等条件。",
        }
