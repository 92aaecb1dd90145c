"""Input shape of the words of a reminder."""

from __future__ import annotations

from typing import Any

from django import forms

from responsibilities.wording import LONGEST_BODY, LONGEST_TITLE, Wording, fault_of


class WordingForm(forms.Form):
    title = forms.CharField(
        label="标题",
        max_length=LONGEST_TITLE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="收件人在工作台和邮件里先看到的一句话。",
        error_messages={"required": "请填写标题。"},
    )
    body = forms.CharField(
        label="内容",
        max_length=LONGEST_BODY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明怎么办、有困难找谁。链接由系统附上，不用写。",
    )

    def __init__(self, *args: Any, wording: Wording, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wording = wording

    def _read(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        if fault := fault_of(text, self.wording.places):
            raise forms.ValidationError(fault)
        return text

    def clean_title(self) -> str:
        return self._read("title")

    def clean_body(self) -> str:
        return self._read("body")
