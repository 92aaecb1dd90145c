"""Work plans by category of place and unit, progress of their measures, development plans."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from responsibilities import authority
from responsibilities.enums import DevelopmentState, WorkPlanState
from responsibilities.models.planning import AnnualPlan, Indicator

_YEARS = [MinValueValidator(2000), MaxValueValidator(2100)]


class WorkPlan(TenantOwned, Stateful):
    """What one category of units is to do in a year (分类方案), version after version."""

    state = models.CharField(
        "状态", max_length=20, choices=WorkPlanState, default=WorkPlanState.DRAFT, editable=False
    )
    plan = models.ForeignKey(
        AnnualPlan, on_delete=models.PROTECT, related_name="work_plans", verbose_name="年度方案"
    )
    category = models.ForeignKey(
        "orgs.GuidanceCategory",
        on_delete=models.PROTECT,
        related_name="work_plans",
        verbose_name="指导类别",
    )
    version = models.PositiveSmallIntegerField("版本", default=1, editable=False)
    goals = models.TextField("工作目标")
    approach = models.TextField("指导要求", blank=True)
    approved_at = models.DateTimeField("审定时间", null=True, editable=False)
    approved_by = models.CharField("审定人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "submit",
            "提请审定",
            frozenset({WorkPlanState.DRAFT}),
            WorkPlanState.SUBMITTED,
            authority.MANAGE_GUIDANCE,
            "responsibilities.work_plan.submitted",
            style="primary",
            icon="send",
        ),
        Step(
            "send_back",
            "退回修改",
            frozenset({WorkPlanState.SUBMITTED}),
            WorkPlanState.DRAFT,
            authority.APPROVE_GUIDANCE,
            "responsibilities.work_plan.sent_back",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "approve",
            "审定",
            frozenset({WorkPlanState.SUBMITTED}),
            WorkPlanState.APPROVED,
            authority.APPROVE_GUIDANCE,
            "responsibilities.work_plan.approved",
            style="primary",
            icon="circle-check",
        ),
        # Never pressed: the approval of the next version does it.
        Step(
            "supersede",
            "由新版替代",
            frozenset({WorkPlanState.APPROVED}),
            WorkPlanState.SUPERSEDED,
            authority.APPROVE_GUIDANCE,
            "responsibilities.work_plan.superseded",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "分类方案"
        ordering = ["-plan__year", "category__order", "-version"]
        constraints = [
            *wall(
                "responsibilities_workplan",
                plan_id="responsibilities_annualplan",
                category_id="orgs_guidancecategory",
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "category", "version"], name="work_plan_version_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "category"],
                condition=models.Q(state="approved"),
                name="work_plan_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "category"],
                condition=models.Q(state__in=["draft", "submitted"]),
                name="work_plan_one_in_hand",
                violation_error_message="这个类别已有一份正在拟订的方案，请接着修改那一份。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.year}年{self.category}工作方案"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:workplan_detail", args=[self.pk])


class WorkPlanMeasure(TenantOwned):
    """Who does what by when, for every unit of the category."""

    work_plan = models.ForeignKey(
        WorkPlan, on_delete=models.CASCADE, related_name="measures", verbose_name="分类方案"
    )
    text = models.CharField("措施", max_length=300)
    owner = models.CharField("责任人（职务）", max_length=60)
    due_on = models.DateField("完成时限")
    order = models.PositiveSmallIntegerField("顺序", default=0)
    origin = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="上一版的措施",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "方案措施"
        ordering = ["order", "id"]
        constraints = wall(
            "responsibilities_workplanmeasure",
            work_plan_id="responsibilities_workplan",
            origin_id="responsibilities_workplanmeasure",
        )

    def __str__(self) -> str:
        return self.text


class WorkPlanIndicator(TenantOwned):
    """An indicator that counts for the category, with its weight there."""

    work_plan = models.ForeignKey(
        WorkPlan, on_delete=models.CASCADE, related_name="weights", verbose_name="分类方案"
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="+", verbose_name="指标"
    )
    weight = models.DecimalField(
        "权重", max_digits=6, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "方案权重"
        ordering = ["indicator__code", "id"]
        constraints = [
            *wall(
                "responsibilities_workplanindicator",
                work_plan_id="responsibilities_workplan",
                indicator_id="responsibilities_indicator",
            ),
            models.UniqueConstraint(
                fields=["tenant", "work_plan", "indicator"], name="work_plan_indicator_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.weight}"


class MeasureTick(TenantOwned):
    """A unit has done a measure of its category's plan."""

    reach_path: ClassVar[str | None] = "unit__path"

    measure = models.ForeignKey(
        WorkPlanMeasure, on_delete=models.CASCADE, related_name="ticks", verbose_name="措施"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="measure_ticks", verbose_name="单位"
    )
    done_on = models.DateField("完成日期")
    note = models.CharField("完成情况", max_length=300)
    by = models.CharField("登记人", max_length=200, editable=False)
    at = models.DateTimeField("登记时间", auto_now=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "措施进展"
        ordering = ["id"]
        constraints = [
            *wall(
                "responsibilities_measuretick",
                measure_id="responsibilities_workplanmeasure",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(fields=["tenant", "measure", "unit"], name="tick_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.measure}"


class DevelopmentPlan(TenantOwned, Stateful):
    """A unit's own plan for some years (发展规划), read and agreed to by its superior."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态",
        max_length=20,
        choices=DevelopmentState,
        default=DevelopmentState.DRAFT,
        editable=False,
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="development", verbose_name="单位"
    )
    from_year = models.PositiveSmallIntegerField("起始年度", validators=_YEARS)
    to_year = models.PositiveSmallIntegerField("截止年度", validators=_YEARS)
    situation = models.TextField("现状和问题")
    goals = models.TextField("发展目标")
    guarantees = models.TextField("保障条件", blank=True)
    submitted_at = models.DateTimeField("报送时间", null=True, editable=False)
    submitted_by = models.CharField("报送人", max_length=200, blank=True, editable=False)
    decided_at = models.DateTimeField("审阅时间", null=True, editable=False)
    decided_by = models.CharField("审阅人", max_length=200, blank=True, editable=False)
    opinion = models.TextField("审阅意见", blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "submit",
            "报送",
            frozenset({DevelopmentState.DRAFT, DevelopmentState.SENT_BACK}),
            DevelopmentState.SUBMITTED,
            authority.WRITE_DEVELOPMENT,
            "responsibilities.development.submitted",
            style="primary",
            icon="send",
        ),
        Step(
            "approve",
            "同意",
            frozenset({DevelopmentState.SUBMITTED}),
            DevelopmentState.APPROVED,
            authority.DECIDE_DEVELOPMENT,
            "responsibilities.development.approved",
            style="primary",
            icon="circle-check",
        ),
        Step(
            "send_back",
            "退回修改",
            frozenset({DevelopmentState.SUBMITTED}),
            DevelopmentState.SENT_BACK,
            authority.DECIDE_DEVELOPMENT,
            "responsibilities.development.sent_back",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "revise",
            "修订",
            frozenset({DevelopmentState.APPROVED}),
            DevelopmentState.DRAFT,
            authority.WRITE_DEVELOPMENT,
            "responsibilities.development.revised",
            needs_reason=True,
            icon="pencil",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "发展规划"
        ordering = ["-from_year", "unit__path"]
        constraints = [
            *wall("responsibilities_developmentplan", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "from_year"],
                name="development_once",
                violation_error_message="这一年起的发展规划已有一份，请打开原有规划修改。",
            ),
            models.CheckConstraint(
                condition=models.Q(to_year__gte=models.F("from_year")),
                name="development_years_in_order",
                violation_error_message="截止年度不能早于起始年度，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.from_year}—{self.to_year}年发展规划"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:developmentplan_detail", args=[self.pk])

    @property
    def is_editable(self) -> bool:
        return self.state in {DevelopmentState.DRAFT, DevelopmentState.SENT_BACK}


class DevelopmentMeasure(TenantOwned):
    """One measure of a development plan, with a name and a day."""

    reach_path: ClassVar[str | None] = "development__unit__path"

    development = models.ForeignKey(
        DevelopmentPlan, on_delete=models.CASCADE, related_name="measures", verbose_name="发展规划"
    )
    text = models.CharField("措施", max_length=300)
    owner = models.CharField("责任人", max_length=60)
    due_on = models.DateField("完成时限")
    done_on = models.DateField("完成日期", null=True, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(TenantOwned.Meta):
        verbose_name = "规划措施"
        ordering = ["order", "id"]
        constraints = wall(
            "responsibilities_developmentmeasure",
            development_id="responsibilities_developmentplan",
        )

    def __str__(self) -> str:
        return self.text
