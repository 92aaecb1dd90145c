"""Input shapes of opening a quarter, and of the few fields around a return."""

from __future__ import annotations

from typing import Any

from django import forms

from responsibilities.enums import FormState
from responsibilities.models import Indicator, ReturnForm
from responsibilities.models.returns import QUARTERLY


class NilForm(forms.Form):
    reason = forms.CharField(
        label="零报告理由",
        max_length=200,
        # Two presses file a nil report; whoever has more to say writes over it.
        initial="本季度没有发生表内所列事项。",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="说明本期为什么没有数据，审核人会看到。职工总数等时点数沿用上期。",
        error_messages={"required": "请说明为什么本期没有数据。"},
    )


class FormDraft(forms.Form):
    """A new version of the quarterly form from the indicators of the library."""

    title = forms.CharField(label="名称", max_length=80, initial="党工共建工作季度报表")
    indicators = forms.ModelMultipleChoiceField(
        label="栏目",
        queryset=Indicator.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个指标。"},
        help_text="系统已掌握的数据（单位数、目标、报送情况）不必列入，避免重复填报。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reported = Indicator.objects.filter(is_active=True, is_reported=True).order_by("code")
        field: Any = self.fields["indicators"]
        field.queryset = reported
        if not self.is_bound:
            field.initial = [indicator.pk for indicator in reported]


class OpenQuarterForm(forms.Form):
    """Which quarter, by which form, until when."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    quarter = forms.TypedChoiceField(
        label="季度",
        coerce=int,
        choices=[(1, "第一季度"), (2, "第二季度"), (3, "第三季度"), (4, "第四季度")],
    )
    opens_on = forms.DateField(
        label="开始填报日", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    due_on = forms.DateField(
        label="填报截止日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="截止日当天 24 时前报送都算按时。",
    )
    form = forms.ModelChoiceField(
        label="报表格式",
        queryset=ReturnForm.objects.none(),
        empty_label=None,
        error_messages={"required": "还没有已发布的报表格式，请先在“报表格式”中拟订并发布。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["form"]
        published = ReturnForm.objects.filter(state=FormState.PUBLISHED, key=QUARTERLY)
        field.queryset = published.order_by("-version")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens_on, due_on = cleaned.get("opens_on"), cleaned.get("due_on")
        if opens_on and due_on and due_on < opens_on:
            self.add_error("due_on", "截止日不能早于开始填报日，请更正。")
        return cleaned
