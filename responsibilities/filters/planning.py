"""Filters of the indicator library and of targets."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from responsibilities.enums import Mode, TargetState
from responsibilities.models import AnnualPlan, Indicator, Target


def _sections() -> list[tuple[str, str]]:
    rows = Indicator.objects.order_by("section").values_list("section", "section_title").distinct()
    return [(section, f"{section} {title}") for section, title in rows]


class IndicatorFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="名称或编码", method="find_words")
    section = django_filters.ChoiceFilter(label="类别", choices=_sections, empty_label="全部")
    mode = django_filters.ChoiceFilter(label="用途", choices=Mode.choices, empty_label="全部")
    is_reported = django_filters.BooleanFilter(
        label="列入季度报表",
        widget=forms.Select(choices=[("", "全部"), ("true", "是"), ("false", "否")]),
    )

    class Meta:
        model = Indicator
        fields = ["words", "section", "mode", "is_reported"]

    def find_words(
        self, queryset: QuerySet[Indicator], name: str, value: str
    ) -> QuerySet[Indicator]:
        return queryset.filter(Q(name__icontains=value) | Q(code__istartswith=value))


def _years() -> list[tuple[int, str]]:
    years = AnnualPlan.objects.order_by("-year").values_list("year", flat=True)
    return [(year, f"{year}年") for year in years]


class TargetFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="单位或指标", method="find_words")
    year = django_filters.ChoiceFilter(
        label="年度", field_name="plan__year", choices=_years, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=TargetState.choices, empty_label="全部"
    )

    class Meta:
        model = Target
        fields = ["words", "year", "state"]

    def find_words(self, queryset: QuerySet[Target], name: str, value: str) -> QuerySet[Target]:
        return queryset.filter(
            Q(unit__name__icontains=value)
            | Q(unit__pinyin__contains=value.lower())
            | Q(indicator__name__icontains=value)
        )
