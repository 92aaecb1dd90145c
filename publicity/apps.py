"""App of the publicity register."""

from __future__ import annotations

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "publicity"
    verbose_name = "舆论宣传"

    def ready(self) -> None:
        from publicity import (
            contributions,
            documents,
            evidence_contributions,
            points,
            reminders,
            report_sections,
            search,
        )
