"""Filters of the inbox and of the page of sent notices."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.shelf import reminder_rules


def _rule_choices() -> list[tuple[str, str]]:
    return [(rule.key, rule.label) for rule in reminder_rules]


class InboxFilter(django_filters.FilterSet):
    show = django_filters.ChoiceFilter(
        label="范围",
        choices=[("unread", "未读")],
        empty_label="全部",
        method="filter_show",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def filter_show(self, records: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return records.filter(read_at__isnull=True)


class SentFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="单位、职务或标题", method="filter_words")
    rule = django_filters.ChoiceFilter(label="规则", choices=_rule_choices, empty_label="全部")
    read = django_filters.ChoiceFilter(
        label="阅读",
        choices=[("no", "未读"), ("yes", "已读")],
        empty_label="全部",
        method="filter_read",
    )
    since = django_filters.DateFilter(
        label="起始日",
        field_name="created_at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label="终止日",
        field_name="created_at",
        lookup_expr="date__lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def filter_words(self, records: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        words = value.strip().lower()
        return records.filter(
            Q(post__unit__name__contains=words)
            | Q(post__unit__pinyin__contains=words)
            | Q(post__title__contains=words)
            | Q(title__contains=words)
        )

    def filter_read(self, records: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return records.filter(read_at__isnull=value == "no")
