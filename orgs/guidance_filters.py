"""Filters of the lists of placements and handovers."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from orgs.enums import Category, HandoverState, Level
from orgs.guidance_queries import categories_in_use, running_placements
from orgs.models import Handover, Unit

UNPLACED = "none"


def _categories() -> list[tuple[str, str]]:
    chosen = [(str(category.pk), category.name) for category in categories_in_use()]
    return [(UNPLACED, "未归类"), *chosen]


class PlacementFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        label="单位",
        method="find_words",
        widget=forms.TextInput(attrs={"placeholder": "名称、代码、拼音首字母，或上级名称"}),
    )
    level = django_filters.ChoiceFilter(label="层级", choices=Level.choices, empty_label="全部")
    category = django_filters.ChoiceFilter(
        label="单位类别", choices=Category.choices, empty_label="全部"
    )
    guided = django_filters.ChoiceFilter(
        label="指导类别", method="find_guided", choices=_categories, empty_label="全部"
    )

    class Meta:
        model = Unit
        fields: list[str] = []

    def find_words(self, queryset: Any, name: str, value: str) -> Any:
        words = value.strip().lower()
        return queryset.filter(
            Q(name__contains=words)
            | Q(code__startswith=words)
            | Q(pinyin__contains=words)
            | Q(parent__name__contains=words)
        )

    def find_guided(self, queryset: Any, name: str, value: str) -> Any:
        running = running_placements().order_by()
        if value == UNPLACED:
            return queryset.filter(parent__isnull=False).exclude(pk__in=running.values("unit_id"))
        return queryset.filter(pk__in=running.filter(category_id=int(value)).values("unit_id"))


class HandoverFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        label="查找",
        method="find_words",
        widget=forms.TextInput(attrs={"placeholder": "单位或姓名"}),
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=HandoverState.choices, empty_label="全部"
    )

    class Meta:
        model = Handover
        fields: list[str] = []

    def find_words(self, queryset: Any, name: str, value: str) -> Any:
        words = value.strip()
        return queryset.filter(
            Q(unit__name__contains=words)
            | Q(unit__pinyin__contains=words.lower())
            | Q(outgoing__user__person_name__contains=words)
            | Q(incoming__user__person_name__contains=words)
        )
