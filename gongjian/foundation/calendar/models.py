"""Periods of the program year and the calendar of working days."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models

from gongjian.foundation.calendar.deadlines import moment_of, spoken
from gongjian.foundation.tenancy.models import TenantOwned, wall


class PeriodKind(models.TextChoices):
    QUARTER = "quarter", "季度"
    HALF_YEAR = "half_year", "半年"
    YEAR = "year", "年度"
    #: The program year of the union, where it differs from the calendar's.
    UNION_YEAR = "union_year", "工会年度"
    #: Asked once, with a form and units of its own; it overlaps the others.
    SPECIAL = "special", "专项"


class Period(TenantOwned):
    """A stretch of days that is reported on, with the window in which it is filed.

    ``starts_on`` and ``ends_on`` are the days reported on; ``opens_on`` and
    ``due_on`` the filing window, both days included (截止日当天 24 时前有效).
    Figures are taken as of ``as_of``. The year of a union runs from 1 October,
    so nothing is derived from the calendar quarter. A period is filed on one
    form: what is asked beside it, such as of the half-year, is a period too.
    """

    kind = models.CharField("种类", max_length=12, choices=PeriodKind, default=PeriodKind.QUARTER)
    year = models.PositiveSmallIntegerField("年度")
    ordinal = models.PositiveSmallIntegerField("序号", default=1)
    name = models.CharField("名称", max_length=40)
    starts_on = models.DateField("起始日")
    ends_on = models.DateField("终止日")
    opens_on = models.DateField("开始填报日")
    due_on = models.DateField("填报截止日")
    #: Without an hour the due day counts up to 24:00.
    due_time = models.TimeField("截止时刻", null=True, blank=True)
    #: Days past its deadline after which a unit that has not filed is shut out; empty never.
    locks_after = models.PositiveSmallIntegerField("逾期封表天数", null=True, blank=True)
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

    @property
    def due_label(self) -> str:
        """The deadline as it is announced to units."""
        return spoken(self.due_on, self.due_time)

    @property
    def due_moment(self) -> datetime:
        return moment_of(self.due_on, self.due_time)

    @property
    def quarters_over(self) -> int:
        """Quarters of the program year that the period's figures cover, from 1 to 4."""
        if self.kind == PeriodKind.QUARTER:
            return min(self.ordinal, 4)
        return min(self.ordinal * 2, 4) if self.kind == PeriodKind.HALF_YEAR else 4

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
