"""App of the attendance rolls."""

from __future__ import annotations

from django.apps import AppConfig


class RollsConfig(AppConfig):
    name = "gongjian.commons.rolls"
    label = "rolls"
    verbose_name = "签到名册"

    def ready(self) -> None:
        from gongjian.commons.rolls import documents
