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
