from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "gongjian.operations"
    label = "operations"
    verbose_name = "运行维护"

    def ready(self) -> None:
        from gongjian.operations import general, onboarding
