"""Filter of the follow-ups."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from gongjian.commons.follow_ups.enums import FollowUpKind, FollowUpState, Light
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.queries import light_filter
from gongjian.foundation.kernel.dates import today


class FollowUpFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="事项或单位", method="find_words")
    state = django_filters.ChoiceFilter(
        label="状态", choices=FollowUpState.choices, empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(
        label="类型", choices=FollowUpKind.choices, empty_label="全部"
    )
    light = django_filters.ChoiceFilter(
        label="时限", choices=Light.choices, empty_label="全部", method="find_light"
    )

    class Meta:
        model = FollowUp
        fields = ["words", "state", "kind", "light"]

    def find_words(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        return queryset.filter(Q(title__contains=value) | Q(unit__name__contains=value))

    def find_light(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        return queryset.filter(light_filter(value, today()))
