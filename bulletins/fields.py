"""Authors as a field of a form."""

from __future__ import annotations

from typing import Any

from django import forms

from bulletins.services.writing import MOST_AUTHORS


class AuthorsField(forms.CharField):
    """Names in order of signing, one line each; empty for a piece of the unit as a whole."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "作者")
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 300)
        kwargs.setdefault(
            "help_text", f"按署名次序，每行一人，最多 {MOST_AUTHORS} 人；不填表示单位供稿。"
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        for mark in "、，,;；":
            text = text.replace(mark, "\n")
        names = list(dict.fromkeys(name.strip() for name in text.split("\n") if name.strip()))
        if len(names) > MOST_AUTHORS:
            raise forms.ValidationError(f"作者最多 {MOST_AUTHORS} 人，请按贡献署名。")
        if any(len(name) > 40 for name in names):
            raise forms.ValidationError("姓名不能超过 40 字，每行请只填一人。")
        return names
