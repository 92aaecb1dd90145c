"""Deadlines with an hour, and the lock some days after them (逾期封表)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from gongjian.foundation.calendar.deadlines import moment_of, spoken, spoken_moment
from gongjian.foundation.kernel.dates import SHANGHAI, today
from gongjian.foundation.kernel.errors import StateConflict
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.duties import duties_of
from responsibilities.queries.duty_rates import rates_of
from responsibilities.queries.locks import is_shut, lock_reason, locks_at
from responsibilities.queries.returns import progress_of
from responsibilities.services.duties import ask_extension, extend_many, grant_extension
from responsibilities.services.returns import declare_nil, save_cells, start_return, submit_return
from responsibilities.services.review import send_back_return
from tests.factories.returns import fill, make_due, open_quarter, start, submitted


@pytest.fixture
def opened(cast):
    period, _ = open_quarter(cast)
    return period


def _lock(period, days: int | None) -> None:
    period.locks_after = days
    period.save(update_fields=["locks_after"])


def _owed(unit, period) -> Obligation:
    return Obligation.objects.select_related("unit", "period", "form").get(unit=unit, period=period)


def test_without_an_hour_a_day_counts_to_its_end():
    assert moment_of(date(2026, 4, 13)) == datetime(2026, 4, 14, tzinfo=SHANGHAI)
    assert moment_of(date(2026, 4, 13), time(12)) == datetime(2026, 4, 13, 12, tzinfo=SHANGHAI)
    assert spoken(date(2026, 4, 13), time(12)) == "2026年4月13日12:00"
    assert spoken_moment(datetime(2026, 4, 14, tzinfo=SHANGHAI)) == "2026年4月13日24:00"


@pytest.mark.parametrize("hour", [None, time(12), time(17, 30)])
@pytest.mark.parametrize("extended", [None, 3])
def test_the_database_and_python_agree_on_the_moment(cast, opened, hour, extended):
    owed = _owed(cast.hongqi, opened)
    owed.due_time = hour
    owed.extended_to = None if extended is None else owed.due_on + timedelta(days=extended)
    owed.save()
    owed.refresh_from_db()
    assert owed.deadline_at == owed.deadline_moment


def test_a_return_after_noon_is_late_everywhere(cast, opened):
    noon = time(12)
    Obligation.objects.filter(period=opened).update(due_on=today(), due_time=noon)
    for unit, actor, at in (
        (cast.hongqi, cast.secretary, time(11, 59)),
        (cast.xinghuo, cast.neighbour, noon),
    ):
        row = submitted(cast, unit, opened, actor)
        moment = datetime.combine(today(), at, tzinfo=SHANGHAI)
        QuarterlyReturn.objects.filter(pk=row.pk).update(first_submitted_at=moment)
    assert progress_of(cast.dongfeng, opened).on_time == 1
    rates = rates_of(cast.dongfeng, opened)
    assert (rates.on_time, rates.late) == (1, 1)


def test_what_is_due_at_noon_is_overdue_in_the_afternoon(cast, opened):
    past = timezone.localtime() - timedelta(minutes=2)
    Obligation.objects.filter(period=opened).update(due_on=past.date(), due_time=past.time())
    assert duties_of(opened, cast.hongqi.path).get().standing == "overdue"
    Obligation.objects.filter(period=opened).update(due_on=today(), due_time=None)
    assert duties_of(opened, cast.hongqi.path).get().standing == "owed"


def test_nothing_locks_unless_the_period_says_so(cast, opened):
    make_due(opened, today() - timedelta(days=200))
    owed = _owed(cast.hongqi, opened)
    assert lock_reason(owed) == ""
    assert submitted(cast, cast.hongqi, opened, cast.secretary).state == "submitted"


def test_a_locked_return_takes_nothing_in(cast, opened):
    row = fill(start(cast, cast.hongqi, opened, cast.secretary), cast.secretary)
    make_due(opened, today() - timedelta(days=4))
    _lock(opened, 3)
    owed = _owed(cast.hongqi, opened)
    assert locks_at(owed) == moment_of(today() - timedelta(days=1))
    assert "申请延期" in lock_reason(owed)
    with pytest.raises(StateConflict, match="封表"):
        save_cells(row, actor=cast.secretary, changes={"Z201": "1"}, base={})
    with pytest.raises(StateConflict, match="封表"):
        declare_nil(row, actor=cast.secretary, reason="无")
    with pytest.raises(StateConflict, match="封表"):
        submit_return(row, actor=cast.secretary)
    with pytest.raises(StateConflict, match="封表"):
        start_return(_owed(cast.xinghuo, opened), actor=cast.neighbour)
    # 代报 is no way around it.
    with pytest.raises(StateConflict, match="封表"):
        submit_return(row, actor=cast.township)


def test_the_lock_waits_for_its_day(cast, opened):
    make_due(opened, today() - timedelta(days=3))
    _lock(opened, 3)
    owed = _owed(cast.hongqi, opened)
    shut = locks_at(owed)
    assert shut is not None
    assert lock_reason(owed, shut - timedelta(seconds=1)) == ""
    assert lock_reason(owed, shut)


def test_an_extension_lets_a_unit_in_again(cast, opened):
    make_due(opened, today() - timedelta(days=10))
    _lock(opened, 0)
    owed = _owed(cast.hongqi, opened)
    assert lock_reason(owed)
    asked = ask_extension(
        owed, actor=cast.secretary, until=today() + timedelta(days=2), reason="换届"
    )
    grant_extension(asked, actor=cast.township)
    assert lock_reason(_owed(cast.hongqi, opened)) == ""
    assert submitted(cast, cast.hongqi, opened, cast.secretary).state == "submitted"
    assert lock_reason(_owed(cast.xinghuo, opened))
    done = extend_many(
        [_owed(cast.xinghuo, opened).pk],
        actor=cast.office,
        until=today() + timedelta(days=1),
        reason="补报窗口",
    )
    assert done.done == 1
    assert lock_reason(_owed(cast.xinghuo, opened)) == ""


def test_what_was_sent_back_may_be_corrected_after_the_lock(cast, opened):
    row = submitted(cast, cast.hongqi, opened, cast.secretary)
    make_due(opened, today() - timedelta(days=10))
    _lock(opened, 1)
    row = send_back_return(row, actor=cast.township, reason="请核对")
    assert submit_return(row, actor=cast.secretary).state == "submitted"


def test_the_list_and_the_single_look_agree(cast, opened):
    submitted(cast, cast.hongqi, opened, cast.secretary)
    make_due(opened, today() - timedelta(days=4))
    _lock(opened, 2)
    listed = set(Obligation.objects.filter(is_shut(), period=opened).values_list("pk", flat=True))
    single = {owed.pk for owed in Obligation.objects.select_related("period") if lock_reason(owed)}
    assert listed == single
    assert _owed(cast.hongqi, opened).pk not in listed
    assert listed
