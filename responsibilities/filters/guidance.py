"""Filters of work plans and development plans."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from orgs.guidance_queries import categories_in_use
from responsibilities.enums import DevelopmentState, WorkPlanState
from responsibilities.models import AnnualPlan, DevelopmentPlan, WorkPlan


def _years() -> list[tuple[int, str]]:
    years = AnnualPlan.objects.order_by("-year").values_list("year", flat=True)
    return [(year, f"{year}年") for year in years]


def _categories() -> list[tuple[int, str]]:
    return [(category.pk, category.name) for category in categories_in_use()]


class WorkPlanFilter(django_filters.FilterSet):
    year = django_filters.ChoiceFilter(
        label="年度", field_name="plan__year", choices=_years, empty_label="全部"
    )
    category = django_filters.ChoiceFilter(
        label="指导类别", choices=_categories, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=WorkPlanState.choices, empty_label="全部"
    )

    class Meta:
        model = WorkPlan
        fields = ["year", "category", "state"]


class DevelopmentFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        label="单位",
        method="find_words",
        widget=forms.TextInput(attrs={"placeholder": "名称或拼音首字母"}),
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=DevelopmentState.choices, empty_label="全部"
    )

    class Meta:
        model = DevelopmentPlan
        fields = ["words", "state"]

    def find_words(
        self, queryset: QuerySet[DevelopmentPlan], name: str, value: str
    ) -> QuerySet[DevelopmentPlan]:
        return queryset.filter(
            Q(unit__name__contains=value.strip()) | Q(unit__pinyin__contains=value.strip().lower())
        )
