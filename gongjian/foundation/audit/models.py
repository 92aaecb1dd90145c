"""The trail (操作记录): who did what, in which post, with values before and after."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from gongjian.foundation.tenancy.models import TenantOwned, wall


class TrailEntry(TenantOwned):
    """One act. Names are copied: the trail must stay readable when people move on."""

    append_only: ClassVar[bool] = True

    at = models.DateTimeField("时间", auto_now_add=True)
    action = models.CharField("事项", max_length=80)
    label = models.CharField("事项名称", max_length=60)
    subject_kind = models.CharField("对象类型", max_length=60)
    subject_id = models.BigIntegerField("对象编号", null=True)
    subject_label = models.CharField("对象", max_length=200)
    user_id = models.BigIntegerField("账号编号", null=True)
    post_id = models.BigIntegerField("职务编号", null=True)
    actor_label = models.CharField("操作人", max_length=200)
    reason = models.TextField("理由", blank=True)
    before = models.JSONField("变更前", null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField("变更后", null=True, encoder=DjangoJSONEncoder)

    class Meta(TenantOwned.Meta):
        verbose_name = "操作记录"
        ordering = ["-id"]
        constraints = wall("audit_trailentry")
        indexes = [
            models.Index(fields=["tenant", "subject_kind", "subject_id"], name="trail_subject")
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.subject_label}"


class TrailSeal(TenantOwned):
    """One link of the tenant's chain: an act, and the digest of it and of all before it.

    Written by a job a little after the act and not within its transaction: a chain there
    would let a whole county file one after the other. The order of the chain is the order
    of sealing, so a slow transaction leaves no hole.
    """

    append_only: ClassVar[bool] = True

    position = models.BigIntegerField("序号")
    entry = models.ForeignKey(
        TrailEntry, on_delete=models.PROTECT, related_name="seals", verbose_name="操作记录"
    )
    digest = models.CharField("摘要", max_length=64)
    sealed_at = models.DateTimeField("封存时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "操作记录封存"
        ordering = ["position"]
        constraints = [
            *wall("audit_trailseal", entry_id="audit_trailentry"),
            models.UniqueConstraint(fields=["tenant", "position"], name="trail_seal_position"),
            models.UniqueConstraint(fields=["tenant", "entry"], name="trail_seal_once"),
        ]

    def __str__(self) -> str:
        return f"第{self.position}条"


class Refusal(TenantOwned):
    """未获准的访问: what a post asked for and did not get, counted by day.

    One row for each page, method and answer of a person's day, so that neither a
    careless script nor an attacker fills the table; the count and the last address
    say how often and what. Not a part of the trail: nothing was done.
    """

    day = models.DateField("日期")
    user_id = models.BigIntegerField("账号编号")
    post_id = models.BigIntegerField("职务编号", default=0)
    actor_label = models.CharField("访问人", max_length=200)
    page = models.CharField("页面", max_length=80)
    method = models.CharField("方式", max_length=8)
    status = models.PositiveSmallIntegerField("结果")
    address = models.CharField("最近的地址", max_length=200)
    count = models.PositiveIntegerField("次数", default=1)
    first_at = models.DateTimeField("首次", auto_now_add=True)
    last_at = models.DateTimeField("最近", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "未获准的访问"
        ordering = ["-last_at"]
        constraints = [
            *wall("audit_refusal"),
            models.UniqueConstraint(
                fields=["tenant", "day", "user_id", "post_id", "page", "method", "status"],
                name="refusal_once_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.page}"
