"""Dates in the spellings of Chinese offices."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DIGITS = "〇一二三四五六七八九"
_QUARTERS = "一二三四"


def today() -> date:
    """The current day in Shanghai, whatever zone the machine is in."""
    return datetime.now(SHANGHAI).date()


def long_date(day: date) -> str:
    """``2026年7月1日``: Arabic figures without padding, as GB/T 9704 asks."""
    return f"{day.year}年{day.month}月{day.day}日"


def year_in_words(year: int) -> str:
    """``二〇二六``, for titles on screen."""
    return "".join(_DIGITS[int(digit)] for digit in str(year))


def quarter_label(year: int, quarter: int) -> str:
    return f"{year}年第{_QUARTERS[quarter - 1]}季度"
