"""Forms of the designer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from gongjian.commons.questionnaires.enums import Purpose, QuestionKind
from gongjian.commons.questionnaires.models import Question
from gongjian.commons.questionnaires.scoring import NO, YES

_SPELLED = {"是": YES, "否": NO}
_WORDS = {spelled: word for word, spelled in _SPELLED.items()}


class QuestionnaireForm(forms.Form):
    title = forms.CharField(label="名称", max_length=80)
    purpose = forms.ChoiceField(label="用途", choices=Purpose.choices)
    introduction = forms.CharField(
        label="填写说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_anonymous = forms.BooleanField(
        label="匿名填写",
        required=False,
        help_text="不记录谁填了哪一份，提交后不能修改。用于培训评价等。",
    )
    minimum_sample = forms.IntegerField(
        label="最少份数",
        min_value=1,
        max_value=100,
        initial=5,
        help_text="匿名问卷不足这个份数时不显示结果，避免推断出个人。",
    )


class ListedAnswers(forms.CharField):
    """Answers written side by side, “否，1”, as they are stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=200, **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "，".join(_WORDS.get(item) or str(item) for item in value)
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        parts = [part.strip() for part in text.replace(",", "，").replace("、", "，").split("，")]
        return [_SPELLED.get(part, part) for part in parts if part]


class OptionLines(forms.CharField):
    """One option a line, with its points behind an equals sign: “良好=80”."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            item["label"] if item.get("score") is None else f"{item['label']}={item['score']}"
            for item in value
        )

    def clean(self, value: Any) -> Any:
        options = []
        for line in super().clean(value).replace("\uff1d", "=").splitlines():
            label, _, score = line.partition("=")
            if label.strip():
                options.append({"label": label.strip()[:60], "score": _points(score.strip())})
        return options


def _points(text: str) -> float | int | None:
    if not text:
        return None
    try:
        points = Decimal(text)
    except InvalidOperation as error:
        raise forms.ValidationError(f"“{text}”不是得分，请写0到100的数字。") from error
    if not 0 <= points <= 100:
        raise forms.ValidationError(f"得分应在0到100之间，现在是{text}。")
    return int(points) if points == int(points) else float(points)


class QuestionForm(forms.Form):
    section = forms.CharField(
        label="部分", max_length=40, required=False, help_text="同一部分的题目排在一个标题下。"
    )
    text = forms.CharField(label="题目", max_length=300)
    kind = forms.ChoiceField(label="题型", choices=QuestionKind.choices)
    weight = forms.DecimalField(
        label="分值", min_value=0, max_value=1000, decimal_places=1, initial=0
    )
    hint = forms.CharField(
        label="查什么、怎么查", max_length=300, required=False, help_text="如“抽查三份会议记录”。"
    )
    basis = forms.CharField(label="依据", max_length=200, required=False)
    options = OptionLines(
        label="选项",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="单选题填写，一行一个；得分写在等号后，如“良好=80”。",
    )
    scale_top = forms.IntegerField(label="最高等级", min_value=2, max_value=10, initial=5)
    minimum = forms.DecimalField(label="最小值", required=False, decimal_places=2, max_digits=14)
    maximum = forms.DecimalField(label="最大值", required=False, decimal_places=2, max_digits=14)
    note_on = ListedAnswers(
        label="须写说明的答案", help_text="选了这些答案必须写说明，如“否”或“1，2”。"
    )
    finding_on = ListedAnswers(label="须记问题的答案", help_text="选了这些答案必须记下发现的问题。")
    is_required = forms.BooleanField(label="必答", required=False, initial=True)
    allows_na = forms.BooleanField(label="可选“不适用”", required=False)
    no_is_good = forms.BooleanField(label="“否”得分", required=False)

    @staticmethod
    def initial_of(question: Question) -> dict[str, Any]:
        return {name: getattr(question, name) for name in QuestionForm.base_fields}
