"""The annual plan, the library of indicators, and targets handed down the tree."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from responsibilities import authority
from responsibilities.enums import (
    AllocationStyle,
    Frequency,
    IndicatorKind,
    Mode,
    PlanState,
    ProposalDecision,
    QuarterlyStyle,
    TargetState,
    ValueType,
)


class AnnualPlan(TenantOwned, Stateful):
    """The program of one year (年度方案), approved by the leading group."""

    state = models.CharField(
        "状态", max_length=20, choices=PlanState, default=PlanState.DRAFT, editable=False
    )
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=120)
    priorities = models.TextField("年度重点", blank=True)
    proposals_due_on = models.DateField(
        "目标建议截止日",
        null=True,
        blank=True,
        help_text="下级单位可在此日以前对下达的目标提出不同意见；不填则随时可提。",
    )

    lifecycle = Lifecycle(
        Step(
            "approve",
            "审定",
            frozenset({PlanState.DRAFT}),
            PlanState.APPROVED,
            authority.APPROVE_PLAN,
            "responsibilities.plan.approved",
            style="primary",
            icon="circle-check",
        ),
        Step(
            "archive",
            "归档",
            frozenset({PlanState.APPROVED}),
            PlanState.ARCHIVED,
            authority.MANAGE_PLAN,
            "responsibilities.plan.archived",
            icon="archive",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "年度方案"
        ordering = ["-year"]
        constraints = [
            *wall("responsibilities_annualplan"),
            models.UniqueConstraint(
                fields=["tenant", "year"],
                name="plan_once_a_year",
                violation_error_message="这个年度已有方案，请打开原有方案修改。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:annualplan_detail", args=[self.pk])


class Indicator(TenantOwned):
    """A row of the tenant's indicator library (指标库), kept from year to year."""

    code = models.CharField("编码", max_length=12)
    name = models.CharField("名称", max_length=120)
    section = models.CharField("类别代号", max_length=4)
    section_title = models.CharField("类别", max_length=40)
    kind = models.CharField("性质", max_length=12, choices=IndicatorKind)
    unit_label = models.CharField("计量单位", max_length=12)
    value_type = models.CharField("数值类型", max_length=12, choices=ValueType)
    numerator = models.TextField("分子", blank=True)
    denominator = models.TextField("分母", blank=True)
    rises = models.BooleanField("越高越好", default=True)
    source = models.CharField("数据来源", max_length=12, blank=True)
    method = models.CharField("计分方法", max_length=40, blank=True)
    weight = models.DecimalField("权重", max_digits=6, decimal_places=2, default=0)
    target_text = models.CharField("参考目标", max_length=60, blank=True)
    frequency = models.CharField("频度", max_length=12, choices=Frequency)
    evidence = models.TextField("佐证", blank=True)
    mode = models.CharField("用途", max_length=12, choices=Mode, default=Mode.TRACK)
    note = models.TextField("说明", blank=True)
    quarterly_style = models.CharField(
        "填报口径", max_length=12, choices=QuarterlyStyle, default=QuarterlyStyle.LATEST
    )
    allocation_style = models.CharField(
        "分解方式", max_length=8, choices=AllocationStyle, default=AllocationStyle.NONE
    )
    is_reported = models.BooleanField("列入季度报表", default=False)
    is_active = models.BooleanField("启用", default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "指标"
        ordering = ["code"]
        constraints = [
            *wall("responsibilities_indicator"),
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="indicator_code_once",
                violation_error_message="这个指标编码已被使用，请换一个编码。",
            ),
            # R2: meetings held, documents issued, pieces published are not yardsticks.
            models.CheckConstraint(
                condition=~models.Q(mode=Mode.RESTRICTED) | models.Q(weight=0),
                name="indicator_restricted_unweighted",
                violation_error_message="限制使用的指标不得设置权重，请把权重改为 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:indicator_detail", args=[self.pk])

    @property
    def places(self) -> int:
        """Decimal places that values of this indicator may have."""
        return 0 if self.value_type in {ValueType.INTEGER, ValueType.YES_NO} else 2

    @property
    def step(self) -> Decimal:
        return Decimal(1).scaleb(-self.places)

    @property
    def must_add_up(self) -> bool:
        return self.allocation_style == AllocationStyle.SUMS

    @property
    def is_divisible(self) -> bool:
        return self.allocation_style != AllocationStyle.NONE

    def refusal_of(self, value: Decimal) -> str:
        """Say why a value cannot stand for this indicator, or "" when it can."""
        if value < 0:
            return "不能小于 0，请更正。"
        if value % self.step:
            return (
                f"单位是“{self.unit_label}”，请填整数。"
                if not self.places
                else "最多保留两位小数。"
            )
        if self.value_type == ValueType.PERCENT and value > 100:
            return "百分比不能超过 100，请更正。"
        if self.value_type == ValueType.YES_NO and value > 1:
            return "“是”填 1，“否”填 0。"
        return ""


class PlanIndicator(TenantOwned):
    """An indicator chosen for the year, with its weight."""

    plan = models.ForeignKey(
        AnnualPlan, on_delete=models.CASCADE, related_name="lines", verbose_name="年度方案"
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="plan_lines", verbose_name="指标"
    )
    weight = models.DecimalField("权重", max_digits=6, decimal_places=2, default=0)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(TenantOwned.Meta):
        verbose_name = "方案指标"
        ordering = ["order", "id"]
        constraints = [
            *wall(
                "responsibilities_planindicator",
                plan_id="responsibilities_annualplan",
                indicator_id="responsibilities_indicator",
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "indicator"], name="plan_indicator_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.indicator}"


class Target(TenantOwned, Stateful):
    """The value one unit is to reach for one indicator in one year (目标任务).

    ``reserve`` is what this unit keeps back (机动) when it hands its value down;
    ``over_reason`` says why it hands down more than it received (层层加码).
    Both stand on the target that is divided, for its grantor to see.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=TargetState, default=TargetState.DRAFT, editable=False
    )
    plan = models.ForeignKey(
        AnnualPlan, on_delete=models.PROTECT, related_name="targets", verbose_name="年度方案"
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="targets", verbose_name="指标"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="targets", verbose_name="承担单位"
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级目标",
    )
    value = models.DecimalField(
        "目标值", max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )
    issued_value = models.DecimalField(
        "下达值", max_digits=16, decimal_places=2, null=True, blank=True
    )
    base_value = models.DecimalField(
        "上年完成数", max_digits=16, decimal_places=2, null=True, blank=True
    )
    reserve = models.DecimalField(
        "机动", max_digits=16, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    over_reason = models.TextField("加码理由", blank=True)
    responsible_leader = models.CharField("责任领导", max_length=40, blank=True)
    responsible_person = models.CharField("责任人", max_length=40, blank=True)
    due_on = models.DateField("完成时限", null=True, blank=True)
    proposed_value = models.DecimalField(
        "建议值",
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    proposal_reason = models.TextField("建议理由", blank=True)
    proposal_decision = models.CharField(
        "答复", max_length=10, choices=ProposalDecision, blank=True
    )
    proposal_reply = models.TextField("答复说明", blank=True)
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)

    lifecycle = Lifecycle(
        Step(
            "issue",
            "下达",
            frozenset({TargetState.DRAFT}),
            TargetState.ISSUED,
            authority.ISSUE_TARGET,
            "responsibilities.target.issued",
            style="primary",
            icon="send",
        ),
        Step(
            "acknowledge",
            "签收",
            frozenset({TargetState.ISSUED}),
            TargetState.ACKNOWLEDGED,
            authority.ACKNOWLEDGE_TARGET,
            "responsibilities.target.acknowledged",
            style="primary",
            icon="circle-check",
        ),
        # The value of the whole region: nobody hands it down, the leading group sets it.
        Step(
            "adopt",
            "随方案审定",
            frozenset({TargetState.DRAFT}),
            TargetState.ACKNOWLEDGED,
            authority.APPROVE_PLAN,
            "responsibilities.target.adopted",
        ),
        Step(
            "adopt_later",
            "补充确定",
            frozenset({TargetState.DRAFT}),
            TargetState.ACKNOWLEDGED,
            authority.MANAGE_PLAN,
            "responsibilities.target.adopted",
        ),
        Step(
            "reissue",
            "调整后重新下达",
            frozenset({TargetState.ISSUED, TargetState.ACKNOWLEDGED}),
            TargetState.ISSUED,
            authority.AMEND_TARGET,
            "responsibilities.target.reissued",
            needs_reason=True,
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "目标任务"
        ordering = ["indicator__code", "unit__path"]
        constraints = [
            *wall(
                "responsibilities_target",
                plan_id="responsibilities_annualplan",
                indicator_id="responsibilities_indicator",
                unit_id="orgs_unit",
                parent_id="responsibilities_target",
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "indicator", "unit"],
                name="target_once",
                violation_error_message="这个单位已有该指标的目标，请直接修改。",
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=0, reserve__gte=0),
                name="target_not_negative",
                violation_error_message="目标值和机动数不能小于 0，请更正。",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "parent"], name="target_children"),
            models.Index(fields=["tenant", "unit", "plan"], name="target_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.indicator.name}"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:target_detail", args=[self.pk])

    @property
    def is_handed_down(self) -> bool:
        return self.state != TargetState.DRAFT

    @property
    def has_open_proposal(self) -> bool:
        return self.proposed_value is not None and not self.proposal_decision


class Amendment(TenantOwned):
    """A change of an issued target in mid-year (调整单); past quarters keep the old value."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "target__unit__path"

    target = models.ForeignKey(
        Target, on_delete=models.PROTECT, related_name="amendments", verbose_name="目标任务"
    )
    old_value = models.DecimalField("原值", max_digits=16, decimal_places=2)
    new_value = models.DecimalField("新值", max_digits=16, decimal_places=2)
    reason = models.TextField("理由")
    actor_text = models.CharField("调整人", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "目标调整单"
        ordering = ["-id"]
        constraints = wall("responsibilities_amendment", target_id="responsibilities_target")

    def __str__(self) -> str:
        return f"{self.target} {self.old_value} → {self.new_value}"
