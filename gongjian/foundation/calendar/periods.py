"""Opening of the year's quarters."""

from __future__ import annotations

from datetime import date, timedelta

from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.dates import quarter_label

#: Working days after the end of a quarter within which returns are filed.
FILING_DAYS = 8


def quarter_of(year: int, ordinal: int) -> tuple[date, date]:
    """First and last day of a calendar quarter."""
    first = date(year, ordinal * 3 - 2, 1)
    following = date(year + ordinal // 4, ordinal % 4 * 3 + 1, 1)
    return first, following - timedelta(days=1)


def ensure_quarter(year: int, ordinal: int) -> Period:
    """Find or make the quarter, with the usual filing window.

    The window opens ten days before the quarter ends, so that a unit whose
    figures are final may file, and closes eight working days after it.
    """
    starts_on, ends_on = quarter_of(year, ordinal)
    period, _ = Period.objects.get_or_create(
        kind=PeriodKind.QUARTER,
        year=year,
        ordinal=ordinal,
        defaults={
            "name": quarter_label(year, ordinal),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "opens_on": ends_on - timedelta(days=10),
            "due_on": working_deadline(ends_on, FILING_DAYS, corrections()),
            "as_of": ends_on,
        },
    )
    return period


def ensure_year(year: int) -> Period:
    """Find or make the calendar year as a period."""
    ends_on = date(year, 12, 31)
    period, _ = Period.objects.get_or_create(
        kind=PeriodKind.YEAR,
        year=year,
        ordinal=1,
        defaults={
            "name": f"{year}年度",
            "starts_on": date(year, 1, 1),
            "ends_on": ends_on,
            "opens_on": ends_on - timedelta(days=10),
            "due_on": working_deadline(ends_on, FILING_DAYS, corrections()),
            "as_of": ends_on,
        },
    )
    return period
