"""Filters of the inspections."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from inspections.enums import FindingCategory, FindingState, Severity, VisitState
from inspections.models import Finding, Visit


class VisitFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="事项或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=VisitState.choices, empty_label="全部"
    )

    class Meta:
        model = Visit
        fields = ["words", "state"]

    def find_words(self, queryset: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        return queryset.filter(Q(title__contains=value) | Q(unit__name__contains=value))


class FindingFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="问题或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=FindingState.choices, empty_label="全部"
    )
    category = django_filters.ChoiceFilter(
        label="类别", choices=FindingCategory.choices, empty_label="全部"
    )
    severity = django_filters.ChoiceFilter(
        label="程度", choices=Severity.choices, empty_label="全部"
    )
    again = django_filters.BooleanFilter(label="只看重复出现的", method="find_again")

    class Meta:
        model = Finding
        fields = ["words", "state", "category", "severity"]

    def find_words(self, queryset: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return queryset.filter(Q(text__contains=value) | Q(unit__name__contains=value))

    def find_again(self, queryset: QuerySet[Finding], name: str, value: Any) -> QuerySet[Finding]:
        again = Q(repeats__isnull=False) | Q(recurrence_count__gt=0)
        return queryset.filter(again) if value else queryset
