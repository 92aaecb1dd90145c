"""A list from another department: its cells as uploaded, the comparison, the decisions."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from ledger import authority
from ledger.enums import Decision, ImportState, Source, Verdict
from ledger.models.entries import Entry
from orgs.models import Unit, User

_S = ImportState


class LedgerImport(TenantOwned, Stateful):
    """An uploaded list. Nothing of the ledger changes before it is applied."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="比对范围"
    )
    source = models.CharField("来源部门", max_length=10, choices=Source)
    as_of = models.DateField("名单时点")
    #: The list names every unit of its area, so that one it does not name has vanished.
    is_complete = models.BooleanField("全量名单", default=False)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    headings = ArrayField(models.CharField(max_length=100), verbose_name="表头", default=list)
    #: field → number of the column.
    mapping = models.JSONField("列对应", default=dict, blank=True)
    row_count = models.PositiveIntegerField("行数", default=0)
    state = models.CharField(
        "状态", max_length=12, choices=ImportState, default=ImportState.UPLOADED, editable=False
    )
    created_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="上传人",
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    outcome = models.JSONField("结果", default=dict, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "compare", "开始比对", frozenset({_S.UPLOADED, _S.COMPARED}), _S.COMPARED,
            authority.IMPORT_LIST, "ledger.import.compared", icon="list-check",
        ),
        Step(
            "apply", "确认入账", frozenset({_S.COMPARED}), _S.APPLIED, authority.IMPORT_LIST,
            "ledger.import.applied", style="primary", icon="check",
        ),
        Step(
            "discard", "放弃", frozenset({_S.UPLOADED, _S.COMPARED}), _S.DISCARDED,
            authority.IMPORT_LIST, "ledger.import.discarded", style="danger", icon="trash",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "部门名单"
        ordering = ["-id"]
        constraints = wall("ledger_ledgerimport", unit_id="orgs_unit")

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:ledgerimport_detail", args=[self.pk])


class ImportRow(TenantOwned):
    """One row of the list, or (number 0) one entry that the list no longer names."""

    reach_path: ClassVar[str | None] = "upload__unit__path"

    upload = models.ForeignKey(
        LedgerImport, on_delete=models.PROTECT, related_name="rows", verbose_name="部门名单"
    )
    number = models.PositiveIntegerField("行号")
    cells = models.JSONField("原文", default=list, blank=True)
    values = models.JSONField("读数", default=dict, blank=True)
    errors = models.JSONField("错误", default=list, blank=True)
    verdict = models.CharField("比对结果", max_length=10, choices=Verdict, blank=True)
    #: [[field, label, before, after], …]
    changes = models.JSONField("变化", default=list, blank=True)
    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="台账单位",
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="属地单位",
    )
    why = models.CharField("理由", max_length=120, blank=True)
    decision = models.CharField("决定", max_length=10, choices=Decision, default=Decision.PENDING)

    class Meta(TenantOwned.Meta):
        verbose_name = "名单行"
        ordering = ["number", "id"]
        constraints = wall(
            "ledger_importrow",
            upload_id="ledger_ledgerimport",
            entry_id="ledger_entry",
            unit_id="orgs_unit",
        )
        indexes = [models.Index(fields=["tenant", "upload", "verdict"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"第{self.number}行"
