from django.apps import AppConfig


class ResponsibilitiesConfig(AppConfig):
    name = "responsibilities"
    label = "responsibilities"
    verbose_name = "责任制"

    def ready(self) -> None:
        from responsibilities import (
            agenda,
            authority,
            behalf_contributions,
            briefings,
            calendar_contributions,
            contributions,
            designer_contributions,
            documents,
            evidence_contributions,
            extension_contributions,
            guidance_contributions,
            handover_contributions,
            indicators,
            invariants,
            places,
            reminders,
            report_sections,
            return_contributions,
            return_paper,
            review_contributions,
            wording_contributions,
        )
