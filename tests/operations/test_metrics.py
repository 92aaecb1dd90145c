"""Figures for the monitoring: right, guarded, and of nobody in particular."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from gongjian.foundation.tenancy import tasks
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.operations import metrics

pytestmark = pytest.mark.django_db


def figures(client, **headers: str) -> dict[tuple, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_requests_are_counted_by_the_name_of_their_page(client):
    key = ("gongjian_requests_total", "200", "GET", "account_login")
    before = figures(client).get(key, 0)
    client.get("/accounts/login/?next=/secret")
    after = figures(client)
    assert after[key] == before + 1
    assert after["gongjian_request_seconds_count", "account_login"] >= 1


def test_what_a_client_makes_up_is_one_figure(client):
    client.get("/no/such/page/13912345678")
    client.generic("BREW", "/no/such/other")
    text = client.get("/metrics").content.decode()
    assert "13912345678" not in text
    assert "BREW" not in text
    assert 'page="other"' in text


def test_the_outbox_and_the_database(client):
    OutboxMessage.objects.create(task="any")
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(seconds=90))
    found = figures(client)
    assert found["gongjian_outbox_waiting",] == 1
    assert 90 <= found["gongjian_outbox_oldest_seconds",] < 120
    assert found["gongjian_database_up",] == 1
    assert found["gongjian_database_bytes",] > 1_000_000
    assert found["gongjian_database_connections",] >= 1


class Broker:
    """A queue of one message, as the relay leaves it."""

    def __init__(self, message: dict) -> None:
        self.message = message

    def __enter__(self) -> Broker:
        return self

    def __exit__(self, *args: object) -> None: ...

    def llen(self, name: str) -> int:
        return 3 if name == "documents" else 0

    def lindex(self, name: str, place: int) -> str | None:
        return json.dumps(self.message) if name == "documents" and place == -1 else None


def test_queues_with_the_age_of_their_oldest_message(client, settings, monkeypatch):
    sent: dict = {}
    monkeypatch.setattr(
        tasks.current_app._get_current_object(), "send_task", lambda *_, **how: sent.update(how)
    )
    tasks.send("any", 1, {}, "documents")
    assert abs(sent["headers"]["queued_at"] - time.time()) < 5
    sent["headers"]["queued_at"] -= 40
    settings.CELERY_BROKER_URL = "redis://anywhere"
    monkeypatch.setattr(metrics.redis.Redis, "from_url", lambda *_, **__: Broker(sent))
    found = figures(client)
    assert found["gongjian_queue_length", "documents"] == 3
    assert found["gongjian_queue_length", "default"] == 0
    assert 40 <= found["gongjian_queue_oldest_seconds", "documents"] < 50
    assert found["gongjian_broker_up",] == 1


def test_a_broker_that_is_away_is_a_figure_too(client, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert figures(client)["gongjian_broker_up",] == 0


def test_only_this_machine_or_the_token(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 404
    settings.METRICS_TOKEN = "long-enough"
    assert client.get("/metrics").status_code == 404
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {"Authorization": "Bearer long-enough"}
    assert client.get("/metrics", headers=right, REMOTE_ADDR="10.0.0.7").status_code == 200
