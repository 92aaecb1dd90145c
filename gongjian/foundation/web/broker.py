"""A glance at the broker for the readiness answer."""

from __future__ import annotations

import redis
from django.conf import settings


def broker_answers() -> bool:
    """Tell within half a second whether the broker answers."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        return True
    try:
        client = redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_timeout=0.5, socket_connect_timeout=0.5
        )
        return bool(client.ping())
    except redis.RedisError:
        return False
