"""The register of honours."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.commons.honours.authority import REVOKE_HONOUR
from gongjian.commons.honours.enums import HonourKind, HonourLevel, HonourState
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step


class Honour(TenantOwned, Stateful):
    """One honour of one unit or person. It is never deleted: taken back, it says so.

    What was awarded before the system, or by others, is entered by hand and
    has neither certificate number nor code.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    kind = models.CharField("种类", max_length=10, choices=HonourKind, default=HonourKind.HONOUR)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="honours", verbose_name="单位"
    )
    #: Empty for an honour of the unit itself.
    person = models.CharField("姓名", max_length=40, blank=True)
    duty = models.CharField("职务", max_length=60, blank=True)
    title = models.CharField("荣誉名称", max_length=60)
    occasion = models.CharField("项目", max_length=100, blank=True)
    level = models.CharField("层级", max_length=10, choices=HonourLevel, default=HonourLevel.CITY)
    organ = models.CharField("授予机关", max_length=120)
    document_number = models.CharField("文号", max_length=60, blank=True)
    awarded_on = models.DateField("授予日期")
    number = models.CharField("证书编号", max_length=30, blank=True, editable=False)
    code = models.CharField("核验码", max_length=24, blank=True, editable=False)
    source_kind = models.CharField("来源类型", max_length=60, blank=True, editable=False)
    source_id = models.BigIntegerField("来源编号", null=True, editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=HonourState, default=HonourState.VALID, editable=False
    )
    revoked_on = models.DateField("撤销日期", null=True, editable=False)
    revoked_reason = models.CharField("撤销原因", max_length=300, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "revoke", "撤销荣誉", frozenset({HonourState.VALID}), HonourState.REVOKED,
            REVOKE_HONOUR, "honours.honour.revoked", needs_reason=True, style="danger",
            icon="ban",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "荣誉"
        ordering = ["-awarded_on", "-id"]
        constraints = [
            *wall("honours_honour", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "number"], condition=~models.Q(number=""), name="honour_number"
            ),
            models.UniqueConstraint(
                fields=["tenant", "code"], condition=~models.Q(code=""), name="honour_code"
            ),
            models.UniqueConstraint(
                fields=["tenant", "source_kind", "source_id"],
                condition=~models.Q(source_kind=""),
                name="honour_once_a_source",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "unit", "person"], name="honour_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.holder}：{self.title}"

    def get_absolute_url(self) -> str:
        return reverse("honours:honour_detail", args=[self.pk])

    @property
    def holder(self) -> str:
        return f"{self.unit.name}{self.person}"
