"""App of the search."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "gongjian.commons.search"
    label = "search"
    verbose_name = "搜索"

    def ready(self) -> None:
        from gongjian.commons.search import contributions
