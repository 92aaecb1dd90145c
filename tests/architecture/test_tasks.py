"""Every task of a tenant runs as a worker runs it: in its scope, with no transaction around."""

from __future__ import annotations

import pytest
from django.db import transaction

from gongjian.celery import app
from tests.factories.cast import build_cast

#: Asked for by ticks, with nothing but the tenant; the others get ids and are tested with them.
NIGHTLY = {
    "audit.seal_trail",
    "documents.revive_reports_of_tenant",
    "documents.schedule_reports_of_tenant",
    "evidence.clear_unused",
    "follow_ups.raise_overdue",
    "follow_ups.resume_due",
    "notices.deliver_due_in_tenant",
    "notices.find_due_in_tenant",
    "operations.verify_tenant",
    "points.settle_ended",
    "responsibilities.open_due_periods",
    "responsibilities.recompute_totals",
    "responsibilities.refresh_totals",
    "search.index_missing",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(NIGHTLY))
def test_a_nightly_task_opens_its_own_transactions(transactional_db, name):
    app.loader.import_default_modules()
    with transaction.atomic():
        cast = build_cast()
    app.tasks[name].apply(args=(cast.tenant.pk, {}), throw=True)


def test_every_tick_fans_out_to_a_task_that_is_run_here():
    import re
    from pathlib import Path

    root = Path(__file__).parents[2]
    named = {
        task
        for path in root.glob("**/tasks.py")
        if "tests" not in path.parts and ".venv" not in path.parts
        for task in re.findall(r'fan_out\(\s*"([\w.]+)"', path.read_text(encoding="utf-8"))
    }
    assert named == NIGHTLY
