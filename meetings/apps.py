"""App of the joint meetings."""

from __future__ import annotations

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = "联席会议"

    def ready(self) -> None:
        from meetings import (
            calendar_contributions,
            contributions,
            documents,
            evidence,
            indicators,
            reminders,
            report_sections,
            search,
        )
