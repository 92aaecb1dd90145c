"""Campaigns: what we hope to see reported, so that the white gaps can be seen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.commons.points.enums import PointLevel
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from publicity import authority
from publicity.enums import CampaignState, CoverageState, Medium

_S = CampaignState
_C = CoverageState


class Campaign(TenantOwned, Stateful):
    """A theme over some weeks, with what each medium is to bring."""

    title = models.CharField("名称", max_length=60)
    theme = models.CharField("主题", max_length=20)
    goal = models.TextField("目标和要点", max_length=800)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    state = models.CharField(
        "状态", max_length=12, choices=CampaignState, default=CampaignState.DRAFT, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            "start", "启动", frozenset({_S.DRAFT}), _S.RUNNING, authority.PLAN_CAMPAIGN,
            "publicity.campaign.started", style="primary", icon="player-play",
        ),
        Step(
            "close", "结束", frozenset({_S.RUNNING}), _S.CLOSED, authority.PLAN_CAMPAIGN,
            "publicity.campaign.closed", needs_reason=True, icon="circle-check",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "宣传策划"
        ordering = ["-starts_on", "-id"]
        constraints = [
            *wall("publicity_campaign"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="publicity_campaign_days",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("publicity:campaign_detail", args=[self.pk])


class PlannedCoverage(TenantOwned, Stateful):
    """One report that is to appear. Why it did not is worth keeping."""

    reach_path: ClassVar[str | None] = "unit__path"

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="coverages", verbose_name="宣传策划"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    topic = models.CharField("选题", max_length=80)
    medium = models.CharField("媒体类别", max_length=12, choices=Medium)
    level = models.CharField("层级", max_length=12, choices=PointLevel)
    due_on = models.DateField("计划刊播日期")
    note = models.CharField("对接情况", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=CoverageState, default=CoverageState.INTENDED, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            "arrange", "已对接", frozenset({_C.INTENDED}), _C.ARRANGED, authority.WRITE_PLACEMENT,
            "publicity.coverage.arranged", needs_reason=True, icon="phone",
        ),
        Step(
            "drop", "不再刊播", frozenset({_C.INTENDED, _C.ARRANGED}), _C.DROPPED,
            authority.PLAN_CAMPAIGN, "publicity.coverage.dropped", needs_reason=True,
            style="danger", icon="x",
        ),
        Step(
            "resume", "恢复计划", frozenset({_C.DROPPED}), _C.INTENDED, authority.PLAN_CAMPAIGN,
            "publicity.coverage.resumed", icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "计划刊播"
        ordering = ["due_on", "id"]
        constraints = wall(
            "publicity_plannedcoverage", campaign_id="publicity_campaign", unit_id="orgs_unit"
        )

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return self.campaign.get_absolute_url()
