from __future__ import annotations

import pytest
from django.core import mail

from gongjian.celery import app
from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.shelf import ReminderRule
from gongjian.foundation.tenancy import outbox
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Unit
from tests.factories.notices import reminder


@pytest.fixture
def run_jobs(monkeypatch):
    """Relay the outbox and run each message as a worker would, in its own tenant."""
    app.loader.import_default_modules()

    def run_one(task, tenant_id, arguments, queue):
        app.tasks[task].apply(args=(tenant_id, arguments)).get()

    monkeypatch.setattr(outbox, "send", run_one)
    return outbox.relay_batch


def test_a_tick_asks_every_tenant_once(cast):
    app.loader.import_default_modules()
    cast.elsewhere.is_active = False
    cast.elsewhere.save()
    app.tasks["notices.find_due"].apply().get()
    app.tasks["notices.deliver_due"].apply().get()
    assert list(OutboxMessage.objects.order_by("pk").values_list("task", "tenant_id")) == [
        ("notices.find_due_in_tenant", cast.tenant.pk),
        ("notices.deliver_due_in_tenant", cast.tenant.pk),
    ]


def test_from_the_tick_to_the_mail(cast, shelf, give_address, run_jobs):
    give_address(cast.secretary)

    def due(day):
        # Each tenant is asked in its own scope.
        found = Unit.objects.filter(pk=cast.hongqi.pk)
        return [reminder(unit, [cast.secretary.post_id]) for unit in found]

    shelf.register(ReminderRule("a", "甲", due=due))
    for _ in range(2):
        app.tasks["notices.find_due"].apply().get()
        app.tasks["notices.deliver_due"].apply().get()
        assert run_jobs() == 4
    assert Notice.objects.count() == 1
    assert len(mail.outbox) == 1
    with tenant_scope(cast.elsewhere.pk):
        assert Notice.objects.count() == 0
