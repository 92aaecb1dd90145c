"""Forms of the assessment: shape of input and messages; rules stand in the services."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from assessments.enums import LEDGER_METHODS, CommendationKind, FullScore, Grade, Method, Mode
from assessments.models import (
    CommendationList,
    GradeRule,
    JudgedScore,
    PeerGroup,
    Scheme,
    SchemeItem,
    UnitScore,
)
from assessments.queries import Member, ShelfEntry
from assessments.rule_reading import RuleNotUnderstood, read_rule
from assessments.wording import sentence_of
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.numbers import NotANumber, read_number, show
from orgs.enums import Category, Level
from orgs.models import Unit

_CELL = {"class": "cell-input", "inputmode": "decimal", "autocomplete": "off"}


class NumberField(forms.Field):
    """A number in any spelling that an Excel user would type; empty is None."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        try:
            return read_number(value or "")
        except NotANumber as error:
            raise forms.ValidationError("这不是数字，请改成数字，例如 15 或 7.5。") from error

    def prepare_value(self, value: Any) -> Any:
        return show(value) if isinstance(value, Decimal) else value


class SchemeForm(forms.Form):
    title = forms.CharField(label="名称", max_length=100)
    period = forms.ModelChoiceField(
        label="考核期间", queryset=Period.objects.order_by("-starts_on", "-id")
    )
    full_score = forms.TypedChoiceField(
        label="满分", choices=FullScore.choices, coerce=int, initial=FullScore.HUNDRED
    )

    @staticmethod
    def initial_of(scheme: Scheme) -> dict[str, Any]:
        return {
            "title": scheme.title,
            "period": scheme.period_id,
            "full_score": scheme.full_score,
        }


class DefaultSchemeForm(forms.Form):
    period = SchemeForm.base_fields["period"]
    title = forms.CharField(
        label="名称", max_length=100, required=False, help_text="不填时按期间自动命名。"
    )
    full_score = SchemeForm.base_fields["full_score"]


class PeerGroupForm(forms.Form):
    name = forms.CharField(label="名称", max_length=40)
    level = forms.ChoiceField(label="层级", choices=[("", "不限"), *Level.choices], required=False)
    categories = forms.MultipleChoiceField(
        label="类别",
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选表示不限类别。",
    )
    units = forms.ModelMultipleChoiceField(
        label="另外指定的单位",
        queryset=Unit.objects.filter(closed_on__isnull=True, parent__isnull=False),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": ""}),
        help_text="指定的单位优先归入本组。",
    )
    sort_order = forms.IntegerField(label="次序", min_value=1, max_value=999, initial=10)

    @staticmethod
    def initial_of(group: PeerGroup) -> dict[str, Any]:
        return {
            "name": group.name,
            "level": group.level,
            "categories": group.categories,
            "sort_order": group.sort_order,
            "units": list(group.named_units.values_list("unit_id", flat=True)),
        }


class ShelfForm(forms.Form):
    """Indicators on offer, one box each; restricted ones are shown and cannot be ticked."""

    def __init__(self, *args: Any, entries: Sequence[ShelfEntry], taken: set[str]) -> None:
        super().__init__(*args)
        self.rows: list[dict[str, Any]] = []
        for place, entry in enumerate(entries):
            is_open = not entry.refusal and entry.key not in taken
            field = forms.BooleanField(
                label=entry.offered.name, required=False, disabled=not is_open
            )
            self.fields[f"pick_{place}"] = field
            self.rows.append(
                {
                    "entry": entry,
                    "field": self[f"pick_{place}"],
                    "is_taken": entry.key in taken,
                }
            )

    def chosen(self) -> list[str]:
        return [row["entry"].key for row in self.rows if self.cleaned_data.get(row["field"].name)]


#: Methods whose parameters have fields of their own; the others are said in a sentence.
_WITH_FIELDS = (Method.PROPORTIONAL, Method.INVERSE, Method.STEPPED, Method.DEDUCT, Method.JUDGED)
_FIELDS_KNOWN = frozenset({"full_at", "floor", "each", "missing", "steps"})
_BY_TEXT = "text"


