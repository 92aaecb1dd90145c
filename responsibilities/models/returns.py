"""Forms, what units owe, quarterly returns, pinned remarks and consolidations."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Greatest, Left, Length
from django.urls import reverse

from gongjian.foundation.kernel.actor import PATH_STEP
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit
from responsibilities import authority
from responsibilities.cells import Cell
from responsibilities.checks import Check, Rules
from responsibilities.enums import ConsolidationState, FormState, ReturnState
from responsibilities.words import SUMMARY

#: The form of the quarters; other forms (such as of the year) have keys of their own.
QUARTERLY = "quarterly"


class ReturnForm(TenantOwned, Stateful):
    """A version of a form; once published it is never edited.

    Returns keep the version they were begun with: its cells, checks and rules
    stand in this row and nowhere else. Versions of one form share their ``key``.
    """

    state = models.CharField(
        "状态", max_length=20, choices=FormState, default=FormState.DRAFT, editable=False
    )
    title = models.CharField("名称", max_length=80)
    key = models.SlugField("标识", max_length=30, default=QUARTERLY, db_index=False)
    version = models.PositiveSmallIntegerField("版本")
    cells = models.JSONField("栏目", default=list, editable=False)
    checks = models.JSONField("检查", default=list, editable=False)
    rules = models.JSONField("通用检查", default=dict, editable=False)

    lifecycle = Lifecycle(
        Step(
            "publish",
            "发布",
            frozenset({FormState.DRAFT}),
            FormState.PUBLISHED,
            authority.OPEN_QUARTER,
            "responsibilities.form.published",
            style="primary",
            icon="send",
        ),
        Step(
            "archive",
            "停用",
            frozenset({FormState.DRAFT, FormState.PUBLISHED}),
            FormState.ARCHIVED,
            authority.DESIGN_FORM,
            "responsibilities.form.archived",
            icon="archive",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "报表格式"
        ordering = ["-version"]
        constraints = [
            *wall("responsibilities_returnform"),
            models.UniqueConstraint(
                fields=["tenant", "key", "version"],
                name="form_version_once",
                violation_error_message="这个版本号已被使用，请刷新后重试。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:returnform_detail", args=[self.pk])

    def whole_layout(self) -> list[Cell]:
        """All cells as they stand on the page, those that hold words among them."""
        return [Cell.read(row) for row in self.cells]

    def layout(self) -> list[Cell]:
        """The cells that hold figures, in the order of their slots."""
        return [cell for cell in self.whole_layout() if not cell.is_words]

    def entries(self) -> list[Cell]:
        """All that is asked of a unit: the cells, and the summary of the quarter."""
        return [*self.whole_layout(), *SUMMARY]

    def words(self) -> list[Cell]:
        """The cells that hold words, with the summary."""
        return [cell for cell in self.entries() if cell.is_words]

    def own_checks(self) -> list[Check]:
        """The office's conditions on the figures of this version."""
        return [Check.read(row) for row in self.checks]

    def standing_rules(self) -> Rules:
        return Rules.read(self.rules)


class Obligation(TenantOwned):
    """What one unit owes for one period (应报). All rates of filing come from here."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="obligations", verbose_name="单位"
    )
    form = models.ForeignKey(
        ReturnForm, on_delete=models.PROTECT, related_name="obligations", verbose_name="报表格式"
    )
    period = models.ForeignKey(
        "calendar.Period",
        on_delete=models.PROTECT,
        related_name="obligations",
        verbose_name="期间",
    )
    due_on = models.DateField("截止日期")
    extended_to = models.DateField("延期至", null=True, blank=True)
    extension_reason = models.CharField("延期理由", max_length=200, blank=True)
    is_exempt = models.BooleanField("免报", default=False)
    exemption_reason = models.CharField("免报理由", max_length=200, blank=True)
    # Where the unit stood and how large it was in this period: a unit that moves
    # later leaves the totals of the past where they were.
    path_at = models.TextField("当期路径", db_collation="C", default="", editable=False)
    workers_at = models.PositiveIntegerField("当期职工数", default=0, editable=False)
    #: Path of the node above; totals are kept at this level.
    bucket = models.GeneratedField(
        expression=Left("path_at", Greatest(Length("path_at") - PATH_STEP, 0)),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "应报"
        ordering = ["period_id", "unit__path"]
        constraints = [
            *wall(
                "responsibilities_obligation",
                unit_id="orgs_unit",
                form_id="responsibilities_returnform",
                period_id="calendar_period",
            ),
            models.UniqueConstraint(
                fields=["tenant", "period", "unit", "form"], name="obligation_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "period", "bucket"], name="obligation_bucket"),
            models.Index(fields=["tenant", "path_at"], name="obligation_path_at"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.period}"

    def save(self, **kwargs: Any) -> None:
        """Fill in the unit's place and size when the obligation is made one by one."""
        if not self.path_at:
            self.path_at, self.workers_at = self.unit.path, self.unit.worker_count
        super().save(**kwargs)

    @property
    def deadline(self) -> date:
        return self.extended_to or self.due_on


