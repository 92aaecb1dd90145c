"""Filters of the assessment's lists."""

from __future__ import annotations

import django_filters

from assessments.enums import CommendationKind, CommendationState, RunState, SchemeState
from assessments.models import CommendationList, Run, Scheme


class SchemeFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(label="名称", lookup_expr="contains")
    state = django_filters.ChoiceFilter(
        label="状态", choices=SchemeState.choices, empty_label="全部"
    )

    class Meta:
        model = Scheme
        fields: list[str] = []


class RunFilter(django_filters.FilterSet):
    scheme__title = django_filters.CharFilter(label="方案", lookup_expr="contains")
    state = django_filters.ChoiceFilter(label="状态", choices=RunState.choices, empty_label="全部")

    class Meta:
        model = Run
        fields: list[str] = []


class CommendationFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(label="标题", lookup_expr="contains")
    kind = django_filters.ChoiceFilter(
        label="种类", choices=CommendationKind.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=CommendationState.choices, empty_label="全部"
    )

    class Meta:
        model = CommendationList
        fields: list[str] = []
