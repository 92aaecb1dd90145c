"""What stands around a review: delegations, phrases and messages."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantOwned, wall
from responsibilities.models.returns import QuarterlyReturn


class ReviewDelegation(TenantOwned):
    """Review handed to another person for some days (委托审核).

    The right itself is a dated term in a post of its own at the giver's unit,
    so that it ends by its date like every other term and the post's name
    carries the giver. This row keeps who gave it, to whom and why.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    giver_post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="+", verbose_name="委托职务"
    )
    giver_label = models.CharField("委托人", max_length=200)
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="受托人"
    )
    receiver_label = models.CharField("受托人及职务", max_length=200)
    appointment = models.ForeignKey(
        "orgs.Appointment", on_delete=models.PROTECT, related_name="+", verbose_name="任期"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    reason = models.CharField("理由", max_length=200)
    ended_on = models.DateField("提前结束日期", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "委托审核"
        ordering = ["-starts_on", "-id"]
        constraints = [
            *wall(
                "responsibilities_reviewdelegation",
                unit_id="orgs_unit",
                giver_post_id="orgs_post",
                appointment_id="orgs_appointment",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="delegation_days_in_order",
                violation_error_message="结束日期不能早于开始日期，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_label}委托{self.receiver_label}"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:delegation_list")

    def standing(self, day: date | None = None) -> str:
        """``running``, ``planned`` or ``closed`` on a day."""
        day = day or today()
        if self.ended_on is not None or day > self.ends_on:
            return "closed"
        return "planned" if day < self.starts_on else "running"


class ReviewPhrase(TenantOwned):
    """A remark that reviewers write often (常用意见), kept by the office."""

    text = models.CharField("常用意见", max_length=100)
    sort_order = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("使用中", default=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "常用审核意见"
        ordering = ["sort_order", "id"]
        constraints = [
            *wall("responsibilities_reviewphrase"),
            models.UniqueConstraint(
                fields=["tenant", "text"],
                condition=models.Q(is_active=True),
                name="review_phrase_once",
                violation_error_message="这条常用意见已经有了，不必重复添加。",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ReturnMessage(TenantOwned):
    """A question or answer between reviewer and unit that moves no state (问询)."""

    reach_path: ClassVar[str | None] = "quarterly_return__unit__path"

    quarterly_return = models.ForeignKey(
        QuarterlyReturn, on_delete=models.PROTECT, related_name="messages", verbose_name="报表"
    )
    text = models.CharField("内容", max_length=500)
    from_unit = models.BooleanField("由填报单位发出")
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="+", verbose_name="职务"
    )
    author = models.CharField("发言人", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "问询"
        ordering = ["id"]
        constraints = wall(
            "responsibilities_returnmessage",
            quarterly_return_id="responsibilities_quarterlyreturn",
            post_id="orgs_post",
        )

    def __str__(self) -> str:
        return f"{self.author}：{self.text[:30]}"
