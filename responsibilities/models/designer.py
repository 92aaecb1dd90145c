"""The burden of forms and who answered for it; exceptions from a check."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit
from responsibilities import authority
from responsibilities.enums import BurdenState, ExceptionState
from responsibilities.models.returns import QuarterlyReturn, ReturnForm

#: Minutes a quarter the forms of one unit may take until a tenant says otherwise.
USUAL_MINUTES = 30


class BurdenBudget(TenantOwned):
    """Minutes that all forms together may ask of one unit in a quarter (为基层减负)."""

    minutes = models.PositiveSmallIntegerField("每家单位每季上限（分钟）", default=USUAL_MINUTES)

    class Meta(TenantOwned.Meta):
        verbose_name = "填报时间上限"
        constraints = [
            *wall("responsibilities_burdenbudget"),
            models.UniqueConstraint(fields=["tenant"], name="burden_budget_once"),
        ]

    def __str__(self) -> str:
        return f"每家单位每季 {self.minutes} 分钟"


class BurdenReview(TenantOwned, Stateful):
    """Why a form beyond the budget is needed, and the leader's word on it (减负审核评估).

    It speaks of the minutes it was asked for; a form that grew since needs another.
    """

    state = models.CharField(
        "状态", max_length=20, choices=BurdenState, default=BurdenState.ASKED, editable=False
    )
    form = models.ForeignKey(
        ReturnForm, on_delete=models.PROTECT, related_name="burden_reviews", verbose_name="报表"
    )
    minutes = models.PositiveSmallIntegerField("预计用时（分钟）")
    budget = models.PositiveSmallIntegerField("上限（分钟）")
    reason = models.CharField("为什么需要", max_length=500)
    basis = models.CharField("依据", max_length=300)
    asked_by = models.CharField("提请人", max_length=200, editable=False)
    decided_by = models.CharField("审定人", max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField("提请时间", auto_now_add=True)

    lifecycle = Lifecycle(
        Step(
            "approve",
            "同意发布",
            frozenset({BurdenState.ASKED}),
            BurdenState.APPROVED,
            authority.DECIDE_BURDEN,
            "responsibilities.burden.approved",
            needs_reason=True,
            style="primary",
            icon="circle-check",
        ),
        Step(
            "decline",
            "不同意",
            frozenset({BurdenState.ASKED}),
            BurdenState.DECLINED,
            authority.DECIDE_BURDEN,
            "responsibilities.burden.declined",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "减负审核评估"
        ordering = ["-id"]
        constraints = wall("responsibilities_burdenreview", form_id="responsibilities_returnform")

    def __str__(self) -> str:
        return f"{self.form}减负审核评估"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:burdenreview_detail", args=[self.pk])


class CheckException(TenantOwned, Stateful):
    """Leave to submit although a check fails (校验例外); asked by the unit, seen by all above."""

    reach_path: ClassVar[str | None] = "quarterly_return__unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=ExceptionState, default=ExceptionState.ASKED, editable=False
    )
    quarterly_return = models.ForeignKey(
        QuarterlyReturn, on_delete=models.PROTECT, related_name="exceptions", verbose_name="报表"
    )
    rule_key = models.CharField("检查", max_length=40, editable=False)
    cell = models.CharField("栏目编码", max_length=12, editable=False)
    finding = models.CharField("检查结果", max_length=300, editable=False)
    value = models.DecimalField(
        "申请时的数", max_digits=16, decimal_places=2, null=True, editable=False
    )
    reason = models.CharField("申请理由", max_length=300)
    asked_by = models.CharField("申请人", max_length=200, editable=False)
    decided_by = models.CharField("审批人", max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField("申请时间", auto_now_add=True)

    lifecycle = Lifecycle(
        Step(
            "grant",
            "同意例外",
            frozenset({ExceptionState.ASKED}),
            ExceptionState.GRANTED,
            authority.DECIDE_EXCEPTION,
            "responsibilities.exception.granted",
            style="primary",
            icon="circle-check",
        ),
        Step(
            "decline",
            "不同意",
            frozenset({ExceptionState.ASKED}),
            ExceptionState.DECLINED,
            authority.DECIDE_EXCEPTION,
            "responsibilities.exception.declined",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "校验例外"
        ordering = ["-id"]
        constraints = [
            *wall(
                "responsibilities_checkexception",
                quarterly_return_id="responsibilities_quarterlyreturn",
            ),
            models.UniqueConstraint(
                fields=["tenant", "quarterly_return", "rule_key", "cell"],
                condition=models.Q(state=ExceptionState.ASKED),
                name="exception_asked_once",
                violation_error_message="这一项已经申请，正在等待审批。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarterly_return} {self.cell} 校验例外"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:checkexception_detail", args=[self.pk])

    @property
    def unit(self) -> Unit:
        unit: Unit = self.quarterly_return.unit
        return unit
