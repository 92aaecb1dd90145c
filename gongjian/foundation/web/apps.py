from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "gongjian.foundation.web"
    label = "web"
    verbose_name = "界面"

    def ready(self) -> None:
        from gongjian.foundation.web import views
