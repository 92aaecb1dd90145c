"""Forms of the waves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from inspections.enums import Pool
from inspections.forms import PostsField, VersionChoice, day_input
from inspections.models import PlanLine
from orgs.enums import Category, Level
from orgs.models import Post


class _LineField(forms.ModelChoiceField):
    def label_from_instance(self, obj: PlanLine) -> str:
        return f"{obj.topic}（{obj.starts_on:%-m月%-d日}至{obj.ends_on:%-m月%-d日}）"


class WaveForm(forms.Form):
    """Who may be drawn, when, and who goes."""

    line = _LineField(label="计划事项", queryset=PlanLine.objects.none())
    title = forms.CharField(label="名称", max_length=120)
    version = VersionChoice(label="检查表")
    pool = forms.ChoiceField(label="范围", choices=Pool.choices, initial=Pool.ALL)
    levels = forms.MultipleChoiceField(
        label="层级",
        choices=Level.choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="不选就不限。",
    )
    categories = forms.MultipleChoiceField(
        label="类别",
        choices=Category.choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="不选就不限。",
    )
    share = forms.IntegerField(
        label="随机抽取（%）",
        min_value=1,
        max_value=100,
        initial=100,
        help_text="100就是全部去；小于100的按抽签种子随机抽取，种子留存，可复核。",
    )
    starts_on = forms.DateField(label="开始日期", widget=day_input())
    ends_on = forms.DateField(label="结束日期", widget=day_input())
    per_day = forms.IntegerField(label="每组每天几家", min_value=1, max_value=6, initial=2)
    leaders = PostsField(
        label="组长",
        queryset=Post.objects.none(),
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="几名组长就分几个组。",
    )
    members = PostsField(
        label="成员",
        queryset=Post.objects.none(),
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="轮流编入各组；在被查单位及其下属单位任职的，自动回避。",
    )
    over_limit_reason = forms.CharField(
        label="超过次数的理由", max_length=300, required=False, help_text="没有超过上限的不填。"
    )

    def __init__(
        self, *args: Any, lines: QuerySet[PlanLine], posts: QuerySet[Post], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
        self.fields["version"].offer()  # type: ignore[attr-defined]
        self.fields["leaders"].queryset = posts  # type: ignore[attr-defined]
        self.fields["members"].queryset = posts  # type: ignore[attr-defined]


class AdjustForm(forms.Form):
    team = forms.TypedChoiceField(label="组别", coerce=int, required=False, empty_value=None)
    starts_on = forms.DateField(label="日期", widget=day_input(), required=False)
    left_out = forms.CharField(
        label="不去的理由", max_length=200, required=False, help_text="填写后这一轮不去该单位。"
    )

    def __init__(self, *args: Any, teams: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [("", "请选择"), *teams]  # type: ignore[attr-defined]
