"""Recognised outlets: what counts as a medium is settled before anybody argues about points."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.commons.points.enums import PointLevel
from gongjian.foundation.tenancy.models import TenantOwned, wall
from publicity.enums import Medium


class Outlet(TenantOwned):
    """A newspaper, station, site or account, with the names people write for it."""

    name = models.CharField("名称", max_length=60)
    medium = models.CharField("媒体类别", max_length=12, choices=Medium)
    level = models.CharField("层级", max_length=12, choices=PointLevel)
    aliases = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name="别名"
    )
    #: What the outlet published outside these days earns nothing.
    listed_from = models.DateField("列入名录", null=True, blank=True)
    listed_until = models.DateField("移出名录", null=True, blank=True)
    contact = models.CharField("联系人和电话", max_length=100, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "媒体"
        ordering = ["name"]
        constraints = [
            *wall("publicity_outlet"),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="publicity_outlet_name",
                violation_error_message="名录中已有这家媒体。",
            ),
            models.CheckConstraint(
                condition=models.Q(listed_until=None)
                | models.Q(listed_from=None)
                | models.Q(listed_until__gte=models.F("listed_from")),
                name="publicity_outlet_days",
                violation_error_message="移出日期不能早于列入日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("publicity:outlet_edit", args=[self.pk])

    def is_listed(self, day: date) -> bool:
        return (self.listed_from is None or self.listed_from <= day) and (
            self.listed_until is None or day <= self.listed_until
        )
