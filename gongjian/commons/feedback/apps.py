"""App of the suggestions."""

from __future__ import annotations

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "gongjian.commons.feedback"
    label = "feedback"
    verbose_name = "投诉建议"

    def ready(self) -> None:
        from gongjian.commons.feedback import contributions
