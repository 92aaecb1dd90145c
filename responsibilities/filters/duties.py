"""Filter of the list of what is owed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from responsibilities.models import Obligation


class DutyFilter(django_filters.FilterSet):
    """The period and the node are chosen above; the standing on the pills."""

    words = django_filters.CharFilter(label="单位", field_name="unit__name", lookup_expr="contains")
    standing = django_filters.CharFilter(
        label="状态", field_name="standing", widget=forms.HiddenInput
    )
    period = django_filters.CharFilter(method="keep", widget=forms.HiddenInput)
    unit = django_filters.CharFilter(method="keep", widget=forms.HiddenInput)
    asking = django_filters.BooleanFilter(
        label="申请延期", method="with_request", widget=forms.CheckboxInput
    )

    class Meta:
        model = Obligation
        fields = ["words", "standing", "period", "unit", "asking"]

    def keep(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Carried along; the page reads it itself."""
        return queryset

    def with_request(self, queryset: QuerySet[Any], name: str, value: object) -> QuerySet[Any]:
        return queryset.filter(is_asking=True) if value else queryset
