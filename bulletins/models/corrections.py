"""更正: what a printed issue said wrongly. The issue itself stays as it was signed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from bulletins.models.issues import Issue
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.tenancy.models import TenantOwned, wall


class Correction(TenantOwned):
    """One slip with its own number and day, counted within the year of its bulletin."""

    append_only: ClassVar[bool] = True

    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, related_name="corrections", verbose_name="简报"
    )
    series = models.ForeignKey(
        "bulletins.BulletinSeries", on_delete=models.PROTECT, related_name="+", verbose_name="刊物"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("更正编号")
    #: Title of the item as it was printed; items of a printed issue never change.
    title = models.CharField("所在稿件", max_length=100)
    wrong = models.TextField("原文", max_length=500)
    right = models.TextField("更正为", max_length=500)
    reason = models.CharField("更正原因", max_length=200)
    printed_on = models.DateField("更正日期")
    issued_by = models.CharField("签发人", max_length=200)

    class Meta(TenantOwned.Meta):
        verbose_name = "简报更正"
        ordering = ["-year", "-number"]
        constraints = [
            *wall(
                "bulletins_correction",
                issue_id="bulletins_issue",
                series_id="bulletins_bulletinseries",
            ),
            models.UniqueConstraint(
                fields=["tenant", "series", "year", "number"], name="correction_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}{self.number_words}"

    def get_absolute_url(self) -> str:
        return f"{self.issue.get_absolute_url()}#correction-{self.pk}"

    @property
    def number_words(self) -> str:
        return f"更正〔{self.year}〕{self.number}号"

    @property
    def day_words(self) -> str:
        return long_date(self.printed_on)
