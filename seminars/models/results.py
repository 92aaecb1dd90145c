"""Prizes, objections to them, and who adopted what a paper proposed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from seminars import authority
from seminars.enums import UptakeKind, UptakeState
from seminars.models.calls import AwardTier, Call
from seminars.models.papers import Paper

_S = UptakeState


class Award(TenantOwned):
    """A paper's place in its call: rank by score, and a prize while there are places."""

    reach_path: ClassVar[str | None] = "paper__unit__path"

    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="awards", verbose_name="论文"
    )
    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, related_name="awards", verbose_name="征文"
    )
    tier = models.ForeignKey(
        AwardTier, on_delete=models.PROTECT, related_name="awards", null=True, blank=True,
        verbose_name="奖项",
    )  # fmt: skip
    rank = models.PositiveSmallIntegerField("名次")
    score = models.DecimalField("得分", max_digits=5, decimal_places=2)
    spread = models.DecimalField("离散度", max_digits=5, decimal_places=2, null=True)
    #: Why the prize differs from the order of scores, when the office changed it.
    reason = models.CharField("调整理由", max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "评奖结果"
        ordering = ["rank", "id"]
        constraints = [
            *wall(
                "seminars_award",
                paper_id="seminars_paper",
                call_id="seminars_call",
                tier_id="seminars_awardtier",
            ),
            models.UniqueConstraint(fields=["tenant", "paper"], name="award_once"),
        ]

    def __str__(self) -> str:
        return f"{self.paper}{self.tier or ''}"


class Objection(TenantOwned):
    """What somebody says against a prize while it is announced, and the answer."""

    award = models.ForeignKey(
        Award, on_delete=models.PROTECT, related_name="objections", verbose_name="评奖结果"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="提出单位"
    )
    text = models.CharField("异议内容", max_length=500)
    by = models.CharField("提出人", max_length=200, editable=False)
    at = models.DateTimeField("提出时间", auto_now_add=True)
    answer = models.CharField("处理意见", max_length=500, blank=True, editable=False)
    answered_by = models.CharField("处理人", max_length=200, blank=True, editable=False)
    is_upheld = models.BooleanField("异议成立", null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "异议"
        ordering = ["id"]
        constraints = wall("seminars_objection", award_id="seminars_award", unit_id="orgs_unit")

    def __str__(self) -> str:
        return f"对“{self.award.paper}”的异议"


class Uptake(TenantOwned, Stateful):
    """成果转化: a unit took over what a paper proposed. It counts when that unit says so."""

    reach_path: ClassVar[str | None] = "unit__path"

    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="uptakes", verbose_name="论文"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="采纳单位"
    )
    kind = models.CharField("采纳方式", max_length=12, choices=UptakeKind, default=UptakeKind.RULE)
    document = models.CharField("文件或会议", max_length=100)
    document_number = models.CharField("文号", max_length=60, blank=True)
    adopted_on = models.DateField("采纳日期")
    what = models.CharField("采纳了什么", max_length=500)
    state = models.CharField(
        "状态", max_length=12, choices=UptakeState, default=UptakeState.TOLD, editable=False
    )
    decided_by = models.CharField("确认人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "confirm", "确认采纳", frozenset({_S.TOLD, _S.REFUSED}), _S.CONFIRMED,
            authority.CONFIRM_UPTAKE, "seminars.uptake.confirmed", style="primary",
            icon="circle-check",
        ),
        Step(
            "refuse", "没有采纳", frozenset({_S.TOLD}), _S.REFUSED,
            authority.CONFIRM_UPTAKE, "seminars.uptake.refused", needs_reason=True,
            style="danger", icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "成果转化"
        ordering = ["-adopted_on", "-id"]
        constraints = [
            *wall("seminars_uptake", paper_id="seminars_paper", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "paper", "unit", "document"],
                name="uptake_once",
                violation_error_message="这件文件已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}采纳“{self.paper}”"

    def get_absolute_url(self) -> str:
        return reverse("seminars:uptake_detail", args=[self.pk])
