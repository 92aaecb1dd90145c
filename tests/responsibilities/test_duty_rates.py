"""Rates of filing and review: never beyond 0–100 %, and the superior's days kept apart."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from gongjian.foundation.calendar.working_days import working_days_until
from gongjian.foundation.kernel.dates import SHANGHAI
from orgs.models import Unit
from responsibilities.models import Obligation
from responsibilities.queries.duty_rates import (
    Duty,
    DutyRates,
    Stay,
    rates_of,
    rates_of_children,
    stays_of,
    tally,
)
from responsibilities.services.obligations import exempt_obligation, extend_obligation
from responsibilities.services.returns import submit_return
from responsibilities.services.review import accept_return, send_back_return
from tests.factories.returns import make_due, open_quarter, submitted

#: The last working day before the holiday of 2026, which ends on 7 October.
DUE = date(2026, 9, 30)
#: After every day that is drawn, so that nothing is counted before it happened.
YEARS_END = date(2026, 12, 31)

days = st.dates(date(2026, 9, 1), date(2026, 11, 30))
stays = st.tuples(days, st.none() | st.integers(0, 30)).map(
    lambda pair: Stay(pair[0], None if pair[1] is None else pair[0] + timedelta(days=pair[1]))
)
duties = st.builds(
    Duty,
    path=st.sampled_from(["0001", "00010001", "000100010001", "00010002"]),
    due_on=days,
    extended_to=st.none() | days,
    is_exempt=st.booleans(),
    closed_on=st.none() | days,
    filed_on=st.none() | days,
    accepted=st.booleans(),
    stays=st.lists(stays, max_size=3).map(tuple),
)


def at(day: date, hour: int = 9):
    return time_machine.travel(
        datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI), tick=False
    )


@settings(deadline=None)
@given(owed=st.lists(duties, max_size=25))
def test_no_rate_leaves_0_to_100_and_parts_never_exceed_the_whole(owed):
    rates = tally(owed, YEARS_END, working_days_until)

    for rate in (
        rates.filing_rate,
        rates.on_time_rate,
        rates.late_rate,
        rates.accepted_rate,
        rates.review_rate,
    ):
        assert rate is None or 0 <= rate <= 100
    assert rates.accepted <= rates.filed <= rates.expected
    assert rates.on_time + rates.late == rates.filed
    assert rates.filed + rates.overdue == rates.due <= rates.expected
    assert rates.expected + rates.exempt + rates.left == len(owed)
    assert rates.reviews_in_time <= rates.reviews
    assert rates.days_late >= 0
    assert rates.days_waited >= 0


@settings(deadline=None)
@given(owed=st.lists(duties, max_size=25), cut=st.integers(0, 25))
def test_branches_add_up_to_the_whole(owed, cut):
    whole = tally(owed, YEARS_END, working_days_until)
    parts = [tally(part, YEARS_END, working_days_until) for part in (owed[:cut], owed[cut:])]

    for field in DutyRates.__dataclass_fields__:
        assert getattr(whole, field) == sum(getattr(part, field) for part in parts)


def test_stays_end_with_an_answer_and_what_was_taken_back_is_nobodys():
    def act(name: str, day: int) -> tuple[str, date]:
        return f"responsibilities.return.{name}", date(2026, 9, day)

    assert stays_of(
        [
            act("submitted", 1),
            act("withdrawn", 2),
            act("submitted", 3),
            act("sent_back", 7),
            act("filed_on_behalf", 8),
        ]
    ) == (Stay(date(2026, 9, 3), date(2026, 9, 7)), Stay(date(2026, 9, 8)))


def test_who_owes_nothing_yet_has_no_rate():
    assert DutyRates().filing_rate is None
    soon = tally([Duty("0001", due_on=DUE)], DUE, working_days_until)
    # On the last day itself the unit still has time.
    assert (soon.filing_rate, soon.on_time_rate, soon.overdue) == (Decimal("0.0"), None, 0)


@pytest.fixture
def quarter(cast):
    """A quarter due on the eve of the holiday, opened when nobody is late."""
    with at(date(2026, 9, 21)):
        period, _ = open_quarter(cast)
        make_due(period, DUE)
        yield period


def test_a_holiday_makes_nobody_later_and_the_reviewers_days_stand_apart(cast, quarter):
    with at(date(2026, 9, 29)):
        row = submitted(cast, cast.hongqi, quarter, cast.secretary)
    with at(date(2026, 10, 9)):
        rates = rates_of(cast.dongfeng, quarter)

    # 星火 is two working days late (8 and 9 October); 红旗 waits three at the township.
    assert (rates.expected, rates.filed, rates.on_time, rates.overdue) == (2, 1, 1, 1)
    assert (rates.days_late, rates.waiting, rates.days_waited) == (2, 1, 3)
    assert rates.review_rate is None

    with at(date(2026, 10, 15)):
        # 10 October is a working Saturday (调休), so this is the eighth day: too late.
        rates = rates_of(cast.dongfeng, quarter)
        assert (rates.days_waited, rates.review_rate) == (8, 0)
        row = send_back_return(row, actor=cast.township, reason="", remarks={"Z203": "请核对"})
    with at(date(2026, 10, 16)):
        row = submit_return(row, actor=cast.secretary)
        accept_return(row, actor=cast.township)
        rates = rates_of(cast.dongfeng, quarter)

    # The second, prompt round is counted beside the first; the unit stays on time.
    assert (rates.reviews, rates.reviews_in_time, rates.waiting) == (2, 1, 0)
    assert (rates.accepted, rates.on_time, rates.late) == (1, 1, 0)


def test_extended_exempt_and_closed_units(cast, quarter):
    def owed(unit: Unit) -> Obligation:
        return Obligation.objects.get(unit=unit, period=quarter)

    exempt_obligation(owed(cast.xinghuo), actor=cast.office, reason="停产")
    later = date(2026, 10, 12)
    extend_obligation(owed(cast.hongqi), actor=cast.township, until=later, reason="换届")
    changjie = Unit.objects.get(name="长街社区")
    Unit.objects.filter(pk=changjie.pk).update(closed_on=date(2026, 9, 25))
    with at(date(2026, 10, 12)):
        submitted(cast, cast.hongqi, quarter, cast.secretary)
        rates = rates_of(cast.qinghe, quarter)
        children = dict(rates_of_children(cast.qinghe, quarter))

    assert (rates.expected, rates.exempt, rates.left, rates.extended) == (1, 1, 1, 1)
    assert rates.filing_rate == rates.on_time_rate == 100
    assert children[cast.dongfeng].expected == 1
    assert children[cast.xicheng].left == 1


def test_a_branch_costs_the_same_statements_whatever_its_size(cast, quarter):
    def cost(unit: Unit) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rates_of_children(unit, quarter)
        return len(queries)

    submitted(cast, cast.hongqi, quarter, cast.secretary)
    assert cost(cast.dongfeng) == cost(cast.city) == 4
