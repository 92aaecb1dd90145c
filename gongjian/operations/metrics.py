"""Figures for the operator's monitoring, as Prometheus reads them.

Figures of requests are counted in each process and put together when asked for; those of the
queues and the database are asked for at that moment. None is kept per tenant or person.
"""

from __future__ import annotations

import ipaddress
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.outbox import oldest_waiting_seconds

Answer = Callable[[HttpRequest], HttpResponse]

#: Not the registry of the package: that one tells of the process as well, once per worker.
_counted = CollectorRegistry()
REQUESTS = Counter(
    "gongjian_requests", "办理过的请求", ("method", "page", "status"), registry=_counted
)
SECONDS = Histogram(
    "gongjian_request_seconds",
    "请求用时（秒）",
    ("page",),
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30),
    registry=_counted,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measured(get_response: Answer) -> Answer:
    """Count each request by the name of its page, and answer ``/metrics``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/metrics":
            return _metrics(request)
        started = time.perf_counter()
        response = get_response(request)
        page = _page(request)
        # Names of the client's own making would fill the memory.
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(method, page, str(response.status_code)).inc()
        SECONDS.labels(page).observe(time.perf_counter() - started)
        return response

    return middleware


def _page(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name if match else "") or "other"


def _metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        return HttpResponseNotFound()
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def may_read(request: HttpRequest) -> bool:
    """With the token; without one configured, from this machine and past no proxy."""
    if settings.METRICS_TOKEN:
        told = request.headers.get("Authorization", "")
        return constant_time_compare(told, f"Bearer {settings.METRICS_TOKEN}")
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def registry() -> CollectorRegistry:
    """All figures; those of the other workers too where they share a folder."""
    whole = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    else:
        whole.register(_Counted())
    whole.register(Surroundings())
    return whole


class _Counted(Collector):
    def collect(self) -> Iterator[Any]:
        yield from _counted.collect()


class Surroundings(Collector):
    """Outbox, queues and database, as they are when asked for."""

    def collect(self) -> Iterator[Any]:
        yield from _database_figures()
        yield from _queue_figures()


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"gongjian_{name}", words, value=value)


def _database_figures() -> Iterator[GaugeMetricFamily]:
    try:
        waiting = OutboxMessage.objects.filter(sent_at__isnull=True).count()
        oldest = oldest_waiting_seconds()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_database_size(current_database()), count(*), "
                "coalesce(extract(epoch FROM max(now() - xact_start)), 0) "
                "FROM pg_stat_activity WHERE datname = current_database()"
            )
            size, connections, transaction = cursor.fetchone()
    except DatabaseError:
        yield _gauge("database_up", "数据库是否应答", 0)
        return
    yield _gauge("database_up", "数据库是否应答", 1)
    yield _gauge("outbox_waiting", "尚未交给队列的后台任务", waiting)
    yield _gauge("outbox_oldest_seconds", "其中最早一件已等待的秒数", oldest)
    yield _gauge("database_bytes", "数据库大小", size)
    yield _gauge("database_connections", "数据库连接", connections)
    yield _gauge("database_oldest_transaction_seconds", "最久的事务", float(transaction))


def _queue_figures() -> Iterator[GaugeMetricFamily]:
    lengths = GaugeMetricFamily("gongjian_queue_length", "队列中等待的任务", labels=["queue"])
    ages = GaugeMetricFamily(
        "gongjian_queue_oldest_seconds", "其中最早一件已等待的秒数", labels=["queue"]
    )
    try:
        for queue, (length, age) in queues().items():
            lengths.add_metric([queue], length)
            ages.add_metric([queue], age)
    except redis.RedisError:
        yield _gauge("broker_up", "队列服务是否应答", 0)
        return
    yield _gauge("broker_up", "队列服务是否应答", 1)
    yield lengths
    yield ages


def queues() -> dict[str, tuple[int, float]]:
    """Length of each queue and the age of its oldest message in seconds."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        return {}
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_timeout=0.5, socket_connect_timeout=0.5
    )
    with client:
        return {
            name: (int(client.llen(name)), _age(client.lindex(name, -1)))
            for name in settings.QUEUES
        }


def _age(message: Any) -> float:
    """Since when a message waits, as the relay wrote on it; 0 for an empty queue."""
    if message is None:
        return 0.0
    queued_at = json.loads(message).get("headers", {}).get("queued_at")
    return max(0.0, time.time() - float(queued_at)) if queued_at else 0.0
