"""Papers with authors and versions, and the copy without names that judges read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from seminars import authority
from seminars.enums import PaperKind, PaperState
from seminars.models.calls import Call
from seminars.models.topics import StudyTopic

_S = PaperState


class Paper(TenantOwned, Stateful):
    """A paper of a unit. Judges know it by ``code`` alone, which says nothing of its author."""

    reach_path: ClassVar[str | None] = "unit__path"

    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, related_name="papers", verbose_name="征文"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="报送单位"
    )
    topic = models.ForeignKey(
        StudyTopic, on_delete=models.PROTECT, related_name="papers", null=True, blank=True,
        verbose_name="所属课题",
    )  # fmt: skip
    kind = models.CharField("类别", max_length=10, choices=PaperKind, default=PaperKind.SURVEY)
    title = models.CharField("题目", max_length=100)
    abstract = models.CharField("摘要", max_length=400, blank=True)
    body = models.TextField("正文", blank=True)
    plain = models.TextField(editable=False, blank=True)
    words = models.PositiveIntegerField("字数", default=0, editable=False)
    is_for_bulletin = models.BooleanField(
        "可压缩为信息稿", default=False, help_text="同意办公室改写成信息稿件，署原作者。"
    )
    state = models.CharField(
        "状态", max_length=12, choices=PaperState, default=PaperState.DRAFT, editable=False
    )
    code = models.CharField("盲评编号", max_length=12, blank=True, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    remark = models.CharField("办公室意见", max_length=500, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "submit", "提交", frozenset({_S.DRAFT, _S.RETURNED}), _S.SUBMITTED,
            authority.WRITE_PAPER, "seminars.paper.submitted", style="primary", icon="send",
        ),
        Step(
            "take_back", "取回修改", frozenset({_S.SUBMITTED}), _S.DRAFT,
            authority.WRITE_PAPER, "seminars.paper.taken_back", icon="arrow-back-up",
        ),
        Step(
            "return", "退回修改", frozenset({_S.SUBMITTED}), _S.RETURNED,
            authority.MANAGE_CALL, "seminars.paper.returned", needs_reason=True,
            style="danger", icon="arrow-back-up",
        ),
        Step(
            "exclude", "不参评", frozenset({_S.SUBMITTED, _S.BLINDED}), _S.EXCLUDED,
            authority.MANAGE_CALL, "seminars.paper.excluded", needs_reason=True,
            style="danger", icon="x",
        ),
        Step(
            "withdraw", "撤稿", frozenset({_S.DRAFT, _S.RETURNED, _S.SUBMITTED}), _S.WITHDRAWN,
            authority.WRITE_PAPER, "seminars.paper.withdrawn", style="danger", icon="trash",
        ),
        Step(
            "blind", "确认匿名稿", frozenset({_S.SUBMITTED, _S.BLINDED}), _S.BLINDED,
            authority.MANAGE_CALL, "seminars.paper.blinded",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "论文"
        ordering = ["-id"]
        constraints = [
            *wall(
                "seminars_paper",
                call_id="seminars_call",
                unit_id="orgs_unit",
                topic_id="seminars_studytopic",
            ),
            models.UniqueConstraint(
                fields=["tenant", "call", "code"],
                condition=~models.Q(code=""),
                name="paper_code_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("seminars:paper_detail", args=[self.pk])


class PaperAuthor(TenantOwned):
    """An author in the order of signing. Not everybody who writes has an account."""

    reach_path: ClassVar[str | None] = "paper__unit__path"

    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="authors", verbose_name="论文"
    )
    position = models.PositiveSmallIntegerField("署名次序")
    name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "作者"
        ordering = ["position"]
        constraints = [
            *wall("seminars_paperauthor", paper_id="seminars_paper", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "paper", "name", "unit"], name="paper_author_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PaperVersion(TenantOwned):
    """The paper as it was submitted, each time."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "paper__unit__path"

    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="versions", verbose_name="论文"
    )
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("题目", max_length=100)
    abstract = models.CharField("摘要", max_length=400, blank=True)
    body = models.TextField("正文")
    words = models.PositiveIntegerField("字数")
    by = models.CharField("提交人", max_length=200)
    at = models.DateTimeField("提交时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "论文版本"
        ordering = ["number"]
        constraints = [
            *wall("seminars_paperversion", paper_id="seminars_paper"),
            models.UniqueConstraint(
                fields=["tenant", "paper", "number"], name="paper_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper}（第{self.number}稿）"


class BlindCopy(TenantOwned):
    """What judges read: the text with the words taken out that would name its author."""

    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="blind_copies", verbose_name="论文"
    )
    title = models.CharField("题目", max_length=100)
    abstract = models.CharField("摘要", max_length=400, blank=True)
    body = models.TextField("正文")
    #: The words that were taken out, so that the next one who looks knows which.
    masked = models.JSONField("已隐去的词", default=list, blank=True)
    by = models.CharField("确认人", max_length=200)
    at = models.DateTimeField("确认时间", auto_now=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "匿名稿"
        constraints = [
            *wall("seminars_blindcopy", paper_id="seminars_paper"),
            models.UniqueConstraint(fields=["tenant", "paper"], name="blind_copy_once"),
        ]

    def __str__(self) -> str:
        return f"匿名稿{self.paper_id}"
