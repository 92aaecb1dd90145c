"""Filters of the commendations."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from commendations.enums import NominationState
from commendations.models import Nomination


class NominationFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="单位、姓名或事迹", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=NominationState.choices, empty_label="全部"
    )

    class Meta:
        model = Nomination
        fields = ["words", "state"]

    def find_words(
        self, queryset: QuerySet[Nomination], name: str, value: str
    ) -> QuerySet[Nomination]:
        return queryset.filter(
            Q(unit__name__contains=value)
            | Q(person__contains=value)
            | Q(summary__contains=value)
            | Q(category__title__contains=value)
        )
