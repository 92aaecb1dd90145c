"""The press review (剪报) and the page that is open to everybody."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall


class PressReview(TenantOwned):
    """A numbered press review. What it holds is frozen when it is made."""

    title = models.CharField("名称", max_length=60)
    year = models.PositiveSmallIntegerField("年度", editable=False)
    number = models.PositiveSmallIntegerField("期号", editable=False)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    note = models.TextField("编者按", max_length=400, blank=True)
    made_by = models.CharField("编印人", max_length=200, editable=False)
    made_on = models.DateField("编印日期", editable=False)
    frozen = models.JSONField(default=list, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "剪报"
        ordering = ["-year", "-number"]
        constraints = [
            *wall("publicity_pressreview"),
            models.UniqueConstraint(
                fields=["tenant", "year", "number"], name="publicity_review_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}{self.year}年第{self.number}期"

    def get_absolute_url(self) -> str:
        return reverse("publicity:pressreview_detail", args=[self.pk])


class PublicPage(TenantOwned):
    """媒体报道, open without an account while the office says so."""

    is_open = models.BooleanField("对外公开", default=False)
    title = models.CharField("页面标题", max_length=40, default="媒体看党工共建")
    intro = models.CharField("说明", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "公开页"
        constraints = [
            *wall("publicity_publicpage"),
            models.UniqueConstraint(fields=["tenant"], name="publicity_page_once"),
        ]

    def __str__(self) -> str:
        return self.title
