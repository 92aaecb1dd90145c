"""Filters of the list of documents."""

from __future__ import annotations

from typing import Any

import django_filters

from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.shelves import document_kinds


class DocumentFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(lookup_expr="contains", label="标题")
    kind = django_filters.ChoiceFilter(
        label="文种",
        empty_label="全部",
        choices=lambda: [(kind.key, kind.label) for kind in document_kinds],
    )
    state = django_filters.ChoiceFilter(
        label="状态", empty_label="全部", choices=DocumentState.choices
    )

    class Meta:
        model = OfficialDocument
        fields: Any = ["title", "kind", "state"]
