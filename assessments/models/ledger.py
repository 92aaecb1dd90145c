"""The ledger of bonus, penalty and veto: dated, with evidence and an approver."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from assessments.authority import APPROVE_ENTRY
from assessments.enums import EntryState
from assessments.models.schemes import SchemeItem
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit


class LedgerEntry(Stateful, TenantOwned):
    """Something that happened in one unit and counts beside its figures once approved."""

    reach_path: ClassVar[str | None] = "unit__path"

    item = models.ForeignKey(
        SchemeItem, on_delete=models.PROTECT, related_name="entries", verbose_name="项目"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="ledger_entries", verbose_name="单位"
    )
    matter = models.CharField(
        "事项", max_length=100, help_text="同一事项请用同样的名称，规定不重复计分的只按最高级别计。"
    )
    level = models.CharField("级别", max_length=40, blank=True)
    occurred_on = models.DateField("发生日期")
    evidence = models.CharField("依据", max_length=500)
    reference = models.CharField("文号", max_length=100, blank=True)
    approver_label = models.CharField("批准人", max_length=200, blank=True, editable=False)
    ends_on = models.DateField(
        "影响到", null=True, blank=True, help_text="过了这一天，测算不再计入；留空为不限。"
    )
    state = models.CharField(
        "状态", max_length=20, choices=EntryState, default=EntryState.DRAFT, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            name="approve",
            label="批准",
            sources=frozenset({EntryState.DRAFT}),
            target=EntryState.APPROVED,
            permission=APPROVE_ENTRY,
            action="assessments.entry.approved",
            style="primary",
            icon="circle-check",
        ),
        Step(
            name="refuse",
            label="不予批准",
            sources=frozenset({EntryState.DRAFT}),
            target=EntryState.REFUSED,
            permission=APPROVE_ENTRY,
            action="assessments.entry.refused",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="lift",
            label="解除",
            sources=frozenset({EntryState.APPROVED}),
            target=EntryState.LIFTED,
            permission=APPROVE_ENTRY,
            action="assessments.entry.lifted",
            needs_reason=True,
            icon="arrow-back-up",
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "台账事项"
        ordering = ["-occurred_on", "-id"]
        constraints = [
            *wall(
                "assessments_ledgerentry",
                item_id="assessments_schemeitem",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "item", "unit", "matter", "level", "occurred_on"],
                condition=~models.Q(state="refused"),
                name="ledger_entry_once",
                violation_error_message="台账里已有同一单位、同一日期的这件事项，请勿重复登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.matter}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:ledger_entry_detail", args=[self.pk])
