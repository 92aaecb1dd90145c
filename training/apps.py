"""App of the training classes."""

from __future__ import annotations

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "干部培训"

    def ready(self) -> None:
        from training import (
            calendar_contributions,
            contributions,
            documents,
            evidence,
            indicators,
            reminders,
            report_sections,
        )
