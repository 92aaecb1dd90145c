"""App of the seminars."""

from __future__ import annotations

from django.apps import AppConfig


class SeminarsConfig(AppConfig):
    name = "seminars"
    verbose_name = "研讨会"

    def ready(self) -> None:
        from seminars import (
            contributions,
            documents,
            indicators,
            reminders,
            report_sections,
            search,
        )
