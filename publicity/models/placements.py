"""Placements: what appeared, where, its proof, its family of reprints, whose work it was."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from publicity import authority
from publicity.enums import STANDING, Genre, Origin, PlacementState
from publicity.models.campaigns import Campaign, PlannedCoverage
from publicity.models.outlets import Outlet

_S = PlacementState
_MARKS = re.compile(r"[\W_]+")


def title_key(title: str) -> str:
    """A headline without marks and blanks, so that a comma more is no other report."""
    return _MARKS.sub("", title).lower()


class Placement(TenantOwned, Stateful):
    """One appearance in one outlet on one day."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="登记单位"
    )
    title = models.CharField("标题", max_length=100)
    title_key = models.CharField(max_length=100, editable=False)
    outlet = models.ForeignKey(
        Outlet, on_delete=models.PROTECT, related_name="placements", verbose_name="媒体"
    )
    published_on = models.DateField("刊播日期")
    #: When it was entered, apart from when it appeared: old reports are entered late.
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)
    spot = models.CharField("版面、栏目或节目", max_length=60, blank=True)
    is_front = models.BooleanField("头版头条", default=False)
    genre = models.CharField("体裁", max_length=12, choices=Genre, default=Genre.NEWS)
    origin = models.CharField("来源", max_length=12, choices=Origin, default=Origin.OWN)
    theme = models.CharField("主题", max_length=20, blank=True)
    reporter = models.CharField("作者或记者", max_length=60, blank=True)
    excerpt = models.TextField("摘要", max_length=300, blank=True)
    link = models.URLField("网址", max_length=300, blank=True)
    coverage = models.ForeignKey(
        PlannedCoverage, on_delete=models.PROTECT, null=True, blank=True,
        related_name="placements", verbose_name="对应计划",
    )  # fmt: skip
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True,
        related_name="placements", verbose_name="宣传策划",
    )  # fmt: skip
    #: The first of the family; always one that is no reprint itself.
    reprint_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False,
        related_name="reprints", verbose_name="转载自",
    )  # fmt: skip
    #: Why a likeness to another report was found to be none.
    not_alike = models.CharField("不是同一报道的理由", max_length=200, blank=True, editable=False)
    is_released = models.BooleanField("已公开", default=False, editable=False)
    state = models.CharField(
        "状态", max_length=12, choices=PlacementState, default=PlacementState.DRAFT, editable=False
    )
    remark = models.CharField("核实意见", max_length=500, blank=True, editable=False)
    filed_by = models.CharField("报送人", max_length=200, blank=True, editable=False)
    filed_on = models.DateField("报送日期", null=True, editable=False)
    verified_by = models.CharField("核实人", max_length=200, blank=True, editable=False)
    #: Whoever entered or filed it does not verify it.
    entered_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True,
        editable=False, related_name="+",
    )  # fmt: skip
    filed_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True,
        editable=False, related_name="+",
    )  # fmt: skip

    lifecycle = Lifecycle(
        Step(
            "file", "报送核实", frozenset({_S.DRAFT, _S.RETURNED}), _S.FILED,
            authority.WRITE_PLACEMENT, "publicity.placement.filed", style="primary", icon="send",
        ),
        Step(
            "withdraw", "撤回", frozenset({_S.DRAFT, _S.FILED, _S.RETURNED}), _S.WITHDRAWN,
            authority.WRITE_PLACEMENT, "publicity.placement.withdrawn", needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            "verify", "核实通过", frozenset({_S.FILED}), _S.VERIFIED,
            authority.VERIFY_PLACEMENT, "publicity.placement.verified", style="primary",
            icon="circle-check",
        ),
        Step(
            "send_back", "退回补充", frozenset({_S.FILED}), _S.RETURNED,
            authority.VERIFY_PLACEMENT, "publicity.placement.returned", needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            "reject", "不予认定", frozenset({_S.FILED}), _S.REJECTED,
            authority.VERIFY_PLACEMENT, "publicity.placement.rejected", needs_reason=True,
            style="danger", icon="x",
        ),
        Step(
            "annul", "撤销核实", frozenset({_S.VERIFIED}), _S.RETURNED,
            authority.VERIFY_PLACEMENT, "publicity.placement.annulled", needs_reason=True,
            style="danger", icon="rotate",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "宣传刊播"
        ordering = ["-published_on", "-id"]
        constraints = [
            *wall(
                "publicity_placement",
                unit_id="orgs_unit",
                outlet_id="publicity_outlet",
                coverage_id="publicity_plannedcoverage",
                campaign_id="publicity_campaign",
                reprint_of_id="publicity_placement",
            ),
            models.UniqueConstraint(
                fields=["tenant", "outlet", "published_on", "title_key"],
                condition=models.Q(state__in=STANDING),
                name="publicity_placement_once",
                violation_error_message="同一媒体同一天的同题报道已经登记。",
            ),
            models.CheckConstraint(
                condition=models.Q(is_released=False) | models.Q(state=_S.VERIFIED),
                name="publicity_released_verified",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "title_key"], name="publicity_title_key"),
            models.Index(fields=["tenant", "-published_on", "-id"], name="publicity_published"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("publicity:placement_detail", args=[self.pk])

    def save(self, *args: object, **kwargs: object) -> None:
        self.title_key = title_key(self.title)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def root_id(self) -> int:
        """Key of the family this belongs to."""
        return self.reprint_of_id or self.pk


class PlacementShare(TenantOwned):
    """A unit whose work it shows, with its part; the parts make a hundred."""

    reach_path: ClassVar[str | None] = "unit__path"

    placement = models.ForeignKey(
        Placement, on_delete=models.CASCADE, related_name="shares", verbose_name="宣传刊播"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    percent = models.DecimalField("份额", max_digits=5, decimal_places=2, default=Decimal(100))
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta(TenantOwned.Meta):
        verbose_name = "共享份额"
        ordering = ["position", "id"]
        constraints = [
            *wall(
                "publicity_placementshare",
                placement_id="publicity_placement",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "placement", "unit"], name="publicity_share_once"
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gt=0, percent__lte=100),
                name="publicity_share_part",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.percent:g}%"
