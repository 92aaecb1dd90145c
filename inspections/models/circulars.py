"""督查通报: what a round of visits found, with the table of problems as it stood."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from inspections import authority
from inspections.enums import CircularState

_C = CircularState


class Circular(TenantOwned, Stateful):
    """Figures and rows are taken when it is issued and stay as they were."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_C, default=_C.DRAFT, editable=False)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="发文单位"
    )
    title = models.CharField("标题", max_length=100)
    starts_on = models.DateField("督查起始日期")
    ends_on = models.DateField("督查截止日期")
    opening = models.TextField("总体情况", max_length=3000)
    demands = models.TextField("下一步要求", max_length=3000, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, editable=False)
    serial = models.PositiveIntegerField("序号", null=True, editable=False)
    issued_on = models.DateField("印发日期", null=True, editable=False)
    figures = models.JSONField("数字", default=dict, editable=False)

    lifecycle = Lifecycle(
        Step(
            "issue", "印发通报", frozenset({_C.DRAFT}), _C.ISSUED, authority.ISSUE_CIRCULAR,
            "inspections.circular.issued", style="primary", icon="send",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "督查通报"
        ordering = ["-id"]
        constraints = [
            *wall("inspections_circular", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "year", "serial"], name="circular_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="circular_days_in_order",
                violation_error_message="截止日期不能早于起始日期，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("inspections:circular_detail", args=[self.pk])

    @property
    def number(self) -> str:
        return f"第{self.serial}期" if self.serial else ""


class CircularRow(TenantOwned):
    """One line of the table of problems."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "circular__unit__path"

    circular = models.ForeignKey(
        Circular, on_delete=models.PROTECT, related_name="rows", verbose_name="通报"
    )
    position = models.PositiveIntegerField("序号")
    unit_name = models.CharField("单位", max_length=100)
    category = models.CharField("类别", max_length=40)
    severity = models.CharField("程度", max_length=20)
    text = models.CharField("问题", max_length=500)
    state = models.CharField("整改情况", max_length=40)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)

    class Meta(TenantOwned.Meta):
        verbose_name = "问题清单"
        ordering = ["position"]
        constraints = wall("inspections_circularrow", circular_id="inspections_circular")

    def __str__(self) -> str:
        return f"{self.unit_name}：{self.text[:40]}"
