"""Filters of the seminars."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from seminars.enums import PaperKind, PaperState, TopicState, UptakeState
from seminars.models import Call, Paper, StudyTopic, Uptake


class TopicFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="名称、负责人或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=TopicState.choices, empty_label="全部"
    )
    year = django_filters.NumberFilter(label="年度")

    class Meta:
        model = StudyTopic
        fields = ["words", "state", "year"]

    def find_words(
        self, queryset: QuerySet[StudyTopic], name: str, value: str
    ) -> QuerySet[StudyTopic]:
        return queryset.filter(
            Q(title__contains=value) | Q(leader__contains=value) | Q(unit__name__contains=value)
        )


class PaperFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="题目、正文、作者或单位", method="find_words")
    call = django_filters.ModelChoiceFilter(
        label="征文", queryset=Call.objects.none(), empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=PaperState.choices, empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(label="类别", choices=PaperKind.choices, empty_label="全部")

    class Meta:
        model = Paper
        fields = ["words", "call", "state", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["call"].queryset = Call.objects.all()

    def find_words(self, queryset: QuerySet[Paper], name: str, value: str) -> QuerySet[Paper]:
        return queryset.filter(
            Q(title__contains=value)
            | Q(plain__contains=value)
            | Q(unit__name__contains=value)
            | Q(authors__name__contains=value)
        ).distinct()


class UptakeFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="论文、文件或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=UptakeState.choices, empty_label="全部"
    )

    class Meta:
        model = Uptake
        fields = ["words", "state"]

    def find_words(self, queryset: QuerySet[Uptake], name: str, value: str) -> QuerySet[Uptake]:
        return queryset.filter(
            Q(paper__title__contains=value)
            | Q(document__contains=value)
            | Q(unit__name__contains=value)
        )
