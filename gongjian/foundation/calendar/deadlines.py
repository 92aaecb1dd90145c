"""The moment at which a deadline passes, and how it is spoken of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from gongjian.foundation.kernel.dates import SHANGHAI, long_date


def moment_of(day: date, at: time | None = None) -> datetime:
    """The first moment that is too late; without an hour the day counts up to 24:00."""
    if at is None:
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=SHANGHAI)
    return datetime.combine(day, at, tzinfo=SHANGHAI)


def hour_label(at: time | None) -> str:
    """``12:00`` or ``24:00``, as offices write the end of a day."""
    return "24:00" if at is None else f"{at:%H:%M}"


def spoken(day: date, at: time | None = None) -> str:
    """A deadline as it is announced; the hour is named where it is not the end of the day."""
    return long_date(day) if at is None else f"{long_date(day)}{at:%H:%M}"


def spoken_moment(moment: datetime) -> str:
    """A moment with its hour; midnight belongs to the day that it ends."""
    local = moment.astimezone(SHANGHAI)
    if local.time() == time():
        return f"{long_date(local.date() - timedelta(days=1))}24:00"
    return f"{long_date(local.date())}{local:%H:%M}"
