"""Forms around the review: delegation and common remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from orgs.enums import Level
from orgs.models import Appointment
from responsibilities.enums import SignatureOrder


class DelegationForm(forms.Form):
    """To whom, from when until when, and why."""

    receiver = forms.ChoiceField(label="受托人", error_messages={"required": "请选择受托人。"})
    starts_on = forms.DateField(
        label="开始日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写开始日期。", "invalid": "请填写正确的日期。"},
    )
    ends_on = forms.DateField(
        label="结束日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写结束日期。", "invalid": "请填写正确的日期。"},
        help_text="当天仍有效，次日起自动失效。",
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="如“外出学习”。受托人能看到。",
        error_messages={"required": "请填写委托理由。"},
    )

    def __init__(self, *args: Any, terms: Sequence[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms = {str(term.pk): term for term in terms}
        self.fields["receiver"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((key, f"{term.user.person_name}（{term.post}）") for key, term in self.terms.items()),
        ]

    def clean_receiver(self) -> Appointment:
        return self.terms[self.cleaned_data["receiver"]]


class PhraseForm(forms.Form):
    text = forms.CharField(
        label="常用意见",
        max_length=100,
        help_text="写清问题和怎么改，如“与花名册不符，请核对后更正。”",
        error_messages={"required": "请填写意见内容。"},
    )
    sort_order = forms.IntegerField(
        label="排序", min_value=0, max_value=999, initial=0, help_text="小的在前。"
    )


#: Levels that review; the grassroots have nobody below them who files.
JOINT_LEVELS = (Level.TOWNSHIP, Level.COUNTY, Level.PREFECTURE)


class JointForm(forms.Form):
    """A choice for each level that reviews; empty is without a joint signature."""

    def __init__(self, *args: Any, held: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in JOINT_LEVELS:
            self.fields[level.value] = forms.ChoiceField(
                label=f"{level.label}审核下级报表",
                choices=[("", "不会签，任一审核人通过即可"), *SignatureOrder.choices],
                initial=held.get(level.value, ""),
                required=False,
            )

    def orders(self) -> dict[str, str]:
        return {level.value: self.cleaned_data[level.value] for level in JOINT_LEVELS}
