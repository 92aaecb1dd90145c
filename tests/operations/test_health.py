"""Health answers name what is down, and only what hinders serving turns requests away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.web import health

pytestmark = pytest.mark.django_db


def test_live_asks_nothing(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(0):
        assert client.get("/health/live").content == b"ok"
        assert client.get("/healthz").status_code == 200


def test_all_is_well(client):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok", "migrations": "ok", "files": "ok", "broker": "ok", "relay": "ok",
        "failed": [], "degraded": [],
    }  # fmt: skip


def test_a_database_that_is_away_is_named_and_turns_requests_away(client, monkeypatch):
    def away(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(health.connection, "cursor", away)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["failed"] == ["database"]


def test_missing_migrations_turn_requests_away(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one"])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failed"] == ["migrations"]


def test_filing_goes_on_without_broker_files_and_relay(client, settings, tmp_path):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    settings.FILES_DIR = tmp_path / "file"
    OutboxMessage.objects.create(task="any")
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["degraded"] == ["files", "broker", "relay"]
