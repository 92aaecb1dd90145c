"""The yearly plan, and what is inspected outside it with an approval of its own."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from inspections import authority
from inspections.enums import ExceptionState, Method, PlanState
from inspections.guards import another_person_approves, plan_has_lines

_P, _E = PlanState, ExceptionState
_DAYS = (MinValueValidator(1), MaxValueValidator(120))


class InspectionPlan(TenantOwned, Stateful):
    """What one body inspects in one year. No visit without a line of an approved plan."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_P, default=_P.DRAFT, editable=False)
    unit = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        related_name="inspection_plans",
        verbose_name="督查单位",
    )
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("计划名称", max_length=100)
    visit_limit = models.PositiveSmallIntegerField(
        "每单位全年最多次数",
        default=2,
        help_text="各项督查检查合计；超过的须写明理由，提请压减或合并。",
    )
    days_general = models.PositiveSmallIntegerField(
        "一般问题整改期限", default=20, validators=_DAYS, help_text="工作日"
    )
    days_heavy = models.PositiveSmallIntegerField(
        "较重问题整改期限", default=15, validators=_DAYS, help_text="工作日"
    )
    days_serious = models.PositiveSmallIntegerField(
        "严重问题整改期限", default=10, validators=_DAYS, help_text="工作日"
    )
    approval_number = models.CharField("批准（备案）文号", max_length=60, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, editable=False)
    approved_by = models.CharField("批准人", max_length=200, blank=True, editable=False)
    submitted_by_user = models.BigIntegerField(null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "submit", "报请批准", frozenset({_P.DRAFT}), _P.SUBMITTED,
            authority.PLAN_INSPECTION, "inspections.plan.submitted",
            style="primary", icon="send", guards=(plan_has_lines,),
        ),
        Step(
            "approve", "批准", frozenset({_P.SUBMITTED}), _P.APPROVED, authority.APPROVE_PLAN,
            "inspections.plan.approved", style="primary", icon="circle-check",
            guards=(another_person_approves,),
        ),
        Step(
            "return", "退回修改", frozenset({_P.SUBMITTED}), _P.DRAFT, authority.APPROVE_PLAN,
            "inspections.plan.returned", needs_reason=True, style="danger",
            icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "年度督查计划"
        ordering = ["-year", "unit__path"]
        constraints = [
            *wall("inspections_inspectionplan", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "year"],
                name="inspection_plan_once",
                violation_error_message="本单位这个年度已有督查计划，请在原计划上修改。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("inspections:inspectionplan_detail", args=[self.pk])


class PlanLine(TenantOwned):
    """One item of the plan: what, how, when, at which units."""

    reach_path: ClassVar[str | None] = "plan__unit__path"

    plan = models.ForeignKey(
        InspectionPlan, on_delete=models.CASCADE, related_name="lines", verbose_name="计划"
    )
    topic = models.CharField("督查事项", max_length=100)
    method = models.CharField("方式", max_length=16, choices=Method, default=Method.COMPREHENSIVE)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    partners = models.CharField(
        "联合部门",
        max_length=200,
        blank=True,
        help_text="一并开展检查的部门，如“市总工会、市工商联”。",
    )
    version = models.ForeignKey(
        "questionnaires.QuestionnaireVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="检查表",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "计划事项"
        ordering = ["starts_on", "id"]
        constraints = [
            *wall(
                "inspections_planline",
                plan_id="inspections_inspectionplan",
                version_id="questionnaires_questionnaireversion",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="plan_line_days_in_order",
                violation_error_message="结束日期不能早于开始日期，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return self.plan.get_absolute_url()


class PlanLineUnit(TenantOwned):
    """A unit that an item of the plan names."""

    reach_path: ClassVar[str | None] = "unit__path"

    line = models.ForeignKey(
        PlanLine, on_delete=models.CASCADE, related_name="units", verbose_name="计划事项"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "计划单位"
        ordering = ["unit__path"]
        constraints = [
            *wall(
                "inspections_planlineunit",
                line_id="inspections_planline",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(fields=["tenant", "line", "unit"], name="plan_line_unit_once"),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class InspectionException(TenantOwned, Stateful):
    """A visit outside the plan, approved for itself (一事一报)."""

    reach_path: ClassVar[str | None] = "organizer__path"

    state = models.CharField("状态", max_length=20, choices=_E, default=_E.ASKED, editable=False)
    organizer = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="督查单位"
    )
    unit = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        related_name="inspection_exceptions",
        verbose_name="被查单位",
    )
    topic = models.CharField("督查事项", max_length=100)
    reason = models.CharField("计划外督查的理由", max_length=500)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    asked_by = models.CharField("申请人", max_length=200, editable=False)
    asked_by_user = models.BigIntegerField(null=True, editable=False)
    approval_number = models.CharField("批准文号", max_length=60, blank=True)
    opinion = models.CharField("审批意见", max_length=500, blank=True)
    decided_by = models.CharField("审批人", max_length=200, blank=True, editable=False)
    decided_at = models.DateTimeField("审批时间", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "approve", "批准", frozenset({_E.ASKED}), _E.APPROVED, authority.APPROVE_PLAN,
            "inspections.exception.approved", style="primary", icon="circle-check",
            guards=(another_person_approves,),
        ),
        Step(
            "refuse", "不批准", frozenset({_E.ASKED}), _E.REFUSED, authority.APPROVE_PLAN,
            "inspections.exception.refused", needs_reason=True, style="danger", icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "计划外督查"
        ordering = ["-id"]
        constraints = [
            *wall("inspections_inspectionexception", organizer_id="orgs_unit", unit_id="orgs_unit"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="inspection_exception_days",
                violation_error_message="结束日期不能早于开始日期，请更正。",
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("inspections:inspectionexception_detail", args=[self.pk])
