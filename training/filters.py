"""Filters of the training."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from training.enums import ClassState, Region
from training.models import TrainingClass


class ClassFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="班次、对象、课题或授课人", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=ClassState.choices, empty_label="全部"
    )
    region = django_filters.ChoiceFilter(
        label="区内区外", choices=Region.choices, empty_label="全部"
    )
    year = django_filters.NumberFilter(label="年度", field_name="plan__year")

    class Meta:
        model = TrainingClass
        fields = ["words", "state", "region", "year"]

    def find_words(
        self, queryset: QuerySet[TrainingClass], name: str, value: str
    ) -> QuerySet[TrainingClass]:
        found = TrainingClass.objects.filter(
            Q(title__contains=value)
            | Q(audience__contains=value)
            | Q(lessons__topic__contains=value)
            | Q(lessons__teacher__name__contains=value)
        )
        return queryset.filter(pk__in=found.values("pk"))
