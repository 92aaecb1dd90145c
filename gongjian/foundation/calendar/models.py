"""Periods of the program year and the calendar of working days."""

from __future__ import annotations

from datetime import date

from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall


class PeriodKind(models.TextChoices):
    QUARTER = "quarter", "季度"
    HALF_YEAR = "half_year", "半年"
    YEAR = "year", "年度"


class Period(TenantOwned):
    """A stretch of days that is reported on, with the window in which it is filed.

    ``starts_on`` and ``ends_on`` are the days reported on; ``opens_on`` and
    ``due_on`` the filing window, both days included (截止日当天 24 时前有效).
    Figures are taken as of ``as_of``. The year of a union runs from 1 October,
    so nothing is derived from the calendar quarter.
    """

    kind = models.CharField("种类", max_length=12, choices=PeriodKind, default=PeriodKind.QUARTER)
    year = models.PositiveSmallIntegerField("年度")
    ordinal = models.PositiveSmallIntegerField("序号", default=1)
    name = models.CharField("名称", max_length=40)
    starts_on = models.DateField("起始日")
    ends_on = models.DateField("终止日")
    opens_on = models.DateField("开始填报日")
    due_on = models.DateField("填报截止日")
    as_of = models.DateField("统计时点")

    class Meta(TenantOwned.Meta):
        verbose_name = "期间"
        ordering = ["starts_on", "id"]
        constraints = [
            *wall("calendar_period"),
            models.UniqueConstraint(
                fields=["tenant", "kind", "year", "ordinal"],
                name="period_once",
                violation_error_message="这个期间已经存在，请直接使用。",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")),
                name="period_days_in_order",
                violation_error_message="终止日不能早于起始日，请更正。",
            ),
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("due_on")),
                name="period_window_in_order",
                violation_error_message="填报截止日不能早于开始填报日，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def share_elapsed(self, day: date) -> float:
        """Part of the period that has passed by the end of ``day``, from 0 to 1."""
        total = (self.ends_on - self.starts_on).days + 1
        return min(max((day - self.starts_on).days + 1, 0), total) / total


class CalendarDay(models.Model):
    """A day on which the official calendar is corrected by hand (调休以通知为准).

    Global: the State Council sets one calendar for all.
    """

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("是否工作日")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = "工作日调整"
        verbose_name_plural = "工作日调整"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_working else '休息'}"
