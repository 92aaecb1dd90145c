"""Notices to posts, and the digests that carry them to people."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from gongjian.commons.notices.enums import Channel, DigestState
from gongjian.foundation.tenancy.models import TenantOwned, wall


class Notice(TenantOwned):
    """One thing a post is told. Who holds the post is asked when it is read or sent.

    The unique key is what makes every sweep repeatable: a rule tells a post of
    one subject once per stage, however often it is asked.
    """

    reach_path: ClassVar[str | None] = "post__unit__path"

    rule = models.CharField("提醒规则", max_length=80)
    subject_kind = models.CharField("事项类型", max_length=60)
    subject_id = models.BigIntegerField("事项编号")
    stage = models.CharField("阶段", max_length=20)
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="notices", verbose_name="接收职务"
    )
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    url = models.CharField("链接", max_length=500, blank=True)
    deadline = models.DateField("截止日期", null=True, blank=True)
    created_at = models.DateTimeField("提醒时间", default=timezone.now, editable=False)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "提醒"
        ordering = ["-id"]
        constraints = [
            *wall("notices_notice", post_id="orgs_post"),
            models.UniqueConstraint(
                fields=["tenant", "rule", "subject_kind", "subject_id", "stage", "post"],
                name="notice_once",
                violation_error_message="这条提醒已经发出，不必重复发送。",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "post", "id"], name="notice_post"),
            models.Index(
                fields=["tenant", "post"],
                condition=models.Q(read_at__isnull=True),
                name="notice_unread",
            ),
            models.Index(fields=["tenant", "created_at"], name="notice_created"),
        ]

    def __str__(self) -> str:
        return self.title


class Digest(TenantOwned):
    """What one person is sent on one day through one channel, and what came of it.

    ``attempts`` counts claims and not failures, so that a message that kills
    its worker is given up as well.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="digests",
        verbose_name="接收人",
    )
    day = models.DateField("日期")
    channel = models.CharField("渠道", max_length=12, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(
        "状态", max_length=12, choices=DigestState, default=DigestState.PENDING, editable=False
    )
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0, editable=False)
    claimed_at = models.DateTimeField("领取时间", null=True, editable=False)
    sent_at = models.DateTimeField("发送时间", null=True, editable=False)
    result = models.CharField("结果", max_length=300, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "每日提醒"
        ordering = ["-day", "id"]
        constraints = [
            *wall("notices_digest"),
            models.UniqueConstraint(
                fields=["tenant", "user", "day", "channel"],
                name="digest_once_a_day",
                violation_error_message="此人当天的提醒已经生成，不必重复生成。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "day", "state"], name="digest_waiting")]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"


class DigestLine(TenantOwned):
    """A notice that stood in a digest that was sent."""

    digest = models.ForeignKey(
        Digest, on_delete=models.CASCADE, related_name="lines", verbose_name="每日提醒"
    )
    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, related_name="lines", verbose_name="提醒"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "每日提醒条目"
        constraints = [
            *wall("notices_digestline", digest_id="notices_digest", notice_id="notices_notice"),
            models.UniqueConstraint(fields=["tenant", "digest", "notice"], name="digest_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.digest} {self.notice}"
