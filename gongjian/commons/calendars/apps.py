"""App of the calendars."""

from __future__ import annotations

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "gongjian.commons.calendars"
    label = "calendars"
    verbose_name = "日程"

    def ready(self) -> None:
        from gongjian.commons.calendars import contributions
