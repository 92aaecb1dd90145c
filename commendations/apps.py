"""App of the commendations."""

from __future__ import annotations

from django.apps import AppConfig


class CommendationsConfig(AppConfig):
    name = "commendations"
    verbose_name = "评先表彰"

    def ready(self) -> None:
        from commendations import contributions, documents, reminders