class QuarterlyReturn(TenantOwned, Stateful):
    """The return of one unit for one period (季度报表).

    Numbers stand in one dense array, a slot a cell of the frozen form; a blank
    is NULL and never zero. Remarks, sources, who wrote a cell last and the
    cells that hold words stand beside it in ``notes``:
    ``{"remarks": {}, "sources": {}, "writers": {}, "texts": {}}``.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态", max_length=20, choices=ReturnState, default=ReturnState.DRAFT, editable=False
    )
    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="returns", verbose_name="应报"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="returns", verbose_name="单位"
    )
    period = models.ForeignKey(
        "calendar.Period", on_delete=models.PROTECT, related_name="returns", verbose_name="期间"
    )
    form = models.ForeignKey(
        ReturnForm, on_delete=models.PROTECT, related_name="returns", verbose_name="报表格式"
    )
    values = ArrayField(
        models.DecimalField(max_digits=16, decimal_places=2, null=True),
        verbose_name="数据",
        default=list,
        editable=False,
    )
    notes = models.JSONField("说明", default=dict, editable=False)
    revision = models.PositiveIntegerField("修订号", default=0, editable=False)
    is_nil = models.BooleanField("零报告", default=False)
    nil_reason = models.CharField("零报告理由", max_length=200, blank=True)
    first_submitted_at = models.DateTimeField("首次报送时间", null=True, editable=False)
    submitted_at = models.DateTimeField("报送时间", null=True, editable=False)
    submitted_by = models.CharField("报送人", max_length=200, blank=True, editable=False)
    filed_on_behalf = models.CharField("代报人", max_length=200, blank=True, editable=False)
    #: The person behind ``filed_on_behalf``: whoever typed it does not accept it alone.
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="代报账号",
    )
    paper_note = models.CharField("纸质签字件", max_length=200, blank=True, editable=False)
    seen_at = models.DateTimeField("审核人查看时间", null=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, editable=False)
    reviewed_by = models.CharField("审核人", max_length=200, blank=True, editable=False)
    #: Whose direct superior decides; empty for the unit itself, higher once escalated.
    review_place = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="审定层级",
    )
    #: Who looks at it now, and to whom a correction goes straight back.
    reviewer_post = models.ForeignKey(
        "orgs.Post",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="在审职务",
    )
    findings = models.JSONField("异常栏", default=dict, editable=False)
    returned_values = ArrayField(
        models.DecimalField(max_digits=16, decimal_places=2, null=True),
        verbose_name="退回时的数据",
        null=True,
        editable=False,
    )
    accepted_values = ArrayField(
        models.DecimalField(max_digits=16, decimal_places=2, null=True),
        verbose_name="上次通过时的数据",
        null=True,
        editable=False,
    )

    lifecycle = Lifecycle(
        Step(
            "submit",
            "报送",
            frozenset({ReturnState.DRAFT, ReturnState.SENT_BACK}),
            ReturnState.SUBMITTED,
            authority.SUBMIT_RETURN,
            "responsibilities.return.submitted",
            style="primary",
            icon="send",
        ),
        Step(
            "file_on_behalf",
            "代报",
            frozenset({ReturnState.DRAFT, ReturnState.SENT_BACK}),
            ReturnState.SUBMITTED,
            authority.FILE_ON_BEHALF,
            "responsibilities.return.filed_on_behalf",
        ),
        Step(
            "withdraw",
            "撤回",
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.DRAFT,
            authority.SUBMIT_RETURN,
            "responsibilities.return.withdrawn",
            icon="arrow-back-up",
        ),
        Step(
            "withdraw_correction",
            "撤回补正",
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.SENT_BACK,
            authority.SUBMIT_RETURN,
            "responsibilities.return.correction_withdrawn",
        ),
        Step(
            "send_back",
            "退回补正",
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.SENT_BACK,
            authority.REVIEW_RETURN,
            "responsibilities.return.sent_back",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "accept",
            "审核通过",
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.ACCEPTED,
            authority.REVIEW_RETURN,
            "responsibilities.return.accepted",
            style="primary",
            icon="circle-check",
        ),
        Step(
            "unaccept",
            "撤销通过",
            frozenset({ReturnState.ACCEPTED}),
            ReturnState.SUBMITTED,
            authority.REVIEW_RETURN,
            "responsibilities.return.unaccepted",
            needs_reason=True,
            style="danger",
            icon="rotate-2",
        ),
        Step(
            "escalate",
            "提请上级审定",
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.SUBMITTED,
            authority.REVIEW_RETURN,
            "responsibilities.return.escalated",
            needs_reason=True,
            icon="arrow-up-circle",
        ),
        Step(
            "hand_down",
            "交回下级审核",
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.SUBMITTED,
            authority.REVIEW_RETURN,
            "responsibilities.return.handed_down",
            needs_reason=True,
            icon="arrow-down-circle",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "季度报表"
        ordering = ["-period__starts_on", "unit__path"]
        constraints = [
            *wall(
                "responsibilities_quarterlyreturn",
                obligation_id="responsibilities_obligation",
                unit_id="orgs_unit",
                period_id="calendar_period",
                form_id="responsibilities_returnform",
                review_place_id="orgs_unit",
                reviewer_post_id="orgs_post",
            ),
            models.UniqueConstraint(fields=["tenant", "obligation"], name="return_once"),
        ]
        indexes = [models.Index(fields=["tenant", "period", "unit"], name="return_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.period.name}报表"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:quarterlyreturn_detail", args=[self.pk])

    @property
    def is_editable(self) -> bool:
        return self.state in {ReturnState.DRAFT, ReturnState.SENT_BACK}

    @property
    def review_unit(self) -> Unit:
        """The unit whose direct superior decides on this return."""
        return self.review_place or self.unit

    @property
    def remarks(self) -> dict[str, str]:
        """What the unit wrote beside its cells, by code."""
        return dict(self.notes.get("remarks", {}))

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the cells that hold words and in the summary, by code."""
        return dict(self.notes.get("texts", {}))

    @property
    def sources(self) -> dict[str, str]:
        """Where prefilled values came from, by code."""
        return dict(self.notes.get("sources", {}))


