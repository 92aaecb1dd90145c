"""App of the inspections."""

from __future__ import annotations

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "督促检查"

    def ready(self) -> None:
        from inspections import (
            contributions,
            documents,
            evidence,
            indicators,
            reminders,
            report_sections,
            search,
        )
