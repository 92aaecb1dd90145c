"""Filters of the ledger's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import CheckboxInput

from gongjian.foundation.kernel.dates import today
from ledger.enums import RUNNING, EntryKind, FoundingState, Industry, Operation
from ledger.models import Entry, Founding
from ledger.text import name_key, plain_code
from orgs.enums import Line

STANDINGS = [
    ("both", "党有工有"),
    ("party", "党有工无"),
    ("union", "党无工有"),
    ("neither", "双无"),
]


class EntryFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="名称或统一社会信用代码", method="find_words")
    standing = django_filters.ChoiceFilter(
        label="双建", choices=STANDINGS, empty_label="全部", method="find_standing"
    )
    kind = django_filters.ChoiceFilter(label="类别", choices=EntryKind.choices, empty_label="全部")
    industry = django_filters.ChoiceFilter(
        label="行业", choices=Industry.choices, empty_label="全部"
    )
    operation = django_filters.ChoiceFilter(
        label="经营状态", choices=Operation.choices, empty_label="全部"
    )
    workers = django_filters.NumberFilter(
        label="职工不少于", field_name="worker_count", lookup_expr="gte"
    )

    class Meta:
        model = Entry
        fields = ["words", "standing", "kind", "industry", "operation", "workers"]

    def find_words(self, queryset: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        found = Q(name__contains=value.strip()) | Q(credit_code__startswith=plain_code(value))
        if key := name_key(value):
            found |= Q(name_key__contains=key)
        return queryset.filter(found)

    def find_standing(self, queryset: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        has = {
            "both": (True, True),
            "party": (True, False),
            "union": (False, True),
            "neither": (False, False),
        }[value]
        return queryset.filter(has_party=has[0], has_union=has[1])  # type: ignore[misc]


class FoundingFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        label="单位名称", field_name="entry__name", lookup_expr="contains"
    )
    line = django_filters.ChoiceFilter(label="组织", choices=Line.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(
        label="状态", choices=FoundingState.choices, empty_label="全部"
    )
    late = django_filters.BooleanFilter(label="只看超期", method="find_late", widget=CheckboxInput)

    class Meta:
        model = Founding
        fields = ["words", "line", "state", "late"]

    def find_late(self, queryset: QuerySet[Founding], name: str, value: Any) -> QuerySet[Founding]:
        return queryset.filter(state__in=RUNNING, due_on__lt=today()) if value else queryset
