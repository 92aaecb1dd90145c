"""App of the bulletins."""

from __future__ import annotations

from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "bulletins"
    verbose_name = "信息交流"

    def ready(self) -> None:
        from bulletins import (
            contributions,
            documents,
            evidence,
            points,
            reminders,
            report_sections,
            search,
        )
