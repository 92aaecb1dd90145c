from django.apps import AppConfig


class ResponsibilitiesConfig(AppConfig):
    name = "responsibilities"
    label = "responsibilities"
    verbose_name = "责任制"

    def ready(self) -> None:
        from responsibilities import (
            authority,
            contributions,
            documents,
            indicators,
            reminders,
            return_contributions,
            review_contributions,
        )
