"""Filters of the register."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from gongjian.commons.honours.enums import HonourKind, HonourState
from gongjian.commons.honours.models import Honour


class HonourFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="荣誉、单位、姓名或编号", method="find_words")
    kind = django_filters.ChoiceFilter(label="种类", choices=HonourKind.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(
        label="状态", choices=HonourState.choices, empty_label="全部"
    )
    year = django_filters.NumberFilter(label="年度", field_name="awarded_on__year")

    class Meta:
        model = Honour
        fields = ["words", "kind", "state", "year"]

    def find_words(self, queryset: QuerySet[Honour], name: str, value: str) -> QuerySet[Honour]:
        return queryset.filter(
            Q(title__contains=value)
            | Q(unit__name__contains=value)
            | Q(person__contains=value)
            | Q(number__contains=value)
            | Q(occasion__contains=value)
        )
