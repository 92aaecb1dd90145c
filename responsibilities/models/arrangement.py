"""How a period is to be filed, set down before it is opened (年度安排)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from orgs.enums import Category, Level
from responsibilities.models.returns import QUARTERLY


def filing_levels() -> list[str]:
    """Who files by itself unless the office says otherwise."""
    return [Level.GRASSROOTS.value]


def usual_steps() -> list[int]:
    """Working days around the deadline on which units are reminded."""
    return [-10, -3, 0, 1, 5]


class Arrangement(TenantOwned):
    """What is asked in one period: which form, of which units, reminded of when.

    The window, the hour and the lock stand in the period itself. All of it may
    be changed until the period is opened; the form's newest published version
    is taken then, and what is owed follows from the units of that day.
    """

    period = models.ForeignKey(
        "calendar.Period",
        on_delete=models.PROTECT,
        related_name="arrangements",
        verbose_name="期间",
    )
    form_key = models.SlugField("报表", max_length=30, default=QUARTERLY, db_index=False)
    levels = ArrayField(
        models.CharField(max_length=20, choices=Level),
        verbose_name="填报层级",
        default=filing_levels,
    )
    categories = ArrayField(
        models.CharField(max_length=20, choices=Category),
        verbose_name="单位类别",
        default=list,
        blank=True,
    )
    #: Chosen one by one; where there are any, level and category do not count.
    unit_ids = ArrayField(
        models.BigIntegerField(), verbose_name="指定单位", default=list, blank=True
    )
    reminders = ArrayField(models.SmallIntegerField(), verbose_name="提醒", default=usual_steps)
    opens_itself = models.BooleanField("到日自动开启", default=True)
    arranged_by = models.CharField("安排人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "年度安排"
        ordering = ["period__opens_on", "id"]
        constraints = [
            *wall("responsibilities_arrangement", period_id="calendar_period"),
            models.UniqueConstraint(fields=["tenant", "period"], name="arrangement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.period}安排"

    def get_absolute_url(self) -> str:
        return f"{reverse('responsibilities:year')}?year={self.period.year}"

    @property
    def whom(self) -> str:
        """The units asked, in words."""
        if self.unit_ids:
            return "指定的"
        kinds: dict[Any, Any] = dict(Category.choices)
        if self.categories:
            return "、".join(str(kinds[one]) for one in self.categories)
        levels: dict[Any, Any] = dict(Level.choices)
        return "全部" + "、".join(str(levels[one]) for one in self.levels)
