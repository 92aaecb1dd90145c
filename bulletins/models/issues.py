"""The bulletin: its series, issues with their items, reviews, and who received it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from bulletins import authority
from bulletins.enums import IssueKind, IssueState, ReviewStep
from bulletins.models.dispatches import Dispatch
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = IssueState


class BulletinSeries(TenantOwned):
    """A bulletin by name. Its issues are numbered within the year and in total."""

    name = models.CharField("刊名", max_length=20)
    publisher = models.CharField("编印单位", max_length=60)
    #: Issues printed on paper before; the total goes on from there.
    total_before = models.PositiveIntegerField("此前总期数", default=0)
    report_to = models.CharField("报", max_length=300, blank=True)
    copy_to = models.CharField("送", max_length=300, blank=True)
    send_to = models.CharField("发", max_length=300, blank=True)
    copies = models.PositiveIntegerField("印数", default=0)
    notice = models.CharField("提示", max_length=20, blank=True)
    is_active = models.BooleanField("在用", default=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "刊物"
        ordering = ["id"]
        constraints = [
            *wall("bulletins_bulletinseries"),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="bulletin_series_name",
                violation_error_message="已有同名刊物，请换一个刊名。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Issue(TenantOwned, Stateful):
    """One issue. It has no number until it is signed; then the number is never given again."""

    series = models.ForeignKey(
        BulletinSeries, on_delete=models.PROTECT, related_name="issues", verbose_name="刊物"
    )
    kind = models.CharField("刊别", max_length=10, choices=IssueKind, default=IssueKind.REGULAR)
    topic = models.CharField("本期主题", max_length=60, blank=True)
    editor_note = models.TextField("编者按", max_length=600, blank=True)
    report_to = models.CharField("报", max_length=300, blank=True)
    copy_to = models.CharField("送", max_length=300, blank=True)
    send_to = models.CharField("发", max_length=300, blank=True)
    copies = models.PositiveIntegerField("印数", default=0)
    state = models.CharField(
        "状态", max_length=12, choices=IssueState, default=IssueState.MAKING, editable=False
    )
    year = models.PositiveSmallIntegerField("年度", null=True, editable=False)
    number = models.PositiveIntegerField("期号", null=True, editable=False)
    total_number = models.PositiveIntegerField("总期号", null=True, editable=False)
    printed_on = models.DateField("印发日期", null=True, editable=False)
    signed_by = models.CharField("签发人", max_length=200, blank=True, editable=False)
    #: What was signed, word for word; the printed page is made from this alone.
    frozen = models.JSONField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "submit", "送审", frozenset({_S.MAKING}), _S.FIRST, authority.MAKE_ISSUE,
            "bulletins.issue.submitted", style="primary", icon="send",
        ),
        Step(
            "first", "初审通过", frozenset({_S.FIRST}), _S.SECOND, authority.REVIEW_ISSUE,
            "bulletins.issue.first_review", style="primary", icon="circle-check",
        ),
        Step(
            "second", "复审通过", frozenset({_S.SECOND}), _S.FINAL, authority.REVIEW_ISSUE,
            "bulletins.issue.second_review", style="primary", icon="circle-check",
        ),
        Step(
            "final", "终审通过", frozenset({_S.FINAL}), _S.SIGNING, authority.REVIEW_ISSUE,
            "bulletins.issue.final_review", style="primary", icon="circle-check",
        ),
        Step(
            "sign", "签发编号", frozenset({_S.SIGNING}), _S.SIGNED, authority.SIGN_ISSUE,
            "bulletins.issue.signed", style="primary", icon="writing-sign",
        ),
        Step(
            "send_out", "印发", frozenset({_S.SIGNED}), _S.SENT_OUT, authority.MAKE_ISSUE,
            "bulletins.issue.sent_out", style="primary", icon="mail-forward",
        ),
        Step(
            "send_back", "退回编排", frozenset({_S.FIRST, _S.SECOND, _S.FINAL, _S.SIGNING}),
            _S.MAKING, authority.REVIEW_ISSUE, "bulletins.issue.sent_back", needs_reason=True,
            style="danger", icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "简报"
        ordering = ["-id"]
        constraints = [
            *wall("bulletins_issue", series_id="bulletins_bulletinseries"),
            models.UniqueConstraint(
                fields=["tenant", "series", "year", "kind", "number"], name="issue_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "series", "total_number"], name="issue_total_once"
            ),
        ]

    def __str__(self) -> str:
        if self.number is None:
            return f"{self.series}（{self.get_kind_display()}，未编号）"
        return f"{self.series}{self.year}年{self.number_words}"

    def get_absolute_url(self) -> str:
        return reverse("bulletins:issue_detail", args=[self.pk])

    @property
    def number_words(self) -> str:
        """第3期（总第27期), or 增刊第1期: extra issues are counted apart and in no total."""
        if self.number is None:
            return "未编号"
        if self.kind == IssueKind.EXTRA:
            return f"增刊第{self.number}期"
        return f"第{self.number}期（总第{self.total_number}期）"


class IssueItem(TenantOwned):
    """A piece as it stands in an issue: the desk's text, made of one dispatch or several."""

    issue = models.ForeignKey(
        Issue, on_delete=models.CASCADE, related_name="items", verbose_name="简报"
    )
    section = models.CharField("栏目", max_length=20, blank=True)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("正文")
    position = models.PositiveSmallIntegerField("次序")
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "简报稿件"
        ordering = ["position", "id"]
        constraints = wall("bulletins_issueitem", issue_id="bulletins_issue")

    def __str__(self) -> str:
        return self.title


