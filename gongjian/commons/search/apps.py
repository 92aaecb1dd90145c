"""App of the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate

from gongjian.foundation.tenancy.tasks import fan_out

_NEEDED = {"orgs_tenant", "tenancy_outboxmessage", "search_searchentry"}


class SearchConfig(AppConfig):
    name = "gongjian.commons.search"
    label = "search"
    verbose_name = "搜索"

    def ready(self) -> None:
        from gongjian.commons.search import contributions

        post_migrate.connect(index_after_upgrade, sender=self)


def index_after_upgrade(plan: Sequence[Any] = (), **kwargs: Any) -> None:
    """Records that were there before their mechanism offered them are found within minutes.

    Only after migrations were carried out; nobody waits for the night after an upgrade.
    """
    # Migrating one app of an empty database alone leaves the tenants' own table out.
    if plan and set(connection.introspection.table_names()) >= _NEEDED:
        fan_out("search.index_missing")
