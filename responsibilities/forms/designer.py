"""Input shapes of the design of forms: rows of cells, checks with examples, reasons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from gongjian.foundation.kernel.numbers import NotANumber, read_number, show
from orgs.enums import Category
from responsibilities.aggregation import WORDS as ACROSS_WORDS
from responsibilities.aggregation import Across
from responsibilities.cells import Cell
from responsibilities.checks import Check, Example, Rules
from responsibilities.enums import Missing, Severity
from responsibilities.services.designer import TypedCell

_BETWEEN = re.compile(r"[,，、;；\s]+")
_EXPECTED = {"通过": True, "不通过": False, "无法判断": None}
_WORDS = {answer: word for word, answer in _EXPECTED.items()}
_NAME = re.compile(
    r"(?:(?:last|ytd|target|median_peers)\.)?[A-Za-z][A-Za-z0-9]{0,11}"
    r"|other\.[a-z][a-z0-9-]{0,29}\.[A-Za-z][A-Za-z0-9]{0,11}"
)
#: Levels other than the grassroots file nothing, so the kinds of unit are enough.
AUDIENCE = [choice for choice in Category.choices if choice[0] not in {"region", "town", "system"}]

ACROSS_CHOICES = [
    ("", "按类型自动"),
    *((rule.value, ACROSS_WORDS[rule]) for rule in (Across.SUM, Across.MAX, Across.WEIGHTED)),
]


def listed(text: str) -> tuple[str, ...]:
    """Split what was typed with any usual sign between."""
    return tuple(part for part in _BETWEEN.split(text.strip()) if part)


def read_rows(data: QueryDict) -> list[TypedCell]:
    """Rows of the designer in the order in which they stand on the page."""
    rows = []
    for uid in data.getlist("row"):

        def text(name: str, uid: str = uid) -> str:
            return data.get(f"{uid}-{name}", "").strip()

        rows.append(
            TypedCell(
                uid=uid,
                code=text("code"),
                label=text("label"),
                section_title=text("section_title"),
                value_type=text("value_type"),
                unit_label=text("unit_label"),
                style=text("style"),
                blank=text("blank"),
                hint=text("hint"),
                not_above=text("not_above").upper(),
                together=text("together"),
                total_of=tuple(code.upper() for code in listed(text("total_of"))),
                not_for=tuple(data.getlist(f"{uid}-not_for")),
                choices=listed(text("choices")),
                watched=text("watched") == "on",
                source=text("source"),
                formula=text("formula"),
                across=text("across"),
            )
        )
    return rows


def read_rules(data: QueryDict) -> Rules:
    return Rules(
        outlier=data.get("outlier") == "on",
        peers=data.get("peers") == "on",
        peer_factor=data.get("peer_factor", "").strip(),
    )


def read_example(line: str) -> Example | str:
    """``C01=5, last.C01=3 => 通过``; without the end it is only tried. Text on error."""
    plain = unicodedata.normalize("NFKC", line).replace("⇒", "=>").replace("→", "=>")
    figures, arrow, expected = plain.partition("=>")
    values: dict[str, str] = {}
    for part in listed(figures):
        name, equals, text = part.partition("=")
        if not equals or not _NAME.fullmatch(name):
            return f"看不懂“{part[:20]}”，请写成 C01=5，用逗号隔开。"
        try:
            number = read_number(text)
        except NotANumber:
            return f"“{text[:20]}”不是数。"
        values[name] = "" if number is None else show(number)
    if arrow and expected.strip() not in _EXPECTED:
        return "“=>”后面请写：通过、不通过或无法判断。"
    return Example(values, _EXPECTED[expected.strip()] if arrow else None)


def write_examples(examples: Sequence[Example]) -> str:
    return "\n".join(
        f"{'，'.join(f'{name}={text}' for name, text in example.values.items())}"
        f" => {_WORDS[example.expected]}"
        for example in examples
    )


class NewForm(forms.Form):
    """A form of its own, beside the quarterly one."""

    title = forms.CharField(label="报表名称", max_length=80)
    key = forms.CharField(
        label="标识",
        max_length=30,
        help_text="小写字母、数字和连字符，如 annual。其他报表的检查用它引用本表，定后不改。",
        validators=[
            RegexValidator(r"^[a-z][a-z0-9-]*$", "只能用小写字母、数字和连字符，并以字母开头。")
        ],
    )


class OpenYearForm(forms.Form):
    """The year a form of its own is asked for, and until when."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    due_on = forms.DateField(
        label="填报截止日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="今天起即可填报，截止日当天 24 时前报送都算按时。",
    )


