"""Filter of the points ledger."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from gongjian.commons.points.models import PointAccount
from gongjian.commons.points.shelf import point_mechanisms


def _mechanisms() -> list[tuple[str, str]]:
    return [(mechanism.key, mechanism.label) for mechanism in point_mechanisms]


class AccountFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="单位", method="find_words")
    mechanism = django_filters.ChoiceFilter(label="工作", choices=_mechanisms, empty_label="全部")
    year = django_filters.NumberFilter(label="年度")

    class Meta:
        model = PointAccount
        fields = ["words", "mechanism", "year"]

    def find_words(
        self, queryset: QuerySet[PointAccount], name: str, value: str
    ) -> QuerySet[PointAccount]:
        return queryset.filter(unit__name__contains=value)
