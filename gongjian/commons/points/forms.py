"""Forms of the points ledger. The rulebook is a page of small tables, as in Excel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

from django import forms
from django.forms.formsets import BaseFormSet

from gongjian.commons.points.enums import Effect, OncePer, PointLevel, Span, SplitKind, Trigger
from gongjian.commons.points.models import PointRules
from gongjian.commons.points.rules import RulesNotSound, read_rulebook
from gongjian.commons.points.shelf import PointMechanism, point_mechanisms
from gongjian.foundation.kernel.dates import today

_NUMBER = {"class": "cell-input", "inputmode": "decimal", "autocomplete": "off"}
_TEXT = {"class": "cell-input is-text", "autocomplete": "off"}
#: Empty rows under each table; whoever needs more presses 再加几行.
SPARE_ROWS = 2
MOST_ROWS = 60


class _Row(forms.Form):
    """A row of a table; one that is left empty is no row."""

    #: Fields that have a value in an empty row as well.
    given: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, words: PointMechanism, **kwargs: Any) -> None:
        self.words = words
        super().__init__(*args, **kwargs)

    def data_of(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}

    @property
    def is_blank(self) -> bool:
        return not any(value for name, value in self.cleaned_data.items() if name not in self.given)


def _choose(label: str, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, **more)


def _number(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=12, widget=forms.TextInput(attrs=_NUMBER)
    )


def _text(label: str, length: int) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=length, widget=forms.TextInput(attrs=_TEXT)
    )


def _offer(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    field = cast("forms.ChoiceField", form.fields[name])
    field.choices = list(choices)


class AwardRow(_Row):
    label = _text("计分事项", 60)
    kind = _choose("类型", [])
    level = _choose("层级", [("", "不限"), *PointLevel.choices])
    outlet_class = _text("载体类别", 40)
    traits = forms.MultipleChoiceField(
        label="须符合",
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": "", "placeholder": "不限"}),
    )
    amount = _number("分值")
    given = frozenset({"kind", "level"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "kind", list(self.words.kinds.items()))
        _offer(self, "traits", list(self.words.traits.items()))


class FactorRow(_Row):
    trait = _choose("情形", [])
    times = _number("倍数")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "trait", [("", "请选择"), *self.words.traits.items()])


class CapRow(_Row):
    span = _choose("时段", Span.choices)
    kind = _choose("限于", [])
    amount = _number("最多计")
    given = frozenset({"span", "kind"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "kind", [("", "全部事项"), *self.words.kinds.items()])


class ConsequenceRow(_Row):
    span = _choose("时段", Span.choices)
    trigger = _choose("条件", Trigger.choices)
    limit = _number("数值")
    effect = _choose("处理", Effect.choices)
    amount = _number("另计分值")
    label = _text("说明", 40)
    given = frozenset({"span", "trigger", "effect"})


@dataclass(frozen=True, slots=True)
class RowTable:
    """One of the small tables of the page."""

    name: str
    heading: str
    hint: str
    row: type[_Row]
    rows: Any = None


_TABLES = (
    RowTable(
        "awards",
        "计分事项",
        "按从上到下第一条相符的计分：特别的写在前面，一般的写在后面。",
        AwardRow,
    ),
    RowTable("factors", "加倍和减半", "例如头版乘 2、转载乘 0.5；同时符合的连乘。", FactorRow),
    RowTable("caps", "最高分", "先发生的先计，超过的部分不计分。", CapRow),
    RowTable(
        "consequences", "按时段结算", "时段结束后结算；约稿未完成的随时结算。", ConsequenceRow
    ),
)


class RulesForm(forms.Form):
    """A whole rulebook: its head, its policies, and four tables."""

    title = forms.CharField(label="名称", max_length=100)
    basis = forms.CharField(
        label="依据文件", max_length=200, required=False, help_text="例如：示党工组〔2026〕3号。"
    )
    once_per = forms.ChoiceField(label="同一稿件多次采用", choices=OncePer.choices)
    keep = forms.CharField(
        label="只计最高几项", required=False, max_length=3, help_text="不填表示全部累加。"
    )
    split = forms.ChoiceField(label="合写的稿件", choices=SplitKind.choices)
    ratio = forms.CharField(
        label="署名比例", required=False, max_length=40, help_text="按署名次序，例如 3:2。"
    )
    report_within = forms.CharField(
        label="报送时限（天）", required=False, max_length=3, help_text="超过的不计分；不填不限。"
    )
    required = forms.MultipleChoiceField(
        label="计分前提", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, words: PointMechanism, initial: Any = None
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.words = words
        _offer(self, "required", list(words.traits.items()))
        if not words.traits:
            del self.fields["required"]
        more = 5 if data is not None and "more" in data else 0
        self.tables = [
            replace(
                table,
                rows=_formset(table.row)(
                    _with_more(data, table.name, more),
                    prefix=table.name,
                    initial=(initial or {}).get(table.name, []),
                    form_kwargs={"words": words},
                ),
            )
            for table in _TABLES
        ]
        self.book_data: dict[str, Any] = {}

    def is_valid(self) -> bool:
        # Cleaning reads the rows as well and puts their errors on them.
        return super().is_valid() and not any(
            row.errors for table in self.tables for row in table.rows
        )

    def clean(self) -> dict[str, Any]:
        """Read the whole as a rulebook; what is wrong stands on its row."""
        cleaned = super().clean() or {}
        data: dict[str, Any] = {
            "once_per": cleaned.get("once_per"),
            "keep": cleaned.get("keep") or None,
            "split": cleaned.get("split"),
            "ratio": [
                part.strip() for part in cleaned.get("ratio", "").replace("：", ":").split(":")
                if part.strip()
            ],
            "report_within": cleaned.get("report_within") or None,
            "required": cleaned.get("required", []),
        }  # fmt: skip
        places: dict[str, _Row] = {}
        for table in self.tables:
            name = table.name
            rows: list[dict[str, Any]] = []
            for row in table.rows:
                if row.is_valid() and not row.is_blank:
                    places[f"{name}.{len(rows)}"] = row
                    rows.append(row.data_of())
            data[name] = rows
        try:
            read_rulebook(data)
        except RulesNotSound as refused:
            for place, text in refused.errors.items():
                if place in places:
                    places[place].add_error(None, text)
                else:
                    self.add_error(place if place in self.fields else None, text)
            if any(place in places for place in refused.errors):
                self.add_error(None, "表格中有几行需要更正，请看各行下面的说明。")
        self.book_data = data
        return cleaned

    @staticmethod
    def initial_of(rules: PointRules) -> dict[str, Any]:
        data = rules.data
        return {
            **data,
            "title": rules.title,
            "basis": rules.basis,
            "ratio": ":".join(data.get("ratio", [])),
        }


def _formset(row: type[_Row]) -> type[BaseFormSet[Any]]:
    return forms.formset_factory(row, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


def _with_more(data: Any, name: str, more: int) -> Any:
    """The posted rows and some empty ones below, when they were asked for."""
    if data is None or not more:
        return data
    grown = data.copy()
    try:
        total = int(grown.get(f"{name}-TOTAL_FORMS", 0))
    except ValueError:
        return data
    grown[f"{name}-TOTAL_FORMS"] = str(min(total + more, MOST_ROWS))
    return grown


class DraftForm(forms.Form):
    mechanism = forms.ChoiceField(label="适用工作")
    year = forms.IntegerField(label="施行年度", min_value=2020, max_value=2100)
    title = forms.CharField(label="名称", max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(mechanism.key, mechanism.label) for mechanism in point_mechanisms]
        _offer(self, "mechanism", offered)
        self.initial.setdefault("year", today().year)
        self.initial.setdefault("title", f"{today().year}年积分办法")


class AdjustForm(forms.Form):
    amount = forms.DecimalField(
        label="分值", max_digits=8, decimal_places=2, help_text="扣分请填负数，例如 -2。"
    )
    reason = forms.CharField(
        label="原因",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="单位会看到这段话。",
    )
