"""Filters of the box."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from gongjian.commons.feedback.enums import SuggestionKind, SuggestionState
from gongjian.commons.feedback.models import Suggestion


class SuggestionFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="内容、页面或单位", method="find_words")
    kind = django_filters.ChoiceFilter(
        label="类别", choices=SuggestionKind.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=SuggestionState.choices, empty_label="全部"
    )

    class Meta:
        model = Suggestion
        fields = ["words", "kind", "state"]

    def find_words(
        self, queryset: QuerySet[Suggestion], name: str, value: str
    ) -> QuerySet[Suggestion]:
        return queryset.filter(
            Q(text__contains=value) | Q(page__contains=value) | Q(unit__name__contains=value)
        )
