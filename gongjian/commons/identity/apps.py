from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "gongjian.commons.identity"
    label = "identity"
    verbose_name = "登录与身份"

    def ready(self) -> None:
        from gongjian.commons.identity import authority, contributions, signals
