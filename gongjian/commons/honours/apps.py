"""App of the honours."""

from __future__ import annotations

from django.apps import AppConfig


class HonoursConfig(AppConfig):
    name = "gongjian.commons.honours"
    label = "honours"
    verbose_name = "荣誉登记"

    def ready(self) -> None:
        from gongjian.commons.honours import contributions, documents
