"""Judges of a call, what they were given to read, and what they said to each other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from seminars import authority
from seminars.enums import AssignmentState
from seminars.models.calls import Call
from seminars.models.papers import Paper

_S = AssignmentState


class Expert(TenantOwned):
    """A judge of one call. ``works_at`` is where conflicts of interest come from."""

    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="experts", verbose_name="征文"
    )
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="+", verbose_name="评委"
    )
    name = models.CharField("姓名", max_length=40)
    works_at = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name="工作单位",
    )  # fmt: skip
    field = models.CharField("擅长方面", max_length=60, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "评委"
        ordering = ["id"]
        constraints = [
            *wall(
                "seminars_expert",
                call_id="seminars_call",
                post_id="orgs_post",
                works_at_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "call", "post"],
                name="expert_once",
                violation_error_message="这位评委已经在名单里。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewAssignment(TenantOwned, Stateful):
    """One paper for one judge. The score is of the judge's sheet of answers."""

    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="assignments", verbose_name="论文"
    )
    expert = models.ForeignKey(
        Expert, on_delete=models.PROTECT, related_name="assignments", verbose_name="评委"
    )
    sheet = models.ForeignKey(
        "questionnaires.AnswerSheet", on_delete=models.PROTECT, related_name="+", null=True,
        blank=True, editable=False, verbose_name="评分表",
    )  # fmt: skip
    state = models.CharField(
        "状态", max_length=12, choices=AssignmentState, default=AssignmentState.ASKED,
        editable=False,
    )  # fmt: skip
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, editable=False)
    opinion = models.CharField("评语", max_length=1000, blank=True)
    done_at = models.DateTimeField("评审时间", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "finish", "提交评审", frozenset({_S.ASKED}), _S.DONE, authority.JUDGE_PAPER,
            "seminars.review.finished", style="primary", icon="circle-check",
        ),
        Step(
            "decline", "申请回避", frozenset({_S.ASKED}), _S.DECLINED, authority.JUDGE_PAPER,
            "seminars.review.declined", needs_reason=True, icon="user-off",
        ),
        Step(
            "reopen", "退回重评", frozenset({_S.DONE}), _S.ASKED, authority.MANAGE_CALL,
            "seminars.review.reopened", needs_reason=True, style="danger",
            icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "评审任务"
        ordering = ["id"]
        constraints = [
            *wall(
                "seminars_reviewassignment",
                paper_id="seminars_paper",
                expert_id="seminars_expert",
                sheet_id="questionnaires_answersheet",
            ),
            models.UniqueConstraint(
                fields=["tenant", "paper", "expert"], name="review_assignment_once"
            ),
        ]

    def __str__(self) -> str:
        # The code and never the title: this text stands in notices and in the trail.
        return f"评审{self.paper.code}"

    def get_absolute_url(self) -> str:
        return reverse("seminars:review_detail", args=[self.pk])


class ReviewRemark(TenantOwned):
    """What a judge or the office says about a paper to the judges who have finished with it."""

    append_only: ClassVar[bool] = True

    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="remarks", verbose_name="论文"
    )
    assignment = models.ForeignKey(
        ReviewAssignment, on_delete=models.PROTECT, related_name="remarks", null=True, blank=True,
        verbose_name="评审任务",
    )  # fmt: skip
    #: 评委甲, 评委乙 …, or 办公室: judges do not know each other's names.
    speaker = models.CharField("发言人", max_length=20)
    text = models.CharField("内容", max_length=500)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "评议"
        ordering = ["id"]
        constraints = wall(
            "seminars_reviewremark",
            paper_id="seminars_paper",
            assignment_id="seminars_reviewassignment",
        )

    def __str__(self) -> str:
        return self.text
