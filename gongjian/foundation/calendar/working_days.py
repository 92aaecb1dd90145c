"""Working days with 调休, and deadlines counted in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import chinese_calendar

from gongjian.foundation.calendar.models import CalendarDay
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.together import LookUp

_ONE = timedelta(days=1)


@once_a_page
def corrections() -> dict[date, bool]:
    """Days corrected by hand, which win over the package's calendar."""
    return dict(CalendarDay.objects.values_list("day", "is_working"))


def corrections_ahead() -> LookUp:
    return LookUp(corrections, (), CalendarDay.objects.values_list("day", "is_working"), dict)


def is_working_day(day: date, corrected: Mapping[date, bool] | None = None) -> bool:
    """Tell whether offices work, moved weekends (调休) included.

    The package knows the years for which the State Council has published its
    notice; beyond them Monday to Friday is assumed until the table says more.
    """
    if corrected is not None and day in corrected:
        return corrected[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def working_deadline(
    opens_on: date, days: int, corrected: Mapping[date, bool] | None = None
) -> date:
    """Count working days from a day, that day itself not included; negative counts back."""
    day, left = opens_on, abs(days)
    direction = _ONE if days >= 0 else -_ONE
    while left:
        day += direction
        left -= is_working_day(day, corrected)
    return day


def working_days_until(start: date, end: date, corrected: Mapping[date, bool] | None = None) -> int:
    """Working days after ``start`` up to and including ``end``; negative once ``end`` is past."""
    if end < start:
        return -working_days_until(end, start, corrected)
    count, day = 0, start
    while day < end:
        day += _ONE
        count += is_working_day(day, corrected)
    return count
