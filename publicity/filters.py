"""Filters of the register."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from gongjian.commons.points.enums import PointLevel
from publicity.enums import Medium, PlacementState
from publicity.models import Outlet, Placement


class PlacementFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="标题、摘要、媒体或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=PlacementState.choices, empty_label="全部"
    )
    medium = django_filters.ChoiceFilter(
        label="媒体类别", field_name="outlet__medium", choices=Medium.choices, empty_label="全部"
    )
    level = django_filters.ChoiceFilter(
        label="层级", field_name="outlet__level", choices=PointLevel.choices, empty_label="全部"
    )

    class Meta:
        model = Placement
        fields = ["words", "state", "medium", "level"]

    def find_words(
        self, queryset: QuerySet[Placement], name: str, value: str
    ) -> QuerySet[Placement]:
        return queryset.filter(
            Q(title__contains=value)
            | Q(excerpt__contains=value)
            | Q(outlet__name__contains=value)
            | Q(unit__name__contains=value)
        )


class OutletFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="名称或别名", method="find_words")
    medium = django_filters.ChoiceFilter(
        label="媒体类别", choices=Medium.choices, empty_label="全部"
    )

    class Meta:
        model = Outlet
        fields = ["words", "medium"]

    def find_words(self, queryset: QuerySet[Outlet], name: str, value: str) -> QuerySet[Outlet]:
        return queryset.filter(Q(name__contains=value) | Q(aliases__icontains=value))
