"""The way of a result: self-assessment, review by two, sample re-check, objections."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from assessments.authority import DECIDE_OBJECTION, REVIEW_UNIT, SELF_ASSESS
from assessments.enums import FindingStage, ObjectionState, ReviewState
from assessments.models.runs import UnitScore
from assessments.models.schemes import Scheme, SchemeItem
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Post, Unit

#: 初评 is never one person's word.
LEAST_REVIEWERS = 2


def _two_have_signed(review: UnitReview, actor: Actor) -> str | None:
    if len(review.reviewers) < LEAST_REVIEWERS:
        return "初评须由考核组至少两人分别签认，还差一人。"
    return None


class UnitReview(Stateful, TenantOwned):
    """One unit on its way through self-assessment, first review and re-check."""

    reach_path: ClassVar[str | None] = "unit__path"

    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="reviews", verbose_name="考核方案"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="reviews", verbose_name="单位"
    )
    self_note = models.CharField("自评说明", max_length=1000, blank=True)
    #: [post, label] of everyone who signed the first review.
    reviewers = models.JSONField("初评人", default=list, editable=False)
    is_sampled = models.BooleanField("列入抽查", default=False, editable=False)
    sample_reason = models.CharField("抽查缘由", max_length=200, blank=True, editable=False)
    recheck_note = models.CharField("复核意见", max_length=500, blank=True)
    state = models.CharField(
        "状态", max_length=20, choices=ReviewState, default=ReviewState.WAITING, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            name="submit",
            label="报送自评",
            sources=frozenset({ReviewState.WAITING}),
            target=ReviewState.SELF_ASSESSED,
            permission=SELF_ASSESS,
            action="assessments.review.self_assessed",
            style="primary",
            icon="send",
        ),
        Step(
            name="return",
            label="退回补正",
            sources=frozenset({ReviewState.SELF_ASSESSED}),
            target=ReviewState.WAITING,
            permission=REVIEW_UNIT,
            action="assessments.review.returned",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="pass",
            label="通过初评",
            sources=frozenset({ReviewState.SELF_ASSESSED}),
            target=ReviewState.REVIEWED,
            permission=REVIEW_UNIT,
            action="assessments.review.reviewed",
            guards=(_two_have_signed,),
        ),
        Step(
            name="recheck",
            label="抽查复核",
            sources=frozenset({ReviewState.REVIEWED}),
            target=ReviewState.RECHECKED,
            permission=REVIEW_UNIT,
            action="assessments.review.rechecked",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "单位考评"
        ordering = ["unit__path"]
        constraints = [
            *wall("assessments_unitreview", scheme_id="assessments_scheme", unit_id="orgs_unit"),
            models.UniqueConstraint(fields=["tenant", "scheme", "unit"], name="unit_review_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}考评"

    def get_absolute_url(self) -> str:
        return reverse("assessments:unit_review_detail", args=[self.pk])

    @property
    def reviewer_labels(self) -> str:
        return "；".join(str(label) for _, label in self.reviewers)


class Finding(TenantOwned):
    """What a stage found on one item; a value of reviewers replaces the unit's figure."""

    review = models.ForeignKey(UnitReview, on_delete=models.CASCADE, related_name="findings")
    item = models.ForeignKey(SchemeItem, on_delete=models.PROTECT, related_name="findings")
    stage = models.CharField("阶段", max_length=12, choices=FindingStage)
    value = models.DecimalField("核定数", max_digits=20, decimal_places=4, null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    by_label = models.CharField("填写人", max_length=200)
    written_at = models.DateTimeField("填写时间", auto_now=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "逐项意见"
        ordering = ["id"]
        constraints = [
            *wall(
                "assessments_finding",
                review_id="assessments_unitreview",
                item_id="assessments_schemeitem",
            ),
            models.UniqueConstraint(
                fields=["tenant", "review", "item", "stage"], name="finding_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.item} {self.get_stage_display()}"


class SampleDraw(TenantOwned):
    """A random sample that anybody can draw again: seed, share and list are kept."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="draws")
    seed = models.PositiveIntegerField("随机种子")
    percent = models.PositiveSmallIntegerField("抽查比例（%）")
    units = models.JSONField("抽中单位", default=list)
    outliers = models.JSONField("异常单位", default=list)
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)
    by_label = models.CharField("抽取人", max_length=200)

    class Meta(TenantOwned.Meta):
        verbose_name = "抽查抽取"
        ordering = ["-id"]
        constraints = [*wall("assessments_sampledraw", scheme_id="assessments_scheme")]

    def __str__(self) -> str:
        return f"{self.scheme} 抽查 {self.percent}%"


class Objection(Stateful, TenantOwned):
    """An objection against a result on public notice, or the unit's own appeal."""

    reach_path: ClassVar[str | None] = "score__unit__path"

    score = models.ForeignKey(
        UnitScore, on_delete=models.PROTECT, related_name="objections", verbose_name="单位得分"
    )
    item = models.ForeignKey(
        SchemeItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
        verbose_name="项目",
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="objections"
    )
    raised_by = models.CharField("提出人", max_length=200)
    raised_on = models.DateField("提出日期")
    text = models.CharField("异议内容", max_length=1000)
    decision = models.CharField("复核意见", max_length=500, blank=True)
    state = models.CharField(
        "状态", max_length=20, choices=ObjectionState, default=ObjectionState.RAISED, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            name="uphold",
            label="异议成立",
            sources=frozenset({ObjectionState.RAISED}),
            target=ObjectionState.UPHELD,
            permission=DECIDE_OBJECTION,
            action="assessments.objection.upheld",
        ),
        Step(
            name="reject",
            label="异议不成立",
            sources=frozenset({ObjectionState.RAISED}),
            target=ObjectionState.REJECTED,
            permission=DECIDE_OBJECTION,
            action="assessments.objection.rejected",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "异议"
        ordering = ["-id"]
        constraints = [
            *wall(
                "assessments_objection",
                score_id="assessments_unitscore",
                item_id="assessments_schemeitem",
                post_id="orgs_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score.unit_name}的异议"

    def get_absolute_url(self) -> str:
        return reverse("assessments:objection_detail", args=[self.pk])
