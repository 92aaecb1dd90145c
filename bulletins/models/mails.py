"""Mail to readers outside of the region: drafted for an issue, released by a person, sent once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import EmailValidator
from django.db import models
from django.urls import reverse

from bulletins import authority
from bulletins.enums import IssueMailState, MailOutcome
from bulletins.models.issues import BulletinSeries, Issue
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = IssueMailState
_ADDRESS = EmailValidator("请填写完整的邮箱地址，如 wang@example.cn。")


class OutsideReader(TenantOwned):
    """Somebody who is no unit of the region and gets a bulletin by mail."""

    series = models.ForeignKey(
        BulletinSeries,
        on_delete=models.PROTECT,
        related_name="outside_readers",
        verbose_name="刊物",
    )
    name = models.CharField("收件单位或姓名", max_length=60)
    address = models.CharField("邮箱", max_length=120, validators=[_ADDRESS])

    class Meta(TenantOwned.Meta):
        verbose_name = "外部收件人"
        ordering = ["id"]
        constraints = [
            *wall("bulletins_outsidereader", series_id="bulletins_bulletinseries"),
            models.UniqueConstraint(
                fields=["tenant", "series", "address"], name="outside_reader_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.address}"


class IssueMail(TenantOwned, Stateful):
    """What is written to the outside readers of one issue. Nothing leaves before its release."""

    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, related_name="mails", verbose_name="简报"
    )
    subject = models.CharField("主题", max_length=120)
    text = models.TextField("正文", max_length=2000)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=IssueMailState,
        default=IssueMailState.DRAFT,
        editable=False,
    )
    drafted_by = models.CharField("起草人", max_length=200, editable=False)
    released_by = models.CharField("放行人", max_length=200, blank=True, editable=False)
    released_at = models.DateTimeField("放行时间", null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "release", "放行发送", frozenset({_S.DRAFT}), _S.RELEASED, authority.MAKE_ISSUE,
            "bulletins.mail.released", style="primary", icon="send",
        ),
        Step(
            "discard", "作废草稿", frozenset({_S.DRAFT}), _S.DISCARDED, authority.MAKE_ISSUE,
            "bulletins.mail.discarded", style="danger", icon="trash",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "简报邮件"
        ordering = ["-id"]
        constraints = [
            *wall("bulletins_issuemail", issue_id="bulletins_issue"),
            # Two presses of the button make one draft.
            models.UniqueConstraint(
                fields=["tenant", "issue"],
                condition=models.Q(state=IssueMailState.DRAFT),
                name="issue_mail_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("bulletins:issuemail_detail", args=[self.pk])


class MailReceiver(TenantOwned):
    """One address of a mail, as it was when the mail was written, and what became of it."""

    mail = models.ForeignKey(
        IssueMail, on_delete=models.PROTECT, related_name="receivers", verbose_name="简报邮件"
    )
    name = models.CharField("收件单位或姓名", max_length=60)
    address = models.CharField("邮箱", max_length=120, validators=[_ADDRESS])
    outcome = models.CharField(
        "结果", max_length=10, choices=MailOutcome, default=MailOutcome.WAITING, editable=False
    )
    attempts = models.PositiveSmallIntegerField("次数", default=0, editable=False)
    result = models.CharField("说明", max_length=300, blank=True, editable=False)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "邮件收件人"
        ordering = ["id"]
        constraints = [
            *wall("bulletins_mailreceiver", mail_id="bulletins_issuemail"),
            models.UniqueConstraint(
                fields=["tenant", "mail", "address"], name="mail_receiver_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.address}"

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a mailbox that got it once keeps one."""
        host = settings.PUBLIC_URL.rpartition("//")[2].split("/")[0].split(":")[0] or "localhost"
        key: Any = self.pk
        return f"<bulletin-{self.tenant_id}-{self.mail_id}-{key}@{host}>"
