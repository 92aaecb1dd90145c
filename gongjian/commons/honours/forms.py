"""Form of an honour entered by hand."""

from __future__ import annotations

from typing import Any

from django import forms

from gongjian.commons.honours.authority import KEEP_HONOUR
from gongjian.commons.honours.enums import HonourKind, HonourLevel
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.fields import UnitField
from orgs.models import Unit


class HonourForm(forms.Form):
    unit = UnitField(label="单位", permission=KEEP_HONOUR)
    person = forms.CharField(
        label="姓名", max_length=40, required=False, help_text="集体荣誉不填。"
    )
    duty = forms.CharField(label="职务", max_length=60, required=False)
    kind = forms.ChoiceField(label="种类", choices=HonourKind.choices)
    title = forms.CharField(label="荣誉名称", max_length=60)
    occasion = forms.CharField(label="项目", max_length=100, required=False)
    level = forms.ChoiceField(label="层级", choices=HonourLevel.choices, initial=HonourLevel.CITY)
    organ = forms.CharField(label="授予机关", max_length=120)
    document_number = forms.CharField(label="文号", max_length=60, required=False)
    awarded_on = forms.DateField(
        label="授予日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class HonourSheetForm(forms.Form):
    """A table of earlier honours, as a file or pasted; ``seen`` is what was shown before."""

    file = forms.FileField(
        label="Excel 或 CSV 文件", required=False, help_text="第一张表，第一行为表头。"
    )
    rows = forms.CharField(
        label="或从 Excel 复制后粘贴（连同表头）",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("file") and not (values.get("rows") or "").strip():
            raise forms.ValidationError("请选择文件，或把表格粘贴进来。")
        return values
