"""To which posts the dashboard of their unit is sent, and when (定期简报)."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from responsibilities.enums import Weekday


class BriefingPlan(TenantOwned):
    """One post that is sent its own unit's figures, weekly, after a deadline, or both."""

    reach_path = "post__unit__path"

    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="briefings", verbose_name="接收职务"
    )
    weekday = models.PositiveSmallIntegerField(
        "每周", choices=Weekday, null=True, blank=True, help_text="逢节假日顺延到下一个工作日。"
    )
    after_deadline = models.BooleanField("各期截止后的第一个工作日", default=True)
    set_by = models.CharField("设置人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "定期简报"
        ordering = ["post__unit__path", "id"]
        constraints = [
            *wall("responsibilities_briefingplan", post_id="orgs_post"),
            models.UniqueConstraint(
                fields=["tenant", "post"],
                name="briefing_once",
                violation_error_message="这个职务已经设置了简报，请直接修改。",
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__isnull=False) | models.Q(after_deadline=True),
                name="briefing_has_a_day",
                violation_error_message="请至少选择一个发送时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post}简报"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:briefing_list")
