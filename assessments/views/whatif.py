"""The page on which rule makers try other weights and lines; nothing is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from assessments.authority import MANAGE_SCHEME
from assessments.forms import NumberField
from assessments.models import Run
from assessments.queries import bonus_cap_of, groups_of, thresholds_of, weights_of
from assessments.scoring import Thresholds
from assessments.views.runs import RUNS, crumbs
from assessments.whatif import MOST_UNITS, Supposition, suppose
from gongjian.foundation.web.pages import Page, RecordsMixin

_CELL = {"class": "cell-input", "inputmode": "decimal", "autocomplete": "off"}


class WhatIfForm(forms.Form):
    """Weights of one group and the lines; what is left empty counts as in the scheme."""

    excellent_from = forms.DecimalField(label="优秀不低于", min_value=0, max_value=100)
    good_from = forms.DecimalField(label="良好不低于", min_value=0, max_value=100)
    qualified_from = forms.DecimalField(label="合格不低于", min_value=0, max_value=100)
    quota_percent = forms.DecimalField(label="优秀名额（%）", min_value=0, max_value=100)
    bonus_cap = NumberField(label="加分封顶")

    def __init__(self, data: Any, *, items: Any, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.rows = []
        for item in items:
            name = f"w_{item.pk}"
            self.fields[name] = NumberField(
                label=f"{item.name}权重", widget=forms.TextInput(attrs=_CELL)
            )
            self.rows.append({"item": item, "field": self[name], "now": initial.get(name)})

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        lines = [data.get(name) for name in ("excellent_from", "good_from", "qualified_from")]
        if None not in lines and not lines[0] > lines[1] > lines[2]:  # type: ignore[operator]
            self.add_error("excellent_from", "分数线应是优秀高于良好、良好高于合格，请更正。")
        for row in self.rows:
            weight = data.get(row["field"].name)
            if weight is not None and weight < 0:
                self.add_error(row["field"].name, "权重不能小于 0，请更正。")
        if not any(self.weight_of(row) for row in self.rows):
            self.add_error(None, "请至少给一个项目权重。")
        return data

    def weight_of(self, row: dict[str, Any]) -> Decimal:
        """The weight that is tried; an empty cell keeps the scheme's, 0 leaves the item out."""
        tried: Decimal | None = self.cleaned_data.get(row["field"].name)
        return Decimal(row["now"] or 0) if tried is None else tried

    def head(self) -> list[forms.BoundField]:
        names = ("excellent_from", "good_from", "qualified_from", "quota_percent", "bonus_cap")
        return [self[name] for name in names]

    def supposition(self) -> Supposition:
        data = self.cleaned_data
        return Supposition(
            weights={row["item"].pk: self.weight_of(row) for row in self.rows},
            thresholds=Thresholds(
                excellent=data["excellent_from"],
                good=data["good_from"],
                qualified=data["qualified_from"],
                quota_percent=data["quota_percent"],
            ),
            bonus_cap=data["bonus_cap"],
        )


class WhatIf(RecordsMixin, Page):
    """Try other rules on the figures of a run."""

    permission = MANAGE_SCHEME
    queryset = RUNS
    heading = "规则试算"
    template_name = "assessments/what_if.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        run: Run = self.get_object()
        groups = groups_of(run.scheme)
        chosen = request.GET.get("group", "")
        group = next(
            (one for one in groups if str(one.pk) == chosen), groups[0] if groups else None
        )
        weights = weights_of(run.scheme)
        items = [
            item
            for item in run.scheme.items.all()
            if group is not None and (item.pk, group.pk) in weights
        ]
        is_asked = "excellent_from" in request.GET
        form = WhatIfForm(
            request.GET if is_asked else None,
            items=items,
            initial=self._initial(run, group, weights),
        )
        moved = None
        if is_asked and group is not None and form.is_valid():
            moved = suppose(run, group, form.supposition())
        return self.render(
            {
                "object": run,
                "crumbs": crumbs(run),
                "groups": groups,
                "current": group,
                "form": form,
                "moved": moved,
                "changed": sum(one.is_regraded for one in moved or ()),
                "most_units": MOST_UNITS,
                "total": sum(
                    (form.weight_of(row) for row in form.rows),
                    Decimal(0),
                )
                if moved is not None
                else None,
            }
        )

    def _initial(self, run: Run, group: Any, weights: Any) -> dict[str, Any]:
        lines = thresholds_of(run.scheme)
        return {
            "excellent_from": lines.excellent,
            "good_from": lines.good,
            "qualified_from": lines.qualified,
            "quota_percent": lines.quota_percent,
            "bonus_cap": bonus_cap_of(run.scheme),
        } | {
            f"w_{item_id}": weight
            for (item_id, group_id), weight in weights.items()
            if group is not None and group_id == group.pk
        }