class ItemForm(forms.Form):
    """One item of a scheme: the parameters of its method, or its rule in words."""

    code = forms.CharField(label="代码", max_length=30)
    name = forms.CharField(label="考核项目", max_length=100)
    dimension = forms.CharField(label="维度", max_length=40)
    method = forms.ChoiceField(
        label="计分方法",
        choices=[
            (_BY_TEXT, "按评分细则的文字确定"),
            *((method.value, method.label) for method in _WITH_FIELDS),
        ],
        help_text="按文字确定的，系统读出“评分细则”里的规则；看不懂的会提示怎样写。",
    )
    mode = forms.ChoiceField(
        label="使用方式",
        choices=[(Mode.SCORED, "计分"), (Mode.TRACK, "只跟踪")],
        initial=Mode.SCORED,
    )
    full_at = NumberField(
        label="满分值", help_text="达到这个数得满分；不填时用各单位自己的目标值。"
    )
    floor = NumberField(label="底线值", help_text="低于这个数不得分，只用于按比例计分。")
    steps = forms.CharField(
        label="分档",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一档，写作“下限=百分比”，例如“90=100”。只用于分档计分。",
    )
    each = NumberField(
        label="每次扣分（%）", help_text="每发生一次扣本项分值的百分之几，只用于扣分到零。"
    )
    missing = forms.ChoiceField(
        label="没有报送数据时",
        choices=[("zero", "计 0 分"), ("not_applicable", "按不适用处理")],
        initial="zero",
    )
    rule_text = forms.CharField(
        label="评分细则",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不填时按计分方法自动写明。",
    )
    order = forms.IntegerField(label="次序", min_value=1, max_value=9999, initial=10)

    def clean_steps(self) -> list[dict[str, str]]:
        steps = []
        for line in self.cleaned_data["steps"].splitlines():
            if not line.strip():
                continue
            lowest, mark, percent = unicodedata.normalize("NFKC", line).partition("=")
            try:
                numbers = [read_number(lowest), read_number(percent)]
            except NotANumber:
                numbers = [None]
            if not mark or None in numbers:
                raise forms.ValidationError(f"“{line}”看不懂，请写作“90=100”这样的形式。")
            steps.append({"from": show(numbers[0]), "percent": show(numbers[1])})
        return steps

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("method") == _BY_TEXT and "rule_text" in data:
            try:
                self._rule = read_rule(data["rule_text"])
            except RuleNotUnderstood as error:
                self.add_error("rule_text", str(error))
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes: only the parameters that the method reads."""
        data = self.cleaned_data
        names = ("code", "name", "dimension", "mode", "rule_text", "order")
        if data["method"] == _BY_TEXT:
            method, by_text = self._rule
            if data["missing"] != "zero":
                by_text = by_text | {"missing": data["missing"]}
            return {name: data[name] for name in names} | {"method": method, "parameters": by_text}
        wanted = {
            Method.PROPORTIONAL: ("full_at", "floor"),
            Method.INVERSE: ("full_at",),
            Method.DEDUCT: ("each",),
        }.get(Method(data["method"]), ())
        parameters: dict[str, Any] = {
            name: show(data[name]) for name in wanted if data[name] is not None
        }
        if data["method"] == Method.STEPPED:
            parameters["steps"] = data["steps"]
        if data["missing"] != "zero":
            parameters["missing"] = data["missing"]
        return {name: data[name] for name in (*names, "method")} | {"parameters": parameters}

    @staticmethod
    def initial_of(item: SchemeItem) -> dict[str, Any]:
        names = ("code", "name", "dimension", "method", "mode", "rule_text", "order")
        steps = item.parameters.get("steps", [])
        by_fields = item.method in _WITH_FIELDS and set(item.parameters) <= _FIELDS_KNOWN
        if not by_fields or any("percent" not in step for step in steps):
            return {name: getattr(item, name) for name in names} | {
                "method": _BY_TEXT,
                "rule_text": sentence_of(item.method, item.parameters),
                "missing": item.parameters.get("missing", "zero"),
            }
        return {name: getattr(item, name) for name in names} | {
            "full_at": item.parameters.get("full_at", ""),
            "floor": item.parameters.get("floor", ""),
            "each": item.parameters.get("each", ""),
            "missing": item.parameters.get("missing", "zero"),
            "steps": "\n".join(f"{step['from']}={step['percent']}" for step in steps),
        }


def _without_figure(text: str) -> tuple[Method, dict[str, Any]]:
    try:
        method, parameters = read_rule(text)
    except RuleNotUnderstood:
        return Method.JUDGED, {}
    return (method, parameters) if method in LEDGER_METHODS else (Method.JUDGED, {})


class JudgedItemForm(forms.Form):
    """An item without a figure: for judges (软件规划), or a bonus, penalty or veto in words."""

    code = forms.CharField(label="代码", max_length=30, help_text="例如 P02。")
    name = forms.CharField(label="考核项目", max_length=100)
    dimension = forms.CharField(label="维度", max_length=40, initial="综合评议")
    order = forms.IntegerField(label="次序", min_value=1, max_value=9999, initial=10)
    rule_text = forms.CharField(
        label="评分细则",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="加分写作“国家级加5分，省级加3分，同一事项不重复计分，最多加6分”；扣分写作"
        "“通报批评扣2分”；一票否决写作“发生的，一票否决，等次最高评为“合格””。其他文字由评委评分。",
    )

    def values(self) -> dict[str, Any]:
        """A sentence that is a bonus, a penalty or a veto makes one; all else is for judges."""
        method, parameters = _without_figure(self.cleaned_data["rule_text"])
        return {
            **self.cleaned_data,
            "method": method,
            "parameters": parameters,
            "mode": Mode.SCORED,
        }


class WeightForm(forms.Form):
    """The grid of weights: a row per item, a column per peer group."""

    def __init__(
        self,
        *args: Any,
        items: Sequence[SchemeItem],
        groups: Sequence[PeerGroup],
        weights: Mapping[tuple[int, int], Decimal],
    ) -> None:
        super().__init__(*args)
        self.groups = groups
        self.rows: list[dict[str, Any]] = []
        self.sums: list[dict[str, Any]] = []
        for group in groups:
            # Only carries the group's own message to the foot of its column.
            self.fields[f"g_{group.pk}"] = forms.CharField(
                label=group.name, required=False, widget=forms.HiddenInput
            )
        for item in items:
            cells = [self._cell(item, group, weights) for group in groups]
            self.rows.append({"item": item, "cells": cells})
        for group in groups:
            parts = [weight for (_, group_id), weight in weights.items() if group_id == group.pk]
            self.sums.append(
                {
                    "group": group,
                    "total": sum(parts, Decimal(0)),
                    "field": self[f"g_{group.pk}"],
                }
            )

    def _cell(
        self, item: SchemeItem, group: PeerGroup, weights: Mapping[tuple[int, int], Decimal]
    ) -> forms.BoundField:
        name = f"w_{item.pk}_{group.pk}"
        self.fields[name] = NumberField(
            label=f"{item.name}，{group.name}",
            initial=weights.get((item.pk, group.pk)),
            disabled=not item.may_carry_weight,
            widget=forms.TextInput(attrs=_CELL),
        )
        return self[name]

    def weights(self) -> dict[tuple[int, int], Decimal | None]:
        return {
            (int(name.split("_")[1]), int(name.split("_")[2])): value
            for name, value in self.cleaned_data.items()
            if name.startswith("w_")
        }


class GradeRuleForm(forms.Form):
    excellent_from = forms.DecimalField(label="优秀不低于", max_digits=5, decimal_places=2)
    good_from = forms.DecimalField(label="良好不低于", max_digits=5, decimal_places=2)
    qualified_from = forms.DecimalField(label="合格不低于", max_digits=5, decimal_places=2)
    excellent_quota = forms.DecimalField(
        label="优秀名额（%）",
        max_digits=5,
        decimal_places=2,
        help_text="占可比组家数的百分比，舍去小数，至少一家。",
    )
    bonus_cap = NumberField(label="加分封顶", help_text="各加分项目合计最多加的分数，留空为不限。")
    notice_days = forms.IntegerField(
        label="公示天数",
        min_value=0,
        max_value=60,
        initial=5,
        help_text="工作日，不少于 5 天；填 0 为不公示。",
    )

    @staticmethod
    def initial_of(rule: GradeRule) -> dict[str, Any]:
        names = (
            "excellent_from",
            "good_from",
            "qualified_from",
            "excellent_quota",
            "bonus_cap",
            "notice_days",
        )
        return {name: getattr(rule, name) for name in names}


class JudgingForm(forms.Form):
    """One judge's marks for one item: a row per unit."""

    def __init__(
        self, *args: Any, members: Sequence[Member], marks: Mapping[int, JudgedScore]
    ) -> None:
        super().__init__(*args)
        self.rows: list[dict[str, Any]] = []
        for member in members:
            mark = marks.get(member.unit_id)
            self.fields[f"s_{member.unit_id}"] = NumberField(
                label=f"{member.name}评分",
                initial=mark.score if mark else None,
                widget=forms.TextInput(attrs=_CELL),
            )
            self.fields[f"c_{member.unit_id}"] = forms.CharField(
                label=f"{member.name}评语",
                initial=mark.comment if mark else "",
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"class": "input"}),
            )
            self.rows.append(
                {
                    "member": member,
                    "score": self[f"s_{member.unit_id}"],
                    "comment": self[f"c_{member.unit_id}"],
                }
            )

    def scores(self) -> dict[int, tuple[Decimal | None, str]]:
        return {
            row["member"].unit_id: (
                self.cleaned_data[row["score"].name],
                self.cleaned_data[row["comment"].name],
            )
            for row in self.rows
        }