class CheckForm(forms.Form):
    """One check with its examples, which run when it is saved."""

    label = forms.CharField(
        label="名称", max_length=60, widget=forms.TextInput(attrs={"placeholder": "会员不多于职工"})
    )
    text = forms.CharField(
        label="条件（成立即通过）",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "is-code"}),
        help_text="如 [Z202] <= [Z201]。可用加减乘除、比较、且、或、非和右侧列出的函数。",
    )
    severity = forms.ChoiceField(
        label="不通过时", choices=Severity.choices, widget=forms.RadioSelect, initial=Severity.HARD
    )
    message = forms.CharField(
        label="提示语",
        max_length=200,
        required=False,
        help_text="填报人看到的话：哪里不对、怎么改。不写则用名称。",
    )
    at = forms.ChoiceField(label="显示在", required=False)
    missing = forms.ChoiceField(
        label="缺数时", choices=Missing.choices, initial=Missing.SKIP, required=False
    )
    only_for = forms.MultipleChoiceField(
        label="只对这些单位",
        choices=AUDIENCE,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="都不选即对全部单位。",
    )
    examples = forms.CharField(
        label="例子",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "is-code"}),
        help_text="每行一个，如 Z201=120，Z202=90 => 通过。有例子不符时不能发布。",
    )

    def __init__(self, *args: Any, cells: Sequence[Cell], key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        at: Any = self.fields["at"]
        at.choices = [
            ("", "条件中的第一栏"),
            *((cell.code, f"{cell.code} {cell.label}") for cell in cells),
        ]

    def clean_examples(self) -> tuple[Example, ...]:
        found, wrong = [], []
        for place, line in enumerate(self.cleaned_data["examples"].splitlines(), 1):
            if not line.strip():
                continue
            example = read_example(line)
            if isinstance(example, str):
                wrong.append(f"第 {place} 行：{example}")
            elif "=>" in unicodedata.normalize("NFKC", line) or "→" in line:
                found.append(example)
            else:
                wrong.append(f"第 {place} 行：请在后面写“=> 通过”“=> 不通过”或“=> 无法判断”。")
        if wrong:
            raise forms.ValidationError(wrong)
        return tuple(found)

    def as_check(self) -> Check:
        data = self.cleaned_data
        return Check(
            key=self.key,
            label=data["label"].strip(),
            severity=data["severity"],
            text=data["text"].strip(),
            tree=[],
            message=data["message"].strip(),
            at=data["at"],
            only_for=tuple(data["only_for"]),
            missing=data["missing"] or Missing.SKIP,
            examples=data["examples"],
        )


class BudgetForm(forms.Form):
    minutes = forms.IntegerField(label="每家单位每季上限（分钟）", min_value=1, max_value=480)
    reason = forms.CharField(
        label="调整理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class BurdenReviewForm(forms.Form):
    """Why a form beyond the budget is needed, and what it rests on."""

    reason = forms.CharField(
        label="为什么需要", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis = forms.CharField(
        label="依据", max_length=300, help_text="文件名称和文号，或上级的要求。"
    )


class ExceptionForm(forms.Form):
    """Which finding, and why the number is right all the same."""

    finding = forms.ChoiceField(
        label="哪一项",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择申请例外的一项。"},
    )
    reason = forms.CharField(
        label="申请理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="说明为什么这个数是对的，审批人和以后查看的人都能看到。",
        error_messages={"required": "请写明为什么这个数是对的。"},
    )

    def __init__(self, *args: Any, findings: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["finding"]
        field.choices = findings
        if len(findings) == 1 and not self.is_bound:
            field.initial = findings[0][0]
