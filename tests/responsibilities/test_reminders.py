from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.queries import stage_label
from gongjian.commons.notices.services import find_due
from gongjian.commons.notices.shelf import reminder_rules
from gongjian.foundation.calendar.models import CalendarDay
from gongjian.foundation.kernel.dates import SHANGHAI
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.reminders import returns_due, reviews_waiting
from responsibilities.services.obligations import exempt_obligation, extend_obligation
from responsibilities.services.returns import submit_return, withdraw_return
from responsibilities.services.review import accept_return, send_back_return
from responsibilities.services.targets import acknowledge_targets, propose_value
from tests.factories.planning import issue_down_to_the_village, target_of
from tests.factories.returns import fill, make_due, open_quarter, start, submitted

#: A Friday; the three working days before it are Tuesday to Thursday.
DUE = date(2026, 9, 18)


def at(day: date, hour: int = 9):
    return time_machine.travel(
        datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI), tick=False
    )


@pytest.fixture(autouse=True)
def new_year():
    """The cast takes up its posts before anything is due."""
    with at(date(2026, 1, 5)):
        yield


@pytest.fixture
def quarter(cast):
    with at(date(2026, 9, 7)):
        period, _ = open_quarter(cast)
        make_due(period, DUE)
        return period


def stages(actor, rule="responsibilities.return_due") -> list[str]:
    found = Notice.objects.filter(rule=rule, post_id=actor.post_id).order_by("pk")
    return list(found.values_list("stage", flat=True))


def sweep(first: date, last: date) -> None:
    """Ask several times a day, as a restarted clock does."""
    day = first
    while day <= last:
        with at(day):
            find_due(day)
            find_due(day)
        day += timedelta(days=1)


def test_who_files_is_told_around_the_deadline_and_the_superior_at_the_end(cast, quarter):
    sweep(date(2026, 9, 8), date(2026, 10, 15))

    for actor in (cast.secretary, cast.union_chair):
        assert stages(actor) == ["-10", "-3", "0", "+1", "+5"]
    own = Notice.objects.filter(
        post_id=cast.township.post_id, stage="superior", rule="responsibilities.return_due"
    )
    assert own.count() == 2
    assert not Notice.objects.filter(
        post_id=cast.county.post_id, rule="responsibilities.return_due"
    ).exists()


def test_each_step_falls_on_its_working_day(cast, quarter):
    steps = {}
    for ahead in range(16):
        day = date(2026, 9, 14) + timedelta(days=ahead)
        found = [entry.stage for entry in returns_due(day) if entry.stage != "superior"]
        steps[day] = set(found)
    assert steps[date(2026, 9, 14)] == {"-10"}
    assert steps[date(2026, 9, 15)] == {"-3"}
    assert steps[DUE] == {"0"}
    # 20 September 2026 is a Sunday on which offices work (调休).
    assert steps[date(2026, 9, 19)] == {"0"}
    assert steps[date(2026, 9, 20)] == {"+1"}
    assert steps[date(2026, 9, 23)] == {"+1"}
    assert steps[date(2026, 9, 24)] == {"+5"}


def test_a_day_corrected_by_hand_moves_the_steps(cast, quarter):
    CalendarDay.objects.create(day=date(2026, 9, 16), is_working=False, note="台风停工")
    assert {entry.stage for entry in returns_due(date(2026, 9, 14))} == {"-3"}


def test_a_missed_sweep_is_made_up_for_by_the_last_step_alone(cast, quarter):
    sweep(date(2026, 9, 23), date(2026, 9, 23))
    assert stages(cast.secretary) == ["+1"]


def test_nothing_is_said_once_it_is_filed_and_again_when_taken_back(cast, quarter):
    with at(date(2026, 9, 16)):
        row = submitted(cast, cast.hongqi, quarter, cast.secretary)
    sweep(date(2026, 9, 16), DUE)
    assert stages(cast.secretary) == []
    with at(DUE):
        withdraw_return(row, actor=cast.secretary)
    sweep(DUE, DUE)
    assert stages(cast.secretary) == ["0"]


def test_a_return_sent_back_is_no_longer_due(cast, quarter):
    with at(date(2026, 9, 16)):
        row = submitted(cast, cast.hongqi, quarter, cast.secretary)
        send_back_return(row, actor=cast.township, reason="请核对")
    sweep(date(2026, 9, 16), date(2026, 9, 30))
    assert stages(cast.secretary) == []


def test_an_extension_moves_the_steps_and_starts_them_anew(cast, quarter):
    sweep(date(2026, 9, 15), date(2026, 9, 15))
    with at(date(2026, 9, 16)):
        extend_obligation(
            Obligation.objects.get(unit=cast.hongqi),
            actor=cast.township,
            until=date(2026, 9, 30),
            reason="换届",
        )
    sweep(date(2026, 9, 16), date(2026, 9, 30))

    assert stages(cast.secretary) == ["-3", "-10@20260930", "-3@20260930", "0@20260930"]
    assert stage_label("-3@20260930") == "截止前3个工作日"
    assert "+5" in stages(cast.neighbour)


def test_who_is_exempt_or_closed_is_left_in_peace(cast, quarter):
    with at(date(2026, 9, 10)):
        exempt_obligation(
            Obligation.objects.get(unit=cast.hongqi), actor=cast.office, reason="停产"
        )
    type(cast.xinghuo).objects.filter(pk=cast.xinghuo.pk).update(closed_on=date(2026, 9, 1))
    sweep(date(2026, 9, 15), DUE)
    assert stages(cast.secretary) == []
    assert stages(cast.neighbour) == []


