"""Filter of the follow-ups."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from gongjian.commons.follow_ups.enums import (
    IN_UNITS_HANDS,
    ExtensionState,
    FollowUpKind,
    FollowUpState,
    Light,
)
from gongjian.commons.follow_ups.models import FollowUp, FollowUpDelegation, FollowUpExtension
from gongjian.commons.follow_ups.queries import light_filter
from gongjian.foundation.kernel.dates import today

#: What a leader asks after, whatever state the matter is in.
MARKS = [
    ("raised", "已升级督办"),
    ("extension", "待批复延期"),
    ("look_back", "该回头看"),
    ("recurred", "曾经反弹"),
    ("delegated", "委托承办中"),
]


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

    mark = django_filters.ChoiceFilter(
        label="关注", choices=MARKS, empty_label="全部", method="find_mark"
    )

    class Meta:
        model = FollowUp
        fields = ["words", "state", "kind", "light", "mark"]

    def find_words(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        return queryset.filter(Q(title__contains=value) | Q(unit__name__contains=value))

    def find_light(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        return queryset.filter(light_filter(value, today()))

    def find_mark(self, queryset: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        day = today()
        running = FollowUpDelegation.objects.filter(
            ended_at=None, starts_on__lte=day, ends_on__gte=day
        )
        asked = FollowUpExtension.objects.filter(state=ExtensionState.ASKED)
        wanted = {
            "raised": Q(escalation__gt=0, state__in=IN_UNITS_HANDS),
            "extension": Q(pk__in=asked.values("follow_up_id")),
            "look_back": Q(state=FollowUpState.CLEARED, look_back_on__lte=day),
            "recurred": Q(recurrence_count__gt=0),
            "delegated": Q(pk__in=running.values("follow_up_id")),
        }
        return queryset.filter(wanted[value])
