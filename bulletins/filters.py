"""Filters of the bulletins."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from bulletins.enums import CaseKind, DispatchKind, DispatchState, IssueState
from bulletins.models import Dispatch, Issue, ModelCase


class DispatchFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="标题、正文或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=DispatchState.choices, empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(
        label="类型", choices=DispatchKind.choices, empty_label="全部"
    )

    class Meta:
        model = Dispatch
        fields = ["words", "state", "kind"]

    def find_words(self, queryset: QuerySet[Dispatch], name: str, value: str) -> QuerySet[Dispatch]:
        return queryset.filter(
            Q(title__contains=value) | Q(plain__contains=value) | Q(unit__name__contains=value)
        )


class IssueFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="主题、标题或正文", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=IssueState.choices, empty_label="全部"
    )
    year = django_filters.NumberFilter(label="年度")

    class Meta:
        model = Issue
        fields = ["words", "state", "year"]

    def find_words(self, queryset: QuerySet[Issue], name: str, value: str) -> QuerySet[Issue]:
        return queryset.filter(
            Q(topic__contains=value)
            | Q(items__title__contains=value)
            | Q(items__body__contains=value)
        ).distinct()


class CaseFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="名称、做法或单位", method="find_words")
    kind = django_filters.ChoiceFilter(label="类别", choices=CaseKind.choices, empty_label="全部")

    class Meta:
        model = ModelCase
        fields = ["words", "kind"]

    def find_words(
        self, queryset: QuerySet[ModelCase], name: str, value: str
    ) -> QuerySet[ModelCase]:
        return queryset.filter(
            Q(title__contains=value) | Q(practice__contains=value) | Q(unit__name__contains=value)
        )
