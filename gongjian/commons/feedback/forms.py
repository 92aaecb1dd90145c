"""Forms of the box."""

from __future__ import annotations

from django import forms

from gongjian.commons.feedback.enums import Outcome, SuggestionKind


class SuggestionForm(forms.Form):
    kind = forms.ChoiceField(
        label="类别",
        choices=SuggestionKind.choices,
        help_text="报表太多、重复填报、临时要数，选“反映负担”。",
    )
    text = forms.CharField(
        label="内容",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写清在哪里、遇到什么、希望怎样改。办公室十个工作日内答复。",
        error_messages={"required": "请写下您的意见。"},
    )
    page = forms.CharField(
        label="有关页面",
        max_length=200,
        required=False,
        help_text="从哪个页面来的，已自动填好；与页面无关可以清空。",
    )
    unnamed = forms.BooleanField(
        label="隐去姓名和单位",
        required=False,
        help_text="系统不保存您的姓名、职务和单位，操作记录里也没有；答复仍可在“我的意见”中查看。"
        "隐名意见不能附截图，因为文件会记录上传人。正文里请不要写出自己是谁。",
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label="办理结果", choices=Outcome.choices)
    answer = forms.CharField(
        label="答复",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="提出人会看到全文。不采纳的，请说明理由。",
        error_messages={"required": "请写明答复内容，提出人会看到。"},
    )
