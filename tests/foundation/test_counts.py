"""What every page costs before it has asked anything itself, and counting in one statement."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongjian.foundation.tenancy.counts import ask_together, count_all
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Appointment, Unit

#: Session; account with its terms; beginning and end of the transaction; bell and badges.
FRAME = 5


@pytest.mark.parametrize("name", ["secretary", "office", "county", "leader", "auditor"])
def test_the_frame_of_a_page_costs_five_statements(cast, sign_in, name):
    client = sign_in(getattr(cast, name))
    client.get(reverse("web:design"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("web:design")).status_code == 200
    assert len(captured) <= FRAME


def test_many_counts_take_one_statement(cast):
    units = Unit.objects.all()
    questions = [
        units,
        None,
        units.none(),
        units.filter(parent=cast.city).order_by("name"),
        units.order_by("path")[:2],
        units.values("level").distinct(),
        Appointment.objects.filter(user_id=cast.secretary.user_id),
    ]
    with CaptureQueriesContext(connection) as captured:
        counts = count_all(questions)
    assert len(captured) == 1
    assert counts == [0 if asked is None else asked.count() for asked in questions]


def test_nothing_to_count_asks_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert count_all([None, Unit.objects.none()]) == [0, 0]


def test_counts_stay_within_the_tenant(cast):
    with tenant_scope(cast.elsewhere.pk):
        there = count_all([Unit.objects.all()])
    assert there != count_all([Unit.objects.all()])


def test_askers_are_answered_together_and_fetch_only_what_is_there(cast):
    def some():
        (villages, none) = yield [Unit.objects.filter(parent=cast.dongfeng), None]
        return [unit.name for unit in villages], list(none), villages.count

    def nobody():
        (missing,) = yield [Unit.objects.filter(name="没有的单位")]
        return list(missing), [], missing.count

    at_once = ([], [], 0)
    with CaptureQueriesContext(connection) as captured:
        found = ask_together([some(), at_once, nobody()])
    # One to count, one to fetch; what is not there is not fetched.
    assert len(captured) == 2
    assert found[0][2] == len(found[0][0]) > 0
    assert found[1:] == [at_once, at_once]
