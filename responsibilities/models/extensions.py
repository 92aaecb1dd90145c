"""Requests of units for more time (延期申请)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit
from responsibilities import authority
from responsibilities.enums import ExtensionState
from responsibilities.models.returns import Obligation


def _still_owed(request: ExtensionRequest, actor: Actor) -> str | None:
    """More time is given only to who still owes something."""
    obligation = request.obligation
    if obligation.is_exempt:
        return f"{obligation.unit}本期已免报，不需要延期。"
    if obligation.returns.exclude(first_submitted_at=None).exists():
        return f"{obligation.unit}已经报送，不需要延期。"
    return None


class ExtensionRequest(TenantOwned, Stateful):
    """A unit asks for more time; the level right above answers (一级抓一级).

    The day that was asked for and the day that was given are kept apart: the
    obligation holds what counts, the request what was said.
    """

    reach_path: ClassVar[str | None] = "obligation__unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=ExtensionState, default=ExtensionState.ASKED, editable=False
    )
    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="requests", verbose_name="应报"
    )
    asked_until = models.DateField("申请延至")
    reason = models.CharField("申请理由", max_length=200)
    due_before = models.DateField("申请时的截止日期", editable=False)
    is_late = models.BooleanField("逾期后提出", default=False, editable=False)
    asked_by = models.CharField("申请人", max_length=200, editable=False)
    created_at = models.DateTimeField("申请时间", auto_now_add=True)
    granted_until = models.DateField("准予延至", null=True, blank=True, editable=False)
    decision_note = models.CharField("审批意见", max_length=300, blank=True, editable=False)
    decided_by = models.CharField("审批人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "grant",
            "同意延期",
            frozenset({ExtensionState.ASKED}),
            ExtensionState.GRANTED,
            authority.DECIDE_EXTENSION,
            "responsibilities.extension.granted",
            style="primary",
            icon="circle-check",
            guards=(_still_owed,),
        ),
        Step(
            "refuse",
            "不同意延期",
            frozenset({ExtensionState.ASKED}),
            ExtensionState.REFUSED,
            authority.DECIDE_EXTENSION,
            "responsibilities.extension.refused",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "withdraw",
            "撤回申请",
            frozenset({ExtensionState.ASKED}),
            ExtensionState.WITHDRAWN,
            authority.REQUEST_EXTENSION,
            "responsibilities.extension.withdrawn",
            icon="arrow-back-up",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "延期申请"
        ordering = ["-id"]
        constraints = [
            *wall("responsibilities_extensionrequest", obligation_id="responsibilities_obligation"),
            models.UniqueConstraint(
                fields=["tenant", "obligation"],
                condition=models.Q(state="asked"),
                name="return_extension_asked_once",
                violation_error_message="这一期已有一份延期申请等待审批，不必重复申请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation}延期申请"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:extensionrequest_detail", args=[self.pk])

    @property
    def unit(self) -> Unit:
        return self.obligation.unit

    @property
    def until(self) -> date:
        return self.granted_until or self.asked_until
