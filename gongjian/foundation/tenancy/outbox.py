"""Transactional outbox: jobs leave the database only after the commit that asked for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.tasks import send


def enqueue(task: str, *, queue: str = "default", **arguments: int | str) -> OutboxMessage:
    """Ask for a tenant task in the running transaction; arguments are ids, never data."""
    return OutboxMessage.objects.create(
        tenant_id=require_tenant_id(), task=task, arguments=arguments, queue=queue
    )


def relay_batch(limit: int = 200) -> int:
    """Hand waiting messages to the broker, oldest first, and return how many.

    A message is marked after the broker took it. A crash in between sends it
    once more, which is why every task may run twice.
    """
    with transaction.atomic():
        waiting = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(sent_at__isnull=True)
            .order_by("pk")[:limit]
        )
        for message in waiting:
            send(message.task, message.tenant_id, message.arguments, message.queue)
        OutboxMessage.objects.filter(pk__in=[message.pk for message in waiting]).update(
            sent_at=timezone.now()
        )
    return len(waiting)


def forget_sent(older_than: timedelta = timedelta(days=3)) -> int:
    """Delete messages handed over long ago."""
    deleted, _ = OutboxMessage.objects.filter(sent_at__lt=timezone.now() - older_than).delete()
    return deleted


def oldest_waiting_seconds() -> float:
    """Age of the oldest message not handed over yet, for the metrics page."""
    oldest: Any = (
        OutboxMessage.objects.filter(sent_at__isnull=True).order_by("pk").values("created_at")
    ).first()
    return (timezone.now() - oldest["created_at"]).total_seconds() if oldest else 0.0
