"""Input of indicators, and of weight and order of the indicators of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from responsibilities.forms.planning import FigureField
from responsibilities.models import Indicator, PlanIndicator
from responsibilities.services.upkeep import FIELDS


class IndicatorForm(forms.ModelForm):
    """One indicator of the library; the code is given once."""

    class Meta:
        model = Indicator
        fields = ["code", *FIELDS]
        widgets = {
            name: forms.Textarea(attrs={"rows": 2})
            for name in ("numerator", "denominator", "evidence", "note")
        }
        help_texts = {
            "section": "一至四个字母或数字，例如 B。",
            "allocation_style": "下级的数与本级的数是什么关系。",
            "quarterly_style": "每季填的是本季发生数、年初至今累计数，还是期末时点数。",
            "mode": "限制使用的指标（开会、发文、报道数量等）不得设置权重。",
            "is_reported": "列入后，新开启的季度报表会有这一行。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]


class LinesForm(forms.Form):
    """Weight and place of each indicator of the plan."""

    def __init__(self, *args: Any, lines: Sequence[PlanIndicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for place, line in enumerate(lines, start=1):
            name = line.indicator.name
            weight = FigureField(
                label=f"{name}：权重",
                initial=line.weight,
                error_messages={"required": "请填写权重，不计分请填 0。"},
            )
            weight.widget.attrs |= {"aria-label": f"{name}：权重", "data-share": ""}
            self.fields[f"weight_{line.pk}"] = weight
            self.fields[f"order_{line.pk}"] = forms.IntegerField(
                label=f"{name}：顺序",
                initial=place,
                min_value=1,
                max_value=9999,
                widget=forms.TextInput(
                    attrs={
                        "class": "cell-input",
                        "inputmode": "numeric",
                        "autocomplete": "off",
                        "aria-label": f"{name}：顺序",
                    }
                ),
                error_messages={
                    "required": "请填写顺序号。",
                    "invalid": "请填写整数，例如 3。",
                    "min_value": "顺序号从 1 开始。",
                    "max_value": "顺序号最大为 9999。",
                },
            )

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "line": line,
                "weight": self[f"weight_{line.pk}"],
                "order": self[f"order_{line.pk}"],
            }
            for line in self.lines
        ]

    def weights(self) -> dict[int, Decimal]:
        return {line.pk: self.cleaned_data[f"weight_{line.pk}"] for line in self.lines}

    def orders(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data[f"order_{line.pk}"] for line in self.lines}
