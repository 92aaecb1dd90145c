from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    label = "assessments"
    verbose_name = "考核"

    def ready(self) -> None:
        from assessments import (
            agenda,
            authority,
            contributions,
            documents,
            eligibility,
            report_sections,
        )
