"""Filter of the reviewer's work list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from gongjian.foundation.calendar.models import Period
from responsibilities.enums import ReturnState
from responsibilities.models import QuarterlyReturn


def _periods() -> list[tuple[int, str]]:
    rows = Period.objects.filter(obligations__isnull=False).distinct().order_by("-starts_on")
    return list(rows.values_list("pk", "name"))


class ReviewFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=ReturnState.choices, empty_label="全部"
    )
    period = django_filters.ChoiceFilter(
        label="期间", choices=_periods, empty_label="全部", field_name="period_id"
    )

    class Meta:
        model = QuarterlyReturn
        fields = ["words", "state", "period"]

    def find_words(
        self, queryset: QuerySet[QuarterlyReturn], name: str, value: str
    ) -> QuerySet[QuarterlyReturn]:
        return queryset.filter(unit__name__contains=value)
