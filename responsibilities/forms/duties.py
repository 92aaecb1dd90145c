"""Input shapes of extensions and exemptions."""

from __future__ import annotations

from typing import Any

from django import forms

_DAY = {"required": "请选择日期。", "invalid": "请填写正确的日期。"}


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExtensionAskForm(forms.Form):
    until = forms.DateField(label="申请延至", widget=_day_input(), error_messages=_DAY)
    reason = forms.CharField(
        label="申请理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清什么原因、到哪天能报，上级和领导小组办公室都会看到。",
        error_messages={"required": "请写明为什么不能按时报送。"},
    )


class ExtensionGrantForm(forms.Form):
    until = forms.DateField(
        label="准予延至", widget=_day_input(), error_messages=_DAY, help_text="可以改为其他日期。"
    )
    reason = forms.CharField(
        label="审批意见（可不填）",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecideManyForm(forms.Form):
    """One answer to many requests; without a day each gets what it asked for."""

    decision = forms.ChoiceField(
        label="决定",
        choices=[("grant", "同意延期"), ("refuse", "不同意延期")],
        widget=forms.RadioSelect,
        initial="grant",
    )
    until = forms.DateField(
        label="统一延至（可不填）",
        widget=_day_input(),
        required=False,
        error_messages=_DAY,
        help_text="不填时按各单位申请的日期。",
    )
    reason = forms.CharField(
        label="审批意见",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不同意的必须填写，单位会看到。",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "refuse" and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", "不同意延期须填写理由，单位会看到。")
        return cleaned


class DutyChangeForm(forms.Form):
    """One act on many obligations; only an extension asks for a day."""

    until = forms.DateField(
        label="延至",
        widget=_day_input(),
        error_messages=_DAY,
        help_text="截止日期已过的单位，在这一天前可以补报。",
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="单位会看到，并留在办理记录里。",
        error_messages={"required": "请填写理由。"},
    )

    def __init__(self, *args: Any, asks_day: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_day:
            del self.fields["until"]


class PhonesForm(forms.Form):
    """Why telephone numbers are looked at; personal data is shown for a purpose (R8)."""

    reason = forms.CharField(
        label="查看用途",
        min_length=2,
        max_length=100,
        initial="电话催办",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "请写明用途，如“电话催办”。",
            "min_length": "请写明用途，如“电话催办”。",
        },
    )
