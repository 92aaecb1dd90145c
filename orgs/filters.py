"""Filters of the lists of people and of the trail."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db.models import Q

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import REFUSAL
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.tenancy.models import TenantOwned
from orgs.enums import Role
from orgs.models import Post
from orgs.queries import current_appointments


class PostFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label="查找",
        method="filter_words",
        widget=forms.TextInput(attrs={"placeholder": "姓名、单位（可用拼音首字母）或职务"}),
    )
    role = django_filters.ChoiceFilter(label="角色", choices=Role.choices, empty_label="全部角色")
    vacant = django_filters.ChoiceFilter(
        label="任职",
        method="filter_vacant",
        choices=[("no", "有人任职"), ("yes", "空缺")],
        empty_label="全部",
    )

    class Meta:
        model = Post
        fields: list[str] = []

    def filter_words(self, queryset: Any, name: str, value: str) -> Any:
        words = value.strip().lower()
        holders = current_appointments().filter(user__person_name__contains=words)
        return queryset.filter(
            Q(unit__name__contains=words)
            | Q(unit__pinyin__contains=words)
            | Q(unit__code__startswith=words)
            | Q(title__contains=words)
            | Q(pk__in=holders.order_by().values("post_id"))
        )

    def filter_vacant(self, queryset: Any, name: str, value: str) -> Any:
        held = Q(pk__in=current_appointments().order_by().values("post_id"))
        return queryset.exclude(held) if value == "yes" else queryset.filter(held)


def subject_kinds() -> list[tuple[str, str]]:
    """Kinds of records that acts are about, by their Chinese names."""
    kinds = {
        model._meta.label_lower: str(model._meta.verbose_name)
        for model in apps.get_models()
        if issubclass(model, TenantOwned) and model is not TrailEntry
    }
    kinds |= {"orgs.tenant": "地区", "orgs.user": "账号", REFUSAL: "被拒绝的访问"}
    return sorted(kinds.items(), key=lambda kind: kind[1])


class TrailFilter(django_filters.FilterSet):
    since = django_filters.DateFilter(
        label="自",
        method="filter_since",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label="至",
        method="filter_until",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    actor = django_filters.CharFilter(
        label="操作人",
        field_name="actor_label",
        lookup_expr="contains",
        widget=forms.TextInput(attrs={"placeholder": "姓名、单位或职务"}),
    )
    kind = django_filters.ChoiceFilter(
        label="对象类型", field_name="subject_kind", choices=subject_kinds, empty_label="全部类型"
    )

    class Meta:
        model = TrailEntry
        fields: list[str] = []

    def filter_since(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(at__gte=datetime.combine(value, time.min, SHANGHAI))

    def filter_until(self, queryset: Any, name: str, value: Any) -> Any:
        # The last day counts whole.
        following = value + timedelta(days=1)
        return queryset.filter(at__lt=datetime.combine(following, time.min, SHANGHAI))
