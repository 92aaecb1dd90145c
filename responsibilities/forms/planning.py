"""Input of plans and targets; numbers are read as people type them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gongjian.foundation.kernel.numbers import NotANumber, read_number, show
from orgs.enums import Measure
from orgs.models import Unit
from responsibilities.enums import AllocationMethod, ProposalDecision
from responsibilities.models import AnnualPlan, Indicator, PlanIndicator, Target
from responsibilities.queries.planning import ZERO, Balance, BoardRow, Grid


class FigureInput(forms.TextInput):
    """A text field for figures: the keyboard of a phone shows digits, Excel may be pasted."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {
            "class": "cell-input",
            "inputmode": "decimal",
            "autocomplete": "off",
            "maxlength": "20",
        }
        super().__init__({**defaults, **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return show(value) if isinstance(value, Decimal) else value


class FigureField(forms.Field):
    """``1,200``, ``１５``, ``1.2万``; empty is None and never zero."""

    widget = FigureInput

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, Decimal):
            return value
        try:
            return read_number(str(value or ""))
        except NotANumber:
            raise ValidationError("请填写数字，例如 1200；没有请填 0。") from None


def _checkboxes(indicators: Sequence[Indicator]) -> list[tuple[str, list[tuple[int, str]]]]:
    sections: dict[str, list[tuple[int, str]]] = {}
    for indicator in indicators:
        sections.setdefault(indicator.section_title, []).append(
            (indicator.pk, f"{indicator}（{indicator.unit_label}）")
        )
    return list(sections.items())


class PlanForm(forms.ModelForm):
    """Wording of the plan and its choice of indicators, by section of the library."""

    indicators = forms.TypedMultipleChoiceField(
        label="指标",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "所选指标已停用，请刷新页面后重新选择。"},
    )

    class Meta:
        model = AnnualPlan
        fields = ["year", "title", "priorities", "proposals_due_on"]
        widgets = {
            "priorities": forms.Textarea(attrs={"rows": 6}),
            "proposals_due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.library = list(Indicator.objects.filter(is_active=True).order_by("code"))
        field: Any = self.fields["indicators"]
        field.choices = _checkboxes(self.library)

    def chosen(self) -> list[Indicator]:
        keys = set(self.cleaned_data["indicators"])
        return [indicator for indicator in self.library if indicator.pk in keys]


class RegionalValuesForm(forms.Form):
    """The value of the whole region for each indicator of the plan."""

    def __init__(
        self,
        *args: Any,
        lines: Sequence[PlanIndicator],
        held: Mapping[int, Target],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            indicator, target = line.indicator, held.get(line.indicator_id)
            field = FigureField(
                label=f"{indicator}（{indicator.unit_label}）",
                required=False,
                initial=None if target is None else target.value,
                help_text=f"参考目标：{indicator.target_text}" if indicator.target_text else "",
            )
            if target is not None and target.is_handed_down:
                field.widget.attrs["readonly"] = True
                field.help_text = "已随方案审定，改值请办理调整单。"
            self.fields[f"indicator_{indicator.pk}"] = field

    def values(self) -> dict[int, Decimal | None]:
        return {int(name.partition("_")[2]): value for name, value in self.cleaned_data.items()}


class BoardForm(forms.Form):
    """Parts of one value for the units below, the reserve, and why it is more."""

    reserve = FigureField(label="机动", required=False)
    reason = forms.CharField(
        label="加码理由",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="只在下达的数多于本级承担的数时填写，上级会看到。",
    )

    def __init__(
        self,
        *args: Any,
        target: Target,
        rows: Sequence[BoardRow],
        proposal: Sequence[Decimal] | None,
        measure: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.target, self.board_rows = target, rows
        self.fields["reserve"].widget.attrs |= {"data-share": "", "data-fixed": ""}
        for place, row in enumerate(rows):
            field = FigureField(
                label=row.unit.name,
                required=False,
                initial=row.value if proposal is None else proposal[place],
            )
            field.widget.attrs |= {
                "data-share": "",
                "data-base": show(row.base),
                "data-measure": show(row.measure(measure)),
            }
            if row.is_fixed:
                field.widget.attrs["readonly"] = True
            self.fields[f"unit_{row.unit.pk}"] = field
        self.measure_name = measure

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "row": row,
                "field": self[f"unit_{row.unit.pk}"],
                "measure": row.measure(self.measure_name),
            }
            for row in self.board_rows
        ]

    def values(self) -> dict[int, Decimal | None]:
        return {
            row.unit.pk: self.cleaned_data.get(f"unit_{row.unit.pk}") for row in self.board_rows
        }


def _figure(text: Any) -> Decimal:
    try:
        return (text if isinstance(text, Decimal) else read_number(str(text or ""))) or ZERO
    except NotANumber:
        return ZERO


class GridForm(forms.Form):
    """All divisions of one unit at once: a row for each unit below, a column for each target."""

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid = grid
        for parent in grid.parents:
            for unit in grid.units:
                cell = grid.cell(parent, unit)
                field = FigureField(
                    label=f"{unit.name}：{parent.indicator.name}",
                    required=False,
                    initial=None if cell is None else cell.value,
                )
                field.widget.attrs |= {"aria-label": str(field.label), "data-column": parent.pk}
                if cell is not None and cell.is_handed_down:
                    field.widget.attrs["readonly"] = True
                self.fields[f"t{parent.pk}_u{unit.pk}"] = field
            if not parent.indicator.must_add_up:
                continue
            reserve = FigureField(
                label=f"{parent.indicator.name}：机动", required=False, initial=parent.reserve
            )
            reserve.widget.attrs |= {"aria-label": str(reserve.label), "data-column": parent.pk}
            self.fields[f"t{parent.pk}_reserve"] = reserve

    def rows(self) -> list[tuple[Unit, list[forms.BoundField]]]:
        return [
            (unit, [self[f"t{parent.pk}_u{unit.pk}"] for parent in self.grid.parents])
            for unit in self.grid.units
        ]

    def reserves(self) -> list[forms.BoundField | None]:
        return [
            self[f"t{parent.pk}_reserve"] if parent.indicator.must_add_up else None
            for parent in self.grid.parents
        ]

    def balances(self) -> list[Balance | None]:
        """Sums of what stands on the screen, typed or stored."""
        return [
            Balance(
                parent.value,
                sum(
                    (_figure(self[f"t{parent.pk}_u{unit.pk}"].value()) for unit in self.grid.units),
                    ZERO,
                ),
                _figure(self[f"t{parent.pk}_reserve"].value()),
            )
            if parent.indicator.must_add_up
            else None
            for parent in self.grid.parents
        ]

    def checks(self) -> list[tuple[Target, Balance | None]]:
        return list(zip(self.grid.parents, self.balances(), strict=True))

    def cells(self) -> dict[int, dict[int, Decimal | None]]:
        return {
            parent.pk: {
                unit.pk: self.cleaned_data.get(f"t{parent.pk}_u{unit.pk}")
                for unit in self.grid.units
            }
            for parent in self.grid.parents
        }

    def reserve_values(self) -> dict[int, Decimal]:
        return {
            parent.pk: self.cleaned_data.get(f"t{parent.pk}_reserve") or ZERO
            for parent in self.grid.parents
        }


class ProposalForm(forms.Form):
    value = FigureField(label="建议值", error_messages={"required": "请填写建议的目标值。"})
    reason = forms.CharField(
        label="理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写理由，上级据此答复。"},
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="答复",
        choices=ProposalDecision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择是否采纳。"},
    )
    reply = forms.CharField(
        label="说明",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不采纳时必须说明原因，对方会看到。",
    )


class AmendmentForm(forms.Form):
    value = FigureField(label="调整后的目标值", error_messages={"required": "请填写新的目标值。"})
    reason = forms.CharField(
        label="调整理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写调整理由，下级会看到。"},
    )


class ResponsibleForm(forms.ModelForm):
    class Meta:
        model = Target
        fields = ["responsible_leader", "responsible_person", "due_on"]
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class ProposalMethodForm(forms.Form):
    """How the board proposes a division; stands in the address, so it works without script."""

    method = forms.ChoiceField(
        label="分配方法", choices=[("", "按已存的数"), *AllocationMethod.choices], required=False
    )
    measure = forms.ChoiceField(label="规模依据", choices=Measure.choices, required=False)
    reserve = FigureField(label="机动", required=False)
