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
