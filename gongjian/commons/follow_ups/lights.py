"""Lights of follow-ups: how near the day is, in working days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from gongjian.commons.follow_ups.enums import Light
from gongjian.foundation.calendar.working_days import working_days_until

#: Working days left from which the light is blue, and from which it is yellow.
BLUE_FROM, YELLOW_FROM = 5, 2


def light_of(due_on: date, day: date, corrected: Mapping[date, bool] | None = None) -> Light:
    """Blue from five working days before the day, yellow from two, red once it has passed.

    The day itself still counts: what is due today is yellow until midnight,
    even when today is a day off.
    """
    if day > due_on:
        return Light.RED
    left = working_days_until(day, due_on, corrected)
    if left <= YELLOW_FROM:
        return Light.YELLOW
    return Light.BLUE if left <= BLUE_FROM else Light.NONE
