from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "gongjian.foundation.audit"
    label = "audit"
    verbose_name = "操作记录"

    def ready(self) -> None:
        from gongjian.foundation.audit import invariants
