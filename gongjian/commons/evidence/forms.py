"""The form for a piece of evidence, with a file or without."""

from __future__ import annotations

from typing import Any

from django import forms


class EvidenceForm(forms.Form):
    """For browsers without script, and for what lies on paper."""

    title = forms.CharField(
        label="材料名称", max_length=120, required=False, help_text="选了文件可以不填，用文件名。"
    )
    file = forms.FileField(label="文件", required=False)
    number = forms.CharField(
        label="文号", max_length=80, required=False, help_text="如“清党工〔2026〕5号”。"
    )
    link = forms.URLField(label="网址", max_length=300, required=False, assume_scheme="https")
    whereabouts = forms.CharField(
        label="纸质件存放处",
        max_length=120,
        required=False,
        help_text="如“村委会档案柜第二层”。不必为佐证另外扫描。",
    )
    dated_on = forms.DateField(
        label="形成日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("file"):
            return cleaned
        if not any(cleaned.get(name) for name in ("number", "link", "whereabouts")):
            self.add_error(None, "请选择文件，或填写文号、网址、存放处中的一项。")
        elif not cleaned.get("title"):
            self.add_error("title", "请写明材料名称，审核人凭它查找。")
        return cleaned
