from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.foundation.calendar.models import CalendarDay
from gongjian.foundation.calendar.working_days import (
    corrections,
    is_working_day,
    working_days_until,
    working_deadline,
)

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # 2025: 春节 28 January to 4 February, with two weekends moved.
        (date(2025, 1, 1), False),
        (date(2025, 1, 26), True),
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),
        (date(2025, 4, 4), False),
        (date(2025, 4, 27), True),
        (date(2025, 5, 1), False),
        (date(2025, 5, 5), False),
        (date(2025, 6, 2), False),
        # 2025: 国庆 and 中秋 together, 1 to 8 October.
        (date(2025, 9, 28), True),
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),
        (date(2025, 10, 12), False),
        # 2026: 元旦 1 to 3 January, 春节 15 to 23 February.
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 4, 6), False),
        (date(2026, 5, 9), True),
        (date(2026, 6, 19), False),
        # 2026: 中秋 25 to 27 September, 国庆 1 to 7 October.
        (date(2026, 9, 20), True),
        (date(2026, 9, 25), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        # An ordinary week.
        (date(2026, 3, 20), True),
        (date(2026, 3, 21), False),
        (date(2026, 3, 22), False),
    ],
)
def test_holidays_and_moved_weekends(day, works):
    assert is_working_day(day) is works


def test_beyond_the_published_years_monday_to_friday_is_assumed():
    assert is_working_day(date(2040, 10, 1))
    assert not is_working_day(date(2040, 10, 6))


def test_a_correction_wins_over_the_calendar(db):
    CalendarDay.objects.create(day=date(2026, 3, 20), is_working=False, note="停电")
    CalendarDay.objects.create(day=date(2026, 3, 21), is_working=True, note="补班")
    corrected = corrections()
    assert not is_working_day(date(2026, 3, 20), corrected)
    assert is_working_day(date(2026, 3, 21), corrected)
    assert working_deadline(date(2026, 3, 19), 1, corrected) == date(2026, 3, 21)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 30), 8, date(2026, 10, 16)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 3, 20), 0, date(2026, 3, 20)),
    ],
)
def test_deadlines_are_counted_in_working_days(start, days, end):
    assert working_deadline(start, days) == end


@given(DAYS, st.integers(1, 60))
def test_a_deadline_is_a_working_day_that_many_working_days_away(start, days):
    end = working_deadline(start, days)
    assert is_working_day(end)
    assert working_days_until(start, end) == days


@given(DAYS, st.integers(1, 60))
def test_counting_back_is_counting_forward_from_the_other_end(end, days):
    start = working_deadline(end, -days)
    assert is_working_day(start)
    counted = sum(is_working_day(start + timedelta(n)) for n in range((end - start).days))
    assert counted == days


@given(DAYS, DAYS)
def test_the_distance_back_is_the_distance_there(one, other):
    assert working_days_until(one, other) == -working_days_until(other, one)


@given(DAYS, DAYS, DAYS)
def test_distances_add_up(first, second, third):
    a, b, c = sorted([first, second, third])
    assert working_days_until(a, b) + working_days_until(b, c) == working_days_until(a, c)
