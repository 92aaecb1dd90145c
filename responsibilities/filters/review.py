"""Filter of the reviewer's work list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils import timezone

from gongjian.foundation.calendar.models import Period
from orgs.enums import Level
from responsibilities.enums import ReturnState
from responsibilities.models import QuarterlyReturn

EVERY_STATE = "all"
#: Signed by the own party, waiting for the other.
SIGNED = "signed"


def _periods() -> list[tuple[int, str]]:
    rows = Period.objects.filter(obligations__isnull=False).distinct().order_by("-starts_on")
    return list(rows.values_list("pk", "name"))


class ReviewFilter(django_filters.FilterSet):
    """What waits is shown first; the state is chosen on the pills above the table."""

    words = django_filters.CharFilter(label="单位", method="find_words")
    state = django_filters.CharFilter(label="状态", method="of_state", widget=forms.HiddenInput)
    period = django_filters.ChoiceFilter(
        label="期间", choices=_periods, empty_label="全部", field_name="period_id"
    )
    level = django_filters.ChoiceFilter(
        label="层级", choices=Level.choices, empty_label="全部", field_name="unit__level"
    )
    waited = django_filters.ChoiceFilter(
        label="等待",
        choices=[("1", "满 1 天"), ("3", "满 3 天"), ("7", "满 7 天")],
        empty_label="不限",
        method="waiting_since",
    )
    odd = django_filters.BooleanFilter(
        label="有异常", method="with_findings", widget=forms.CheckboxInput
    )
    resubmitted = django_filters.BooleanFilter(
        label="补正件", method="sent_in_again", widget=forms.CheckboxInput
    )
    late = django_filters.BooleanFilter(
        label="逾期", method="handed_in_late", widget=forms.CheckboxInput
    )

    class Meta:
        model = QuarterlyReturn
        fields = ["words", "state", "period", "level", "waited", "odd", "resubmitted", "late"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        chosen = data.copy() if data is not None else QueryDict(mutable=True)
        if not chosen.get("state"):
            chosen["state"] = ReturnState.SUBMITTED
        super().__init__(chosen, *args, **kwargs)

    def find_words(
        self, queryset: QuerySet[QuarterlyReturn], name: str, value: str
    ) -> QuerySet[QuarterlyReturn]:
        return queryset.filter(unit__name__contains=value)

    def of_state(
        # ``Any``: who has signed is read with the list and is no field of the model.
        self,
        queryset: Any,
        name: str,
        value: str,
    ) -> Any:
        if value == EVERY_STATE:
            return queryset
        if value == SIGNED:
            return queryset.filter(state=ReturnState.SUBMITTED, signed_here=True)
        found = queryset.filter(state=value)
        return found.filter(signed_here=False) if value == ReturnState.SUBMITTED else found

    def waiting_since(
        self, queryset: QuerySet[QuarterlyReturn], name: str, value: str
    ) -> QuerySet[QuarterlyReturn]:
        before = timezone.now() - timedelta(days=int(value))
        return queryset.filter(state=ReturnState.SUBMITTED, submitted_at__lte=before)

    def with_findings(
        self, queryset: QuerySet[QuarterlyReturn], name: str, value: object
    ) -> QuerySet[QuarterlyReturn]:
        return queryset.exclude(findings={}) if value else queryset

    def sent_in_again(
        self, queryset: QuerySet[QuarterlyReturn], name: str, value: object
    ) -> QuerySet[QuarterlyReturn]:
        return queryset.filter(returned_values__isnull=False) if value else queryset

    def handed_in_late(
        self, queryset: QuerySet[QuarterlyReturn], name: str, value: object
    ) -> QuerySet[QuarterlyReturn]:
        if not value:
            return queryset
        return queryset.filter(first_submitted_at__gte=F("obligation__deadline_at"))
