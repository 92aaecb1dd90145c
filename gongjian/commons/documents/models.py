"""Official documents with their numbers, the files they became, and jobs that make reports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.commons.documents.authority import (
    ISSUE_DOCUMENT,
    SIGN_OFF_DOCUMENT,
    VOID_DOCUMENT,
)
from gongjian.commons.documents.enums import DocumentState, JobStatus
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit


class StoredFile(TenantOwned):
    """Bytes on disk under the name of their hash; never changed once written."""

    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64, blank=True)
    path = models.CharField("存放位置", max_length=200, editable=False)
    created_at = models.DateTimeField("存入时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "文件"
        ordering = ["-id"]
        constraints = wall("documents_storedfile")

    def __str__(self) -> str:
        return self.name


class NumberRegister(TenantOwned):
    """Last number given for one 机关代字 in one year; locked while a number is taken."""

    mark = models.CharField("机关代字", max_length=30)
    year = models.PositiveSmallIntegerField("年份")
    last_number = models.PositiveIntegerField("最后序号", default=0)

    class Meta(TenantOwned.Meta):
        verbose_name = "发文字号登记"
        ordering = ["mark", "-year"]
        constraints = [
            *wall("documents_numberregister"),
            models.UniqueConstraint(fields=["tenant", "mark", "year"], name="number_register_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mark}{self.year}"


class OfficialDocument(TenantOwned, Stateful):
    """A document from draft to archive. What has been issued is never edited."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle(
        Step(
            name="sign_off",
            label="签发",
            sources=frozenset({DocumentState.DRAFT}),
            target=DocumentState.SIGNED_OFF,
            permission=SIGN_OFF_DOCUMENT,
            action="documents.document.signed_off",
            style="primary",
            icon="signature",
        ),
        Step(
            name="return_to_draft",
            label="退回修改",
            sources=frozenset({DocumentState.SIGNED_OFF}),
            target=DocumentState.DRAFT,
            permission=SIGN_OFF_DOCUMENT,
            action="documents.document.returned",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="issue",
            label="印发",
            sources=frozenset({DocumentState.SIGNED_OFF}),
            target=DocumentState.ISSUED,
            permission=ISSUE_DOCUMENT,
            action="documents.document.issued",
            style="primary",
            icon="send",
        ),
        Step(
            name="void",
            label="作废",
            sources=frozenset({DocumentState.ISSUED}),
            target=DocumentState.VOID,
            permission=VOID_DOCUMENT,
            action="documents.document.voided",
            needs_reason=True,
            style="danger",
            icon="ban",
        ),
        Step(
            name="supersede",
            label="替代",
            sources=frozenset({DocumentState.ISSUED}),
            target=DocumentState.SUPERSEDED,
            permission=ISSUE_DOCUMENT,
            action="documents.document.superseded",
        ),
    )

    state = models.CharField(
        "状态",
        max_length=20,
        choices=DocumentState,
        default=DocumentState.DRAFT,
        editable=False,
    )
    kind = models.CharField("文种", max_length=60)
    title = models.CharField("标题", max_length=200)
    organs = models.JSONField("发文机关", default=list)
    mark = models.CharField("机关代字", max_length=30, blank=True)
    year = models.PositiveSmallIntegerField("年份", null=True, editable=False)
    number = models.PositiveIntegerField("序号", null=True, editable=False)
    subject_kind = models.CharField("来源类型", max_length=60, blank=True)
    subject_id = models.BigIntegerField("来源编号", null=True, blank=True)
    context = models.JSONField("内容", default=dict)
    template_version = models.CharField("模板版本", max_length=20)
    approval_reference = models.CharField(
        "批准依据",
        max_length=200,
        blank=True,
        help_text="表彰须填写批准该项目的文件名称和文号。",
    )
    check_results = models.JSONField("印发前检查", default=list, editable=False)
    override_reason = models.TextField("特殊情况说明", blank=True, editable=False)
    signed_off_by = models.CharField("签发人", max_length=200, blank=True, editable=False)
    issued_on = models.DateField("成文日期", null=True, editable=False)
    void_reason = models.TextField("作废理由", blank=True, editable=False)
    verification_code = models.CharField("核验码", max_length=20, blank=True, editable=False)
    file = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="documents",
        verbose_name="印制文件",
    )
    print_error = models.CharField("印制问题", max_length=300, blank=True, editable=False)
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name="替代的公文",
    )
    created_at = models.DateTimeField("起草时间", auto_now_add=True)
    drafted_by = models.CharField("起草人", max_length=200, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "公文"
        ordering = ["-id"]
        constraints = [
            *wall(
                "documents_officialdocument",
                file_id="documents_storedfile",
                supersedes_id="documents_officialdocument",
            ),
            models.UniqueConstraint(
                fields=["tenant", "mark", "year", "number"],
                condition=models.Q(number__isnull=False),
                name="document_number_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "verification_code"],
                condition=~models.Q(verification_code=""),
                name="verification_code_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "subject_kind", "subject_id"], name="document_subject")
        ]

    def __str__(self) -> str:
        return self.title.replace("\n", "")

    def get_absolute_url(self) -> str:
        return reverse("documents:officialdocument_detail", args=[self.pk])

    @property
    def document_number(self) -> str:
        """发文字号, as 示党工组\u30142026\u30153号; empty before issue."""
        if self.number is None:
            return ""
        return f"{self.mark}\u3014{self.year}\u3015{self.number}号"


class ReportJob(TenantOwned):
    """A report being made in the background; the row is all the screen asks about."""

    reach_path: ClassVar[str | None] = "unit__path"

    kind = models.CharField("报告", max_length=60)
    title = models.CharField("名称", max_length=200)
    parameters = models.JSONField("参数", default=dict)
    idempotency_key = models.CharField("去重键", max_length=120)
    # Not ``state``: a job is machinery that nobody needs authority to move.
    status = models.CharField(
        "状态", max_length=12, choices=JobStatus, default=JobStatus.QUEUED, editable=False
    )
    progress = models.PositiveSmallIntegerField("进度", default=0)
    progress_text = models.CharField("正在办理", max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    error = models.CharField("原因", max_length=300, blank=True)
    file = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        related_name="report_jobs",
        verbose_name="结果",
    )
    #: The unit a report is about; those who answer for it may take the report too.
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="report_jobs",
        verbose_name="所属单位",
    )
    is_scheduled = models.BooleanField("按期生成", default=False)
    requested_by_post = models.BigIntegerField("申请职务", null=True)
    requested_by = models.CharField("申请人", max_length=200)
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    heartbeat_at = models.DateTimeField("最近动静", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "报告任务"
        ordering = ["-id"]
        constraints = [
            *wall("documents_reportjob", file_id="documents_storedfile", unit_id="orgs_unit"),
            models.UniqueConstraint(fields=["tenant", "idempotency_key"], name="report_job_once"),
            models.CheckConstraint(
                condition=models.Q(attempts__lte=3), name="report_job_three_attempts"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "status"], name="report_job_status")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        # Where a report stands after it was asked for: among the others, with its progress.
        return reverse("documents:report_centre")

    @property
    def is_open(self) -> bool:
        return self.status in {JobStatus.QUEUED, JobStatus.RUNNING}


class ReportDownload(TenantOwned):
    """Who took the file of a report and when; kept as long as the report."""

    job = models.ForeignKey(
        ReportJob, on_delete=models.PROTECT, related_name="downloads", verbose_name="报告"
    )
    post_id = models.BigIntegerField("下载职务", null=True)
    taken_by = models.CharField("下载人", max_length=200)
    taken_at = models.DateTimeField("下载时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "报告下载"
        ordering = ["-id"]
        constraints = wall("documents_reportdownload", job_id="documents_reportjob")

    def __str__(self) -> str:
        return f"{self.taken_by} {self.job}"
