from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "gongjian.commons.notices"
    label = "notices"
    verbose_name = "提醒"

    def ready(self) -> None:
        from gongjian.commons.notices import contributions, invariants
