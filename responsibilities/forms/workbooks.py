"""Input shapes of workbooks and of filing on behalf."""

from __future__ import annotations

from django import forms


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label="填好的 Excel",
        max_length=200,
        help_text="从本页下载的 .xlsx 文件，不超过 2 兆字节。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "请选择文件。",
            "empty": "文件是空的，请检查后重新选择。",
            "max_length": "文件名太长，请改短后再上传。",
        },
    )


class BehalfForm(forms.Form):
    """What stands beside a submission on behalf: the paper it was typed from."""

    paper_note = forms.CharField(
        label="纸质签字盖章件（可不填）",
        max_length=200,
        required=False,
        help_text="写明纸质件的编号或存放处，如“7月3日收到，存党建办档案盒2号”。审核人会看到。",
    )