class ProposalForm(forms.Form):
    """Grades to be proposed: a row per unit, with the reason where it differs."""

    def __init__(self, *args: Any, scores: Sequence[UnitScore]) -> None:
        super().__init__(*args)
        self.rows: list[dict[str, Any]] = []
        for score in scores:
            self.fields[f"grade_{score.pk}"] = forms.ChoiceField(
                label=f"{score.unit_name}等次",
                choices=Grade.choices,
                initial=score.proposed_grade or score.grade,
                widget=forms.Select(attrs={"class": "input"}),
            )
            self.fields[f"reason_{score.pk}"] = forms.CharField(
                label=f"{score.unit_name}理由",
                required=False,
                max_length=300,
                initial=score.reason,
                widget=forms.TextInput(attrs={"class": "input"}),
            )
            self.rows.append(
                {
                    "score": score,
                    "grade": self[f"grade_{score.pk}"],
                    "reason": self[f"reason_{score.pk}"],
                }
            )

    def grades(self) -> dict[int, tuple[str, str]]:
        return {
            row["score"].pk: (
                self.cleaned_data[row["grade"].name],
                self.cleaned_data[row["reason"].name],
            )
            for row in self.rows
        }


class CommendationForm(forms.Form):
    """Title, kind and the units: 优秀 are ticked, others need a reason."""

    title = forms.CharField(label="标题", max_length=120)
    kind = forms.ChoiceField(
        label="种类", choices=CommendationKind.choices, initial=CommendationKind.PRAISE
    )
    approval_reference = forms.CharField(
        label="表彰项目批准文号",
        max_length=100,
        required=False,
        help_text="“表彰”须有经批准的表彰项目；“通报表扬”不需要填写。",
    )
    picks = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        scores: Sequence[UnitScore],
        chosen: Mapping[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[dict[str, Any]] = []
        for score in scores:
            is_excellent = score.decided_grade == Grade.EXCELLENT
            self.fields[f"pick_{score.pk}"] = forms.BooleanField(
                label=score.unit_name,
                required=False,
                initial=is_excellent if chosen is None else score.pk in chosen,
            )
            self.fields[f"reason_{score.pk}"] = forms.CharField(
                label=f"{score.unit_name}理由",
                required=False,
                max_length=300,
                initial=(chosen or {}).get(score.pk, ""),
                widget=forms.TextInput(attrs={"class": "input"}),
            )
            self.rows.append(
                {
                    "score": score,
                    "is_excellent": is_excellent,
                    "pick": self[f"pick_{score.pk}"],
                    "reason": self[f"reason_{score.pk}"],
                }
            )

    def head(self) -> list[forms.BoundField]:
        return [self[name] for name in ("title", "kind", "approval_reference")]

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("title", "kind", "approval_reference")}

    def picked(self) -> dict[int, str]:
        return {
            row["score"].pk: self.cleaned_data[row["reason"].name]
            for row in self.rows
            if self.cleaned_data[row["pick"].name]
        }

    @staticmethod
    def initial_of(commendation: CommendationList) -> dict[str, Any]:
        return {
            "title": commendation.title,
            "kind": commendation.kind,
            "approval_reference": commendation.approval_reference,
        }
