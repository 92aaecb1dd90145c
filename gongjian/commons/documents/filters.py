"""Filters of the list of documents."""

from __future__ import annotations

from typing import Any

import django_filters
from django.forms import DateInput

from gongjian.commons.documents.enums import DocumentState, JobStatus
from gongjian.commons.documents.models import OfficialDocument, ReportJob
from gongjian.commons.documents.shelves import document_kinds, report_kinds


class DocumentFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(lookup_expr="contains", label="标题")
    kind = django_filters.ChoiceFilter(
        label="文种",
        empty_label="全部",
        choices=lambda: [(kind.key, kind.label) for kind in document_kinds],
    )
    state = django_filters.ChoiceFilter(
        label="状态", empty_label="全部", choices=DocumentState.choices
    )

    class Meta:
        model = OfficialDocument
        fields: Any = ["title", "kind", "state"]


class ReportFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(lookup_expr="contains", label="名称")
    kind = django_filters.ChoiceFilter(
        label="报告",
        empty_label="全部",
        choices=lambda: [(kind.key, kind.label) for kind in report_kinds],
    )
    status = django_filters.ChoiceFilter(
        label="状态", empty_label="全部", choices=JobStatus.choices
    )
    since = django_filters.DateFilter(
        "requested_at",
        lookup_expr="date__gte",
        label="申请不早于",
        widget=DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = ReportJob
        fields: Any = ["title", "kind", "status"]
