"""The office's own words for reminders."""

from __future__ import annotations

from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall
from responsibilities.wording import LONGEST_BODY, LONGEST_TITLE


class ReminderWording(TenantOwned):
    """What one reminder says in this tenant; without a row the usual words stand."""

    rule = models.CharField("提醒规则", max_length=80)
    stage = models.CharField("阶段", max_length=20)
    title = models.CharField("标题", max_length=LONGEST_TITLE)
    body = models.CharField("内容", max_length=LONGEST_BODY, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "提醒用语"
        ordering = ["rule", "id"]
        constraints = [
            *wall("responsibilities_reminderwording"),
            models.UniqueConstraint(
                fields=["tenant", "rule", "stage"],
                name="reminder_wording_once",
                violation_error_message="这条提醒已经有自己的用语，请刷新后修改。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
