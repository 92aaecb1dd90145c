"""Input shapes of briefings: to whom, and when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from orgs.models import Post
from responsibilities.enums import Weekday


class _PostField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.name}　{obj.title}"


class BriefingTimesForm(forms.Form):
    weekday = forms.TypedChoiceField(
        label="每周发送",
        choices=[("", "不每周发送"), *Weekday.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="逢节假日顺延到下一个工作日。",
    )
    after_deadline = forms.BooleanField(
        label="各期截止后的第一个工作日发送", required=False, initial=True
    )


class BriefingForm(BriefingTimesForm):
    posts = _PostField(
        label="接收职务",
        queryset=Post.objects.none(),
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text="按住 Ctrl 可多选。只列出能查看汇总且有人在任的职务。",
        error_messages={"required": "请至少选择一个接收职务。"},
    )
    field_order = ["posts", "weekday", "after_deadline"]

    def __init__(self, *args: Any, offered: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts: Any = self.fields["posts"]
        posts.queryset = offered