class ItemSource(TenantOwned):
    """A dispatch that an item was made of; two and more make it a combined adoption."""

    item = models.ForeignKey(
        IssueItem, on_delete=models.CASCADE, related_name="sources", verbose_name="简报稿件"
    )
    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.PROTECT, related_name="uses", verbose_name="稿件"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "采用来源"
        ordering = ["id"]
        constraints = [
            *wall(
                "bulletins_itemsource",
                item_id="bulletins_issueitem",
                dispatch_id="bulletins_dispatch",
            ),
            models.UniqueConstraint(fields=["tenant", "item", "dispatch"], name="item_source_once"),
        ]

    def __str__(self) -> str:
        return str(self.dispatch)


class IssueReview(TenantOwned):
    """One of the three reviews, or the signing. Each by another person (三审三校)."""

    append_only: ClassVar[bool] = True

    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, related_name="reviews", verbose_name="简报"
    )
    #: Submissions of the issue so far; reviews of an earlier round count no more.
    round = models.PositiveSmallIntegerField("轮次")
    step = models.CharField("审次", max_length=10, choices=ReviewStep)
    user_id = models.BigIntegerField(null=True)
    by = models.CharField("审核人", max_length=200)
    opinion = models.CharField("意见", max_length=500, blank=True)
    is_passed = models.BooleanField("通过", default=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "审校记录"
        ordering = ["id"]
        constraints = wall("bulletins_issuereview", issue_id="bulletins_issue")

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.by}"


class Receipt(TenantOwned):
    """A unit that an issue was sent to, and when somebody there opened it."""

    reach_path: ClassVar[str | None] = "unit__path"

    issue = models.ForeignKey(
        Issue, on_delete=models.CASCADE, related_name="receipts", verbose_name="简报"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    opened_at = models.DateTimeField("签收时间", null=True, editable=False)
    opened_by = models.CharField("签收人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "签收"
        ordering = ["unit__path"]
        constraints = [
            *wall("bulletins_receipt", issue_id="bulletins_issue", unit_id="orgs_unit"),
            models.UniqueConstraint(fields=["tenant", "issue", "unit"], name="receipt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue} {self.unit}"