def test_reviewers_are_told_after_two_and_five_working_days(cast, quarter):
    with at(date(2026, 9, 17)):
        row = submitted(cast, cast.hongqi, quarter, cast.secretary)
    # Friday is the first working day, the Sunday that is worked the second.
    assert list(reviews_waiting(date(2026, 9, 19))) == []
    sweep(date(2026, 9, 20), date(2026, 9, 22))
    rule = "responsibilities.review_waiting"
    assert stages(cast.township, rule) == ["waiting@20260917"]
    assert stages(cast.county, rule) == []
    sweep(date(2026, 9, 23), date(2026, 9, 24))
    assert stages(cast.township, rule) == ["waiting@20260917", "waiting5@20260917"]
    assert stages(cast.county, rule) == []
    overdue = "responsibilities.review_overdue"
    assert stages(cast.county, overdue) == ["above@20260917"]
    assert stages(cast.office, overdue) == []
    may_see = reminder_rules.get(overdue).may_see
    assert may_see(cast.county, row.pk)
    assert not may_see(cast.other_county, row.pk)
    assert not may_see(cast.secretary, row.pk)

    with at(date(2026, 9, 24)):
        send_back_return(row, actor=cast.township, reason="请核对")
        row = submit_return(QuarterlyReturn.objects.get(pk=row.pk), actor=cast.secretary)
    # 国庆: 1 to 7 October count for nobody.
    sweep(date(2026, 9, 24), date(2026, 9, 29))
    assert stages(cast.township, rule)[2:] == ["waiting@20260924"]
    accept_return(row, actor=cast.township)
    assert list(reviews_waiting(date(2026, 10, 30))) == []


def test_the_holidays_are_no_working_days_for_a_deadline(cast, quarter):
    make_due(quarter, date(2026, 10, 9))
    steps = {
        day: {entry.stage for entry in returns_due(day)}
        for day in (date(2026, 9, 28), date(2026, 9, 29), date(2026, 10, 7), date(2026, 10, 9))
    }
    # Three working days before the 9th: the 8th, then 30 and 29 September.
    assert steps[date(2026, 9, 28)] == {"-10"}
    assert steps[date(2026, 9, 29)] == {"-3"}
    assert steps[date(2026, 10, 7)] == {"-3"}
    assert steps[date(2026, 10, 9)] == {"0"}


def test_a_unit_is_told_once_of_all_targets_it_has_not_acknowledged(cast):
    rule = "responsibilities.receipt_waiting"
    with at(date(2026, 3, 2)):
        plan = issue_down_to_the_village(cast)
    sweep(date(2026, 3, 3), date(2026, 3, 6))
    assert stages(cast.secretary, rule) == []
    with at(date(2026, 3, 6)):
        propose_value(
            target_of(plan, cast.xinghuo), actor=cast.neighbour, value=10, reason="职工减少"
        )
    sweep(date(2026, 3, 7), date(2026, 3, 12))
    assert stages(cast.secretary, rule) == ["receipt@20260302"]
    assert stages(cast.neighbour, rule) == []
    assert stages(cast.union_chair, rule) == []
    assert stages(cast.township, rule) == ["receipt@20260302"]

    Notice.objects.all().delete()
    acknowledge_targets(cast.hongqi, plan=plan, actor=cast.secretary)
    sweep(date(2026, 3, 13), date(2026, 3, 13))
    assert stages(cast.secretary, rule) == []


def test_delivery_asks_whether_the_holder_may_see_it(cast, quarter):
    owed = Obligation.objects.get(unit=cast.hongqi)
    due = reminder_rules["responsibilities.return_due"].may_see
    assert due(cast.secretary, owed.pk)
    assert due(cast.township, owed.pk)
    assert not due(cast.neighbour, owed.pk)
    assert not due(cast.secretary, 0)

    with at(date(2026, 9, 16)):
        row = fill(start(cast, cast.hongqi, quarter, cast.secretary), cast.secretary)
    review = reminder_rules["responsibilities.review_waiting"].may_see
    assert review(cast.township, row.pk)
    assert not review(cast.county, row.pk)
    assert not review(cast.secretary, row.pk)

    receipt = reminder_rules["responsibilities.receipt_waiting"].may_see
    assert receipt(cast.secretary, cast.hongqi.pk)
    assert not receipt(cast.union_chair, cast.hongqi.pk)
    assert not receipt(cast.neighbour, cast.hongqi.pk)


@pytest.mark.parametrize(
    "key",
    [
        "responsibilities.return_due",
        "responsibilities.review_waiting",
        "responsibilities.receipt_waiting",
    ],
)
def test_a_rule_asks_as_often_for_one_unit_as_for_four(cast, quarter, key):
    with at(date(2026, 9, 16)):
        issue_down_to_the_village(cast)
        submitted(cast, cast.hongqi, quarter, cast.secretary)
        submitted(cast, cast.xinghuo, quarter, cast.neighbour)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert list(reminder_rules[key].due(date(2026, 9, 30)))
        return len(captured)

    many = statements()
    QuarterlyReturn.objects.filter(unit=cast.xinghuo).update(submitted_at="2026-09-30T01:00Z")
    Obligation.objects.exclude(unit__in=[cast.hongqi, cast.xicheng]).exclude(
        unit__parent=cast.xicheng
    ).update(is_exempt=True)
    assert statements() == many <= 6
