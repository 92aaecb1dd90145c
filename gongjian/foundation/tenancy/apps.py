from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


def grant_application_role(using: str, **kwargs: object) -> None:
    """Give the serving role its rights after each migration run, and no more.

    The role owns nothing. Tables marked ``append_only`` may be read and added
    to; their past cannot be changed by the application.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'gongjian_app'")
        if cursor.fetchone() is None:
            return
        cursor.execute("GRANT USAGE ON SCHEMA public TO gongjian_app")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gongjian_app"
        )
        cursor.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO gongjian_app")
        existing = set(connection.introspection.table_names(cursor))
        for model in apps.get_models():
            table = model._meta.db_table
            if getattr(model, "append_only", False) and table in existing:
                cursor.execute(f'REVOKE UPDATE, DELETE ON "{table}" FROM gongjian_app')


class TenancyConfig(AppConfig):
    name = "gongjian.foundation.tenancy"
    label = "tenancy"
    verbose_name = "租户隔离"

    def ready(self) -> None:
        from gongjian.foundation.tenancy import checks

        post_migrate.connect(grant_application_role, dispatch_uid="grant_application_role")