class ReturnRemark(TenantOwned):
    """A reviewer's remark pinned to a cell; only pinned cells open again."""

    reach_path: ClassVar[str | None] = "quarterly_return__unit__path"

    quarterly_return = models.ForeignKey(
        QuarterlyReturn, on_delete=models.CASCADE, related_name="pins", verbose_name="报表"
    )
    cell = models.CharField("栏目编码", max_length=12)
    text = models.CharField("审核意见", max_length=300)
    value_before = models.DecimalField(
        "退回时的数", max_digits=16, decimal_places=2, null=True, blank=True
    )
    author = models.CharField("审核人", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)
    resolved_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "审核意见"
        ordering = ["id"]
        constraints = wall(
            "responsibilities_returnremark",
            quarterly_return_id="responsibilities_quarterlyreturn",
        )

    def __str__(self) -> str:
        return f"{self.cell}：{self.text}"


class Consolidation(TenantOwned, Stateful):
    """The figures of a node with all below it, handed up a level (逐级汇总).

    A branch never waits for its slowest child: the coverage says how many of
    those expected are in it, and whoever comes later is in the next one.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField(
        "状态",
        max_length=20,
        choices=ConsolidationState,
        default=ConsolidationState.OPEN,
        editable=False,
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="consolidations", verbose_name="单位"
    )
    period = models.ForeignKey(
        "calendar.Period",
        on_delete=models.PROTECT,
        related_name="consolidations",
        verbose_name="期间",
    )
    form = models.ForeignKey(
        ReturnForm,
        on_delete=models.PROTECT,
        related_name="consolidations",
        verbose_name="报表格式",
    )
    values = ArrayField(
        models.DecimalField(max_digits=18, decimal_places=2, null=True),
        verbose_name="汇总数",
        default=list,
        editable=False,
    )
    expected_count = models.PositiveIntegerField("应报家数", default=0, editable=False)
    accepted_count = models.PositiveIntegerField("已通过家数", default=0, editable=False)
    submitted_at = models.DateTimeField("上报时间", null=True, editable=False)
    submitted_by = models.CharField("上报人", max_length=200, blank=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, editable=False)
    remark = models.CharField("说明", max_length=300, blank=True)

    lifecycle = Lifecycle(
        Step(
            "submit",
            "上报汇总",
            frozenset(
                {
                    ConsolidationState.OPEN,
                    ConsolidationState.SENT_BACK,
                    ConsolidationState.SUBMITTED,
                    ConsolidationState.ACCEPTED,
                }
            ),
            ConsolidationState.SUBMITTED,
            authority.SUBMIT_RETURN,
            "responsibilities.consolidation.submitted",
            style="primary",
            icon="send",
        ),
        Step(
            "send_back",
            "退回补正",
            frozenset({ConsolidationState.SUBMITTED}),
            ConsolidationState.SENT_BACK,
            authority.REVIEW_RETURN,
            "responsibilities.consolidation.sent_back",
            needs_reason=True,
            style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "accept",
            "审核通过",
            frozenset({ConsolidationState.SUBMITTED}),
            ConsolidationState.ACCEPTED,
            authority.REVIEW_RETURN,
            "responsibilities.consolidation.accepted",
            style="primary",
            icon="circle-check",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "汇总表"
        ordering = ["-period__starts_on", "unit__path"]
        constraints = [
            *wall(
                "responsibilities_consolidation",
                unit_id="orgs_unit",
                period_id="calendar_period",
                form_id="responsibilities_returnform",
            ),
            models.UniqueConstraint(
                fields=["tenant", "period", "unit", "form"], name="consolidation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.period.name}汇总"

    def get_absolute_url(self) -> str:
        return reverse("responsibilities:consolidation_detail", args=[self.pk])
