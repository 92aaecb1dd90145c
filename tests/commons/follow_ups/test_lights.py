"""Deadlines in working days over the holidays of 2026, by a table made by hand.

调休 of the State Council's notice for 2026: National Day 1 to 7 October with
work on 20 September and 10 October; Spring Festival 15 to 23 February with
work on 14 and 28 February.
"""

from __future__ import annotations

from datetime import date

import pytest

from gongjian.commons.follow_ups.enums import Light
from gongjian.commons.follow_ups.lights import light_of
from gongjian.foundation.calendar.working_days import working_days_until, working_deadline

# Given out, working days, due.
DEADLINES = [
    ("09-14", 1, "09-15"), ("09-14", 5, "09-20"), ("09-17", 1, "09-18"), ("09-18", 1, "09-20"),
    ("09-18", 2, "09-21"), ("09-19", 1, "09-20"), ("09-20", 1, "09-21"), ("09-21", 3, "09-24"),
    ("09-24", 1, "09-28"), ("09-25", 1, "09-28"), ("09-28", 2, "09-30"), ("09-29", 1, "09-30"),
    ("09-29", 2, "10-08"), ("09-30", 1, "10-08"), ("09-30", 2, "10-09"), ("09-30", 3, "10-10"),
    ("09-30", 4, "10-12"), ("10-01", 1, "10-08"), ("10-05", 3, "10-10"), ("10-08", 2, "10-10"),
    ("10-09", 1, "10-10"), ("10-10", 1, "10-12"), ("10-10", 5, "10-16"), ("10-12", 20, "11-09"),
    ("02-02", 5, "02-09"), ("02-09", 5, "02-14"), ("02-12", 1, "02-13"), ("02-13", 1, "02-14"),
    ("02-13", 2, "02-24"), ("02-14", 1, "02-24"), ("02-15", 1, "02-24"), ("02-20", 3, "02-26"),
    ("02-24", 4, "02-28"), ("02-26", 2, "02-28"), ("02-27", 1, "02-28"), ("02-27", 2, "03-02"),
    ("02-28", 1, "03-02"), ("02-13", 10, "03-05"), ("01-30", 10, "02-13"), ("02-10", 20, "03-16"),
]  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(("given", "days", "due"), DEADLINES)
def test_a_deadline_in_working_days_skips_holidays_and_counts_moved_weekends(given, days, due):
    assert working_deadline(day(given), days) == day(due)
    assert working_days_until(day(given), day(due)) == days


@pytest.mark.parametrize(
    ("today", "light"),
    [
        ("09-21", Light.NONE),
        ("09-28", Light.BLUE),  # 29, 30 September, 8, 9, 10 October are left
        ("10-07", Light.BLUE),  # the holidays themselves bring nothing nearer
        ("10-08", Light.YELLOW),
        ("10-10", Light.YELLOW),
        ("10-11", Light.RED),
    ],
)
def test_lights_count_working_days_across_the_national_holidays(today, light):
    assert light_of(day("10-10"), day(today)) == light
