"""A working Thursday, and a shelf that holds only what the test put there."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine

from gongjian.commons.notices.shelf import reminder_rules
from gongjian.foundation.kernel.dates import SHANGHAI
from orgs.models import User


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 9, 24, 8, 0, tzinfo=SHANGHAI), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    monkeypatch.setattr(reminder_rules, "_entries", {})
    return reminder_rules


@pytest.fixture
def give_address():
    """Enter the e-mail address of people, without which they are not mailed."""

    def give(*actors):
        for actor in actors:
            User.objects.filter(pk=actor.user_id).update(email=f"user{actor.user_id}@example.test")

    return give
