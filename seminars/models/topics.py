"""Study topics (课题) with their reports from 立项 to 结题."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from seminars import authority
from seminars.enums import RUNNING, MilestoneKind, TopicLevel, TopicState

_S = TopicState


class StudyTopic(TenantOwned, Stateful):
    """One question that a unit studies for a year, with a leader who answers for it."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="承担单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.CharField("课题编号", max_length=20, blank=True, editable=False)
    title = models.CharField("课题名称", max_length=80)
    leader = models.CharField("负责人", max_length=40)
    members = models.CharField("课题组成员", max_length=200, blank=True)
    question = models.TextField("要解决的问题", max_length=800)
    method = models.TextField("研究办法和分工", max_length=1200)
    outcome = models.CharField("预期成果", max_length=200)
    level = models.CharField("级别", max_length=10, choices=TopicLevel, blank=True)
    due_on = models.DateField("结题时限", null=True, blank=True)
    #: A later day that the unit asks for; empty when nothing is asked.
    asked_until = models.DateField("申请延至", null=True, editable=False)
    state = models.CharField(
        "状态", max_length=12, choices=TopicState, default=TopicState.DRAFT, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            "apply", "申报立项", frozenset({_S.DRAFT, _S.DECLINED}), _S.APPLIED,
            authority.APPLY_TOPIC, "seminars.topic.applied", style="primary", icon="send",
        ),
        Step(
            "approve", "批准立项", frozenset({_S.APPLIED}), _S.APPROVED,
            authority.DECIDE_TOPIC, "seminars.topic.approved", style="primary",
            icon="circle-check",
        ),
        Step(
            "decline", "不予立项", frozenset({_S.APPLIED}), _S.DECLINED,
            authority.DECIDE_TOPIC, "seminars.topic.declined", needs_reason=True,
            style="danger", icon="x",
        ),
        Step(
            "open", "开题通过", frozenset({_S.APPROVED}), _S.OPENED,
            authority.DECIDE_TOPIC, "seminars.topic.opened", style="primary",
            icon="circle-check",
        ),
        Step(
            "midterm", "中期检查通过", frozenset({_S.OPENED}), _S.MIDTERM,
            authority.DECIDE_TOPIC, "seminars.topic.midterm", style="primary",
            icon="circle-check",
        ),
        Step(
            "finish", "申请结题", frozenset({_S.MIDTERM}), _S.FINISHING,
            authority.APPLY_TOPIC, "seminars.topic.finishing", style="primary", icon="send",
        ),
        Step(
            "conclude", "同意结题", frozenset({_S.FINISHING}), _S.CONCLUDED,
            authority.DECIDE_TOPIC, "seminars.topic.concluded", style="primary",
            icon="circle-check",
        ),
        Step(
            "send_back", "退回修改", frozenset({_S.FINISHING}), _S.MIDTERM,
            authority.DECIDE_TOPIC, "seminars.topic.sent_back", needs_reason=True,
            style="danger", icon="arrow-back-up",
        ),
        Step(
            "withdraw", "撤项", frozenset(RUNNING), _S.WITHDRAWN,
            authority.DECIDE_TOPIC, "seminars.topic.withdrawn", needs_reason=True,
            style="danger", icon="ban",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "课题"
        ordering = ["-year", "-id"]
        constraints = [
            *wall("seminars_studytopic", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "number"],
                condition=~models.Q(number=""),
                name="study_topic_number",
            ),
            models.UniqueConstraint(
                fields=["tenant", "unit", "leader"],
                condition=models.Q(state__in=RUNNING),
                name="study_topic_one_a_leader",
                violation_error_message="负责人还有未结题的课题，结题后才能再申报。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("seminars:topic_detail", args=[self.pk])


class TopicMilestone(TenantOwned):
    """A report on the way, or a later day that was granted. What was said then stays."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "topic__unit__path"

    topic = models.ForeignKey(
        StudyTopic, on_delete=models.PROTECT, related_name="milestones", verbose_name="课题"
    )
    kind = models.CharField("类别", max_length=10, choices=MilestoneKind)
    text = models.TextField("内容", max_length=3000)
    by = models.CharField("填写人", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "课题节点"
        ordering = ["id"]
        constraints = wall("seminars_topicmilestone", topic_id="seminars_studytopic")

    def __str__(self) -> str:
        return f"{self.topic}{self.get_kind_display()}"
