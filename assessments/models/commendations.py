"""Commendations: lists of units that follow from an official result."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from assessments.authority import DECIDE_COMMENDATION, MANAGE_COMMENDATION
from assessments.enums import CommendationKind, CommendationState
from assessments.models.runs import Run, UnitScore
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit


def _has_entries(commendation: CommendationList, actor: Actor) -> str | None:
    if not commendation.entries.exists():
        return "名单还是空的，请先选定单位。"
    return None


def _has_its_approval(commendation: CommendationList, actor: Actor) -> str | None:
    """表彰 needs an approved project (``product.md`` rule R4); 通报表扬 does not."""
    if commendation.kind == CommendationKind.HONOUR and not commendation.approval_reference.strip():
        return "表彰须有经批准的表彰项目，请填写批准文号，或改为“通报表扬”。"
    return None


class CommendationList(Stateful, TenantOwned):
    """Units to be commended after an official result (表扬、表彰名单)."""

    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="commendations", verbose_name="考核结果"
    )
    title = models.CharField("标题", max_length=120)
    kind = models.CharField(
        "种类", max_length=10, choices=CommendationKind, default=CommendationKind.PRAISE
    )
    approval_reference = models.CharField(
        "表彰项目批准文号", max_length=100, blank=True, help_text="“表彰”必填，“通报表扬”不需要。"
    )
    state = models.CharField(
        "状态",
        max_length=20,
        choices=CommendationState,
        default=CommendationState.DRAFT,
        editable=False,
    )

    lifecycle = Lifecycle(
        Step(
            name="decide",
            label="审定名单",
            sources=frozenset({CommendationState.DRAFT}),
            target=CommendationState.DECIDED,
            permission=DECIDE_COMMENDATION,
            action="assessments.commendation.decided",
            style="primary",
            icon="gavel",
            guards=(_has_entries, _has_its_approval),
        ),
        Step(
            name="issue",
            label="标记已印发",
            sources=frozenset({CommendationState.DECIDED}),
            target=CommendationState.ISSUED,
            permission=MANAGE_COMMENDATION,
            action="assessments.commendation.issued",
            icon="circle-check",
            guards=(_has_its_approval,),
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "表扬表彰名单"
        ordering = ["-id"]
        constraints = [
            *wall("assessments_commendationlist", run_id="assessments_run"),
            models.CheckConstraint(
                condition=~models.Q(kind="honour", approval_reference="")
                | ~models.Q(state="issued"),
                name="honour_needs_approval",
                violation_error_message="表彰须有经批准的表彰项目，请填写批准文号。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assessments:commendation_detail", args=[self.pk])


class CommendationEntry(TenantOwned):
    """One commended unit; a reason where it is not among 优秀 or beyond the quota."""

    reach_path: ClassVar[str | None] = "unit__path"

    commendation = models.ForeignKey(
        CommendationList, on_delete=models.CASCADE, related_name="entries"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="commendations")
    unit_score = models.ForeignKey(UnitScore, on_delete=models.PROTECT, related_name="entries")
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "表扬表彰单位"
        ordering = ["unit_score__peer_group__sort_order", "unit_score__rank", "id"]
        constraints = [
            *wall(
                "assessments_commendationentry",
                commendation_id="assessments_commendationlist",
                unit_id="orgs_unit",
                unit_score_id="assessments_unitscore",
            ),
            models.UniqueConstraint(
                fields=["tenant", "commendation", "unit"], name="commendation_unit_once"
            ),
        ]

    def __str__(self) -> str:
        return self.unit_score.unit_name
