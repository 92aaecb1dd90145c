"""Input of the register of numbers and of the marks."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from gongjian.commons.documents.enums import DocumentState, NumberState
from gongjian.commons.documents.models import NumberEntry, OfficialDocument, OrganMark
from gongjian.commons.documents.numbering import (
    MOST_AT_ONCE,
    STANDARD,
    free_reservations,
    next_number,
)
from gongjian.foundation.web.pages import ReasonForm
from orgs.models import Tenant

#: Choices of the filter: a used number is told by what became of its document.
_STATES = (
    ("issued", "已印发"),
    ("superseded", "已被替代"),
    ("void", "已作废"),
    ("reserved", "预留"),
    ("cancelled", "注销"),
    ("outside", "系统外已用"),
)


def clean_mark(mark: str) -> str:
    mark = mark.strip()
    if re.search(r"[\d\u3014\u3015\[\]（）(){}号]", mark):
        raise forms.ValidationError("只填机关代字，不要写年份、括号和序号。")
    return mark


def known_marks(tenant_id: int) -> list[str]:
    """Marks in use: those that are set, the region's own, those with numbers."""
    active = OrganMark.objects.filter(is_active=True).values_list("mark", flat=True)
    stopped = set(OrganMark.objects.filter(is_active=False).values_list("mark", flat=True))
    used = NumberEntry.objects.order_by().values_list("mark", flat=True).distinct()
    own = Tenant.objects.get(pk=tenant_id).document_mark
    found = dict.fromkeys([own, *active, *used])
    return [mark for mark in found if mark and mark not in stopped]


class NumberFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="字号、标题或用途")
    mark = django_filters.ChoiceFilter(
        label="机关代字",
        empty_label="全部",
        choices=lambda: [
            (mark, mark)
            for mark in NumberEntry.objects.order_by("mark")
            .values_list("mark", flat=True)
            .distinct()
        ],
    )
    year = django_filters.ChoiceFilter(
        label="年份",
        empty_label="全部",
        choices=lambda: [
            (year, f"{year}年")
            for year in NumberEntry.objects.order_by("-year")
            .values_list("year", flat=True)
            .distinct()
        ],
    )
    state = django_filters.ChoiceFilter(
        label="状态", empty_label="全部", choices=_STATES, method="in_state"
    )

    class Meta:
        model = NumberEntry
        fields: Any = []

    def search(self, queryset: Any, name: str, value: str) -> Any:
        words = value.strip()
        return queryset.filter(
            Q(text__icontains=words)
            | Q(purpose__icontains=words)
            | Q(document__title__icontains=words)
        )

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        if value in DocumentState.values:
            return queryset.filter(state=NumberState.USED, document__state=value)
        return queryset.filter(state=value)


class ReserveForm(forms.Form):
    mark = forms.ChoiceField(label="机关代字")
    count = forms.IntegerField(
        label="数量", min_value=1, max_value=MOST_AT_ONCE, initial=1,
        error_messages={"max_value": f"一次最多预留{MOST_AT_ONCE}个，请减少。"},
    )  # fmt: skip
    purpose = forms.CharField(
        label="用途", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="预留给哪份公文。印发时可选用预留号；不用的须注销并写明理由。",
    )  # fmt: skip

    def __init__(self, *args: Any, tenant_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark: Any = self.fields["mark"]
        mark.choices = [
            (one, f"{one}（下一号 {next_number(one)}）") for one in known_marks(tenant_id)
        ]


class OutsideForm(forms.Form):
    mark = forms.ChoiceField(label="机关代字")
    until = forms.IntegerField(
        label="本年已用到第几号", min_value=1,
        help_text="启用本系统之前在纸质登记簿上用掉的号。登记后，下一号接着往下编。",
    )  # fmt: skip
    purpose = forms.CharField(
        label="说明", max_length=200, initial="系统启用前已在纸质登记簿登记",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, tenant_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark: Any = self.fields["mark"]
        mark.choices = [
            (one, f"{one}（下一号 {next_number(one)}）") for one in known_marks(tenant_id)
        ]


class MarkForm(forms.Form):
    mark = forms.CharField(label="机关代字", max_length=30, help_text="如“示党工组”。")
    organ = forms.CharField(label="发文机关", max_length=120)
    head = forms.CharField(
        label="发文机关标志", max_length=60, required=False,
        help_text="版头红字，不含“文件”二字；不填则用发文机关名称。",
    )  # fmt: skip
    pattern = forms.CharField(
        label="字号格式", max_length=60, initial=STANDARD,
        help_text=(
            "国家标准的格式是“{代字}〔{年份}〕{序号}号”；"
            "纪要等按期编的，可写“{代字}〔{年份}〕第{序号}期”。"
        ),
    )  # fmt: skip
    is_active = forms.BooleanField(label="使用中", required=False, initial=True)

    def clean_mark(self) -> str:
        return clean_mark(str(self.cleaned_data["mark"]))


class ReservationChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.text}（预留：{obj.purpose}）"


class IssueForm(ReasonForm):
    """The number of a document: the next one, or one that was reserved."""

    reserved = ReservationChoice(
        label="发文字号", queryset=NumberEntry.objects.none(), required=False
    )

    def __init__(self, *args: Any, document: OfficialDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reserved: Any = self.fields["reserved"]
        free = free_reservations(document.mark)
        if not document.mark or not free:
            del self.fields["reserved"]
            return
        reserved.queryset = free
        reserved.empty_label = f"{next_number(document.mark)}（下一号，印发时取）"
        self.order_fields(["reserved", "reason"])
