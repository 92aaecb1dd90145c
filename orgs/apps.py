from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    label = "orgs"
    verbose_name = "组织"

    def ready(self) -> None:
        from orgs import authority, contributions, guidance_contributions
