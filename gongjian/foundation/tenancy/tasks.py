"""Celery tasks that work for one tenant, and ticks that fan out to all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from celery import shared_task as celery_task  # noqa: TID251 -- wrapped here, nowhere else
from django.apps import apps
from django.db import transaction

from gongjian.foundation.tenancy.scope import tenant_scope

_OPTIONS: dict[str, Any] = {
    "acks_late": True,
    "reject_on_worker_lost": True,
    "autoretry_for": (ConnectionError, TimeoutError),
    "max_retries": 3,
    "retry_backoff": True,
}


def tenant_task(
    name: str, *, time_limit: int = 600
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a task ``app.verb_noun`` that receives ids and runs in its tenant's scope.

    The function itself opens its transactions: long work is done in several.
    Queue it with ``outbox.enqueue(name, **ids)``.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(tenant_id: int, arguments: dict[str, Any]) -> Any:
            with tenant_scope(tenant_id):
                return function(**arguments)

        options: dict[str, Any] = {"time_limit": time_limit, "soft_time_limit": time_limit - 10}
        options |= _OPTIONS
        celery_task(name=name, **options)(run)  # type: ignore[no-untyped-call]
        return function

    return decorate


def system_task(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Declare a tick of the beat table; it belongs to no tenant and only asks what is due."""

    def decorate(function: Callable[[], Any]) -> Callable[[], Any]:
        celery_task(name=name, time_limit=300, **_OPTIONS)(function)  # type: ignore[no-untyped-call]
        return function

    return decorate


def send(task: str, tenant_id: int | None, arguments: dict[str, Any], queue: str) -> None:
    """Publish one message; used by the relay only.

    By name: the relay loads no tasks, and a name that only a newer worker
    knows must not stop the messages behind it.
    """
    current_app.send_task(
        task, args=(tenant_id, arguments), queue=queue, headers={"queued_at": time.time()}
    )


def active_tenant_ids() -> list[int]:
    """Tenants in use, in id order."""
    tenants = apps.get_model("orgs", "Tenant")
    return list(
        tenants._default_manager.filter(is_active=True).order_by("pk").values_list("pk", flat=True)
    )


def fan_out(task: str) -> int:
    """Queue ``task`` once for each active tenant."""
    outbox = apps.get_model("tenancy", "OutboxMessage")
    with transaction.atomic():
        messages = [
            outbox(tenant_id=tenant_id, task=task, arguments={})
            for tenant_id in active_tenant_ids()
        ]
        outbox._default_manager.bulk_create(messages)
    return len(messages)
