"""App of the questionnaires."""

from __future__ import annotations

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "gongjian.commons.questionnaires"
    label = "questionnaires"
    verbose_name = "问卷和检查表"

    def ready(self) -> None:
        from gongjian.commons.questionnaires import contributions
