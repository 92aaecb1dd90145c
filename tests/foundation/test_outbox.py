from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from gongjian.celery import app
from gongjian.foundation.tenancy import outbox
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import TenantNotSet, tenant_scope
from tests.factories.orgs import TenantFactory


@pytest.fixture
def broker(monkeypatch):
    """What was handed to the broker, in order."""
    handed: list[tuple] = []
    monkeypatch.setattr(outbox, "send", lambda *message: handed.append(message))
    return handed


def test_a_message_is_handed_over_with_its_tenant_and_marked(in_tenant, broker):
    message = outbox.enqueue("orgs.do_something", unit_id=7, queue="documents")
    assert outbox.relay_batch() == 1
    assert broker == [("orgs.do_something", in_tenant.pk, {"unit_id": 7}, "documents")]
    message.refresh_from_db()
    assert message.sent_at is not None
    assert outbox.relay_batch() == 0
    assert len(broker) == 1


def test_messages_keep_their_order_and_come_in_batches(in_tenant, broker):
    for number in range(5):
        outbox.enqueue("orgs.do_something", unit_id=number)
    assert [outbox.relay_batch(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [arguments["unit_id"] for _, _, arguments, _ in broker] == [0, 1, 2, 3, 4]


def test_a_job_goes_down_with_the_transaction_that_asked_for_it(in_tenant, broker):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.enqueue("orgs.do_something", unit_id=7)
        1 / 0
    assert outbox.relay_batch() == 0


def test_without_a_tenant_nothing_is_queued(db):
    with pytest.raises(TenantNotSet):
        outbox.enqueue("orgs.do_something", unit_id=7)


def test_a_crash_between_broker_and_mark_sends_again(in_tenant, monkeypatch):
    handed = []

    def die_after_the_first(*message):
        handed.append(message)
        if len(handed) == 2:
            raise BrokerDown("gone")

    monkeypatch.setattr(outbox, "send", die_after_the_first)
    outbox.enqueue("orgs.do_something", unit_id=1)
    outbox.enqueue("orgs.do_something", unit_id=2)
    with pytest.raises(BrokerDown):
        outbox.relay_batch()
    assert OutboxMessage.objects.filter(sent_at__isnull=True).count() == 2
    assert outbox.relay_batch() == 2
    assert [message[2]["unit_id"] for message in handed] == [1, 2, 1, 2]


def test_the_relay_needs_no_task_module_and_uses_the_queue_workers_listen_to(in_tenant):
    outbox.enqueue("orgs.nobody_knows", unit_id=7)
    call_command("relay_outbox", "--once")
    assert not OutboxMessage.objects.filter(sent_at__isnull=True).exists()
    with app.connection_for_read() as line:
        message = line.default_channel.basic_get("default")
    assert message is not None
    assert message.headers["task"] == "orgs.nobody_knows"
    assert app.conf.task_default_queue == "default"


def test_sent_messages_are_forgotten_and_waiting_ones_never(in_tenant, broker):
    outbox.enqueue("orgs.do_something", unit_id=1)
    outbox.relay_batch()
    outbox.enqueue("orgs.do_something", unit_id=2)
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=9))
    OutboxMessage.objects.filter(sent_at__isnull=False).update(
        sent_at=timezone.now() - timedelta(days=9)
    )
    assert outbox.forget_sent() == 1
    assert OutboxMessage.objects.get().arguments == {"unit_id": 2}
    assert outbox.oldest_waiting_seconds() > 8 * 86400


@pytest.mark.django_db(transaction=True)
def test_a_second_relay_passes_over_what_the_first_holds(monkeypatch):
    tenant = TenantFactory()
    with tenant_scope(tenant.pk):
        for number in range(4):
            outbox.enqueue("orgs.do_something", unit_id=number)
    handed: list[tuple[str, int]] = []
    holding, release = threading.Event(), threading.Event()

    def send(task, tenant_id, arguments, queue):
        name = threading.current_thread().name
        handed.append((name, arguments["unit_id"]))
        if name == "first":
            holding.set()
            release.wait(10)

    monkeypatch.setattr(outbox, "send", send)

    def relay() -> None:
        try:
            outbox.relay_batch(limit=2)
        finally:
            connection.close()

    first = threading.Thread(target=relay, name="first")
    first.start()
    assert holding.wait(10)
    second = threading.Thread(target=relay, name="second")
    second.start()
    second.join(10)
    release.set()
    first.join(10)
    assert sorted(handed, key=lambda pair: pair[1]) == [
        ("first", 0),
        ("first", 1),
        ("second", 2),
        ("second", 3),
    ]
    assert not OutboxMessage.objects.filter(sent_at__isnull=True).exists()
