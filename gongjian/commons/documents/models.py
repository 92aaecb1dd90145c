"""Official documents with their numbers, the files they became, and jobs that make reports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.commons.documents.authority import (
    DRAFT_DOCUMENT,
    ISSUE_DOCUMENT,
    SIGN_OFF_DOCUMENT,
    TAKE_PART,
    VOID_DOCUMENT,
)
from gongjian.commons.documents.enums import (
    Answer,
    DocumentState,
    JobStatus,
    NumberState,
    SignOffAct,
)
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


#: States in which the document goes from hand to hand and nobody edits it.
CIRCULATING = frozenset({DocumentState.REVIEW, DocumentState.COUNTERSIGN, DocumentState.SIGNING})


class OfficialDocument(TenantOwned, Stateful):
    """A document from draft to archive. What has been issued is never edited."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle(
        Step(
            name="to_review",
            label="送核稿",
            sources=frozenset({DocumentState.DRAFT}),
            target=DocumentState.REVIEW,
            permission=TAKE_PART,
            action="documents.document.sent_to_review",
        ),
        Step(
            name="to_countersign",
            label="送会签",
            sources=frozenset({DocumentState.DRAFT, DocumentState.REVIEW}),
            target=DocumentState.COUNTERSIGN,
            permission=TAKE_PART,
            action="documents.document.sent_to_countersign",
        ),
        Step(
            name="to_signing",
            label="送签发",
            sources=frozenset(
                {DocumentState.DRAFT, DocumentState.REVIEW, DocumentState.COUNTERSIGN}
            ),
            target=DocumentState.SIGNING,
            permission=TAKE_PART,
            action="documents.document.sent_to_signing",
        ),
        Step(
            name="send_back",
            label="退回修改",
            sources=CIRCULATING,
            target=DocumentState.DRAFT,
            permission=TAKE_PART,
            action="documents.document.sent_back",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="withdraw",
            label="撤回送审",
            sources=CIRCULATING,
            target=DocumentState.DRAFT,
            permission=DRAFT_DOCUMENT,
            action="documents.document.withdrawn",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="sign_off",
            label="签发",
            sources=frozenset({DocumentState.DRAFT, DocumentState.SIGNING}),
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
    #: As it was printed; a later change of the format leaves it as it is.
    number_text = models.CharField("发文字号", max_length=80, blank=True, editable=False)
    subject_kind = models.CharField("来源类型", max_length=60, blank=True)
    subject_id = models.BigIntegerField("来源编号", null=True, blank=True)
    context = models.JSONField("内容", default=dict)
    template_version = models.CharField("模板版本", max_length=20)
    #: Chosen by the tenant when it was issued; empty: the layout of its kind.
    layout = models.CharField("版式", max_length=30, blank=True, editable=False)
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
    #: Counts every change of the words: who signs says which of them was read.
    revision = models.PositiveIntegerField("稿次", default=1, editable=False)
    created_at = models.DateTimeField("起草时间", auto_now_add=True)
    drafted_by = models.CharField("起草人", max_length=200, editable=False)
    drafting_post = models.ForeignKey(
        "orgs.Post",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="起草职务",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "公文"
        ordering = ["-id"]
        constraints = [
            *wall(
                "documents_officialdocument",
                file_id="documents_storedfile",
                supersedes_id="documents_officialdocument",
                drafting_post_id="orgs_post",
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
        return self.number_text


class OrganMark(TenantOwned):
    """机关代字 of one organ and how its numbers are written."""

    mark = models.CharField("机关代字", max_length=30)
    organ = models.CharField("发文机关", max_length=120)
    head = models.CharField("发文机关标志", max_length=60, blank=True)
    pattern = models.CharField("字号格式", max_length=60)
    is_active = models.BooleanField("使用中", default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "机关代字"
        ordering = ["mark"]
        constraints = [
            *wall("documents_organmark"),
            models.UniqueConstraint(
                fields=["tenant", "mark"],
                name="organ_mark_once",
                violation_error_message="这个机关代字已经设置，请直接修改原有的。",
            ),
        ]

    def __str__(self) -> str:
        return self.mark

    def get_absolute_url(self) -> str:
        return reverse("documents:organmark_list")


class NumberEntry(TenantOwned, Stateful):
    """One line of the register of numbers (发文登记). No number is without one, none has two."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle(
        Step(
            name="use",
            label="启用预留号",
            sources=frozenset({NumberState.RESERVED}),
            target=NumberState.USED,
            permission=ISSUE_DOCUMENT,
            action="documents.number.used",
        ),
        Step(
            name="cancel",
            label="注销预留号",
            sources=frozenset({NumberState.RESERVED}),
            target=NumberState.CANCELLED,
            permission=ISSUE_DOCUMENT,
            action="documents.number.cancelled",
            needs_reason=True,
            style="danger",
            icon="ban",
        ),
    )

    state = models.CharField("状态", max_length=20, choices=NumberState, editable=False)
    mark = models.CharField("机关代字", max_length=30)
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveIntegerField("序号")
    text = models.CharField("发文字号", max_length=80)
    document = models.ForeignKey(
        OfficialDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="number_entries",
        verbose_name="公文",
    )
    purpose = models.CharField("用途", max_length=200, blank=True)
    cancel_reason = models.TextField("注销理由", blank=True)
    taken_by = models.CharField("取号人", max_length=200)
    taken_at = models.DateTimeField("取号时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "发文登记"
        ordering = ["-year", "mark", "-number"]
        constraints = [
            *wall("documents_numberentry", document_id="documents_officialdocument"),
            models.UniqueConstraint(
                fields=["tenant", "mark", "year", "number"], name="number_entry_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "document"],
                condition=models.Q(document__isnull=False),
                name="number_entry_document",
            ),
            models.CheckConstraint(
                condition=models.Q(state="used") | models.Q(document__isnull=True),
                name="number_entry_used",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("documents:numberentry_detail", args=[self.pk])


class SignOffRoute(TenantOwned):
    """Who sees a kind of document before it is issued. An empty kind stands for all others."""

    kind = models.CharField("文种", max_length=60, blank=True)
    is_direct = models.BooleanField("不经核稿会签，起草后直接签发", default=False)
    changed_at = models.DateTimeField("设置时间", auto_now=True)
    changed_by = models.CharField("设置人", max_length=200, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "审签流程"
        ordering = ["kind"]
        constraints = [
            *wall("documents_signoffroute"),
            models.UniqueConstraint(
                fields=["tenant", "kind"],
                name="sign_off_route_once",
                violation_error_message="这个文种已有审签流程，请直接修改。",
            ),
        ]

    def __str__(self) -> str:
        return f"审签流程 {self.kind or '其他文种'}"

    def get_absolute_url(self) -> str:
        return reverse("documents:route_list")


class RouteSeat(TenantOwned):
    """One post of a route. Seats of one stage are asked at the same time."""

    route = models.ForeignKey(
        SignOffRoute, on_delete=models.PROTECT, related_name="seats", verbose_name="流程"
    )
    act = models.CharField("环节", max_length=12, choices=SignOffAct)
    stage = models.PositiveSmallIntegerField("顺序")
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="+", verbose_name="职务"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "审签环节"
        ordering = ["stage", "id"]
        constraints = [
            *wall("documents_routeseat", route_id="documents_signoffroute", post_id="orgs_post"),
            models.UniqueConstraint(
                fields=["tenant", "route", "act", "post"], name="route_seat_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.post}"


class SignOffTurn(TenantOwned):
    """One post's turn in one round of one document, and what that post said.

    Written once when it is answered; a document that is sent again gets new turns.
    """

    document = models.ForeignKey(
        OfficialDocument, on_delete=models.PROTECT, related_name="turns", verbose_name="公文"
    )
    round = models.PositiveSmallIntegerField("轮次")
    act = models.CharField("环节", max_length=12, choices=SignOffAct)
    stage = models.PositiveSmallIntegerField("顺序")
    #: Empty: whoever may sign documents.
    post = models.ForeignKey(
        "orgs.Post",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="职务",
    )
    handed_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="handed_to",
        verbose_name="转自",
    )
    answer = models.CharField("结果", max_length=12, choices=Answer, default=Answer.WAITING)
    opinion = models.TextField("意见", blank=True)
    revision = models.PositiveIntegerField("所见稿次", default=0)
    opened_at = models.DateTimeField("送达时间", null=True, blank=True)
    answered_at = models.DateTimeField("办理时间", null=True, blank=True)
    answered_by = models.CharField("办理人", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "审签"
        ordering = ["round", "stage", "id"]
        constraints = [
            *wall(
                "documents_signoffturn",
                document_id="documents_officialdocument",
                post_id="orgs_post",
                handed_from_id="documents_signoffturn",
            ),
            models.UniqueConstraint(
                fields=["tenant", "document", "round", "act", "post"],
                condition=models.Q(answer="waiting"),
                name="sign_off_turn_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "post"],
                condition=models.Q(answer="waiting", opened_at__isnull=False),
                name="sign_off_turn_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.post or '签发人'}"

    @property
    def is_open(self) -> bool:
        return self.answer == Answer.WAITING and self.opened_at is not None


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


# Django looks for models here; they stand apart for the length of the file.
from gongjian.commons.documents.slot_models import LayoutChoice, TenantFont  # noqa: E402, F401
