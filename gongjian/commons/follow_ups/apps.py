"""App of the follow-ups."""

from __future__ import annotations

from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    name = "gongjian.commons.follow_ups"
    label = "follow_ups"
    verbose_name = "督办事项"

    def ready(self) -> None:
        from gongjian.commons.follow_ups import (
            agenda,
            calendar_contributions,
            contributions,
            documents,
            eligibility,
            evidence_contributions,
            indicators,
            reminders,
            report_sections,
            search,
        )
