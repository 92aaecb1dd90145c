"""Joint signature (会签): Party and union of one level both agree before a return is accepted."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall
from orgs.enums import Level, Line
from responsibilities.enums import SignatureOrder, SignatureVerdict
from responsibilities.models.returns import QuarterlyReturn


class JointRule(TenantOwned):
    """Where both parties sign: the level of the unit that reviews. No row, no joint signature."""

    level = models.CharField("审核层级", max_length=20, choices=Level)
    order = models.CharField(
        "会签顺序", max_length=12, choices=SignatureOrder, default=SignatureOrder.PARALLEL
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "会签规则"
        ordering = ["level"]
        constraints = [
            *wall("responsibilities_jointrule"),
            models.UniqueConstraint(
                fields=["tenant", "level"],
                name="joint_rule_once",
                violation_error_message="这一层级刚由他人设置，请刷新后查看。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}会签"


class ReturnSignature(TenantOwned):
    """What one party said of one submission; void once the return moved on otherwise."""

    reach_path: ClassVar[str | None] = "quarterly_return__unit__path"

    quarterly_return = models.ForeignKey(
        QuarterlyReturn,
        on_delete=models.CASCADE,
        related_name="signatures",
        verbose_name="报表",
    )
    party = models.CharField("会签方", max_length=8, choices=Line)
    verdict = models.CharField(
        "意见类别", max_length=8, choices=SignatureVerdict, default=SignatureVerdict.AGREE
    )
    opinion = models.CharField("会签意见", max_length=300, blank=True)
    #: Remarks by cell, pinned should the other party send the return back.
    remarks = models.JSONField("逐栏意见", default=dict, blank=True)
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="职务"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="会签人",
    )
    signed_by = models.CharField("会签人姓名", max_length=200)
    signed_at = models.DateTimeField("会签时间")
    #: The submission it was signed on.
    round_at = models.DateTimeField("报送时间", null=True)
    voided_at = models.DateTimeField("失效时间", null=True, blank=True)
    void_reason = models.CharField("失效原因", max_length=60, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "会签"
        ordering = ["signed_at", "id"]
        constraints = [
            *wall(
                "responsibilities_returnsignature",
                quarterly_return_id="responsibilities_quarterlyreturn",
                post_id="orgs_post",
            ),
            models.UniqueConstraint(
                fields=["tenant", "quarterly_return", "party"],
                condition=models.Q(voided_at__isnull=True),
                name="signature_once",
                violation_error_message="本方刚由他人会签，请刷新后查看。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()}会签"
