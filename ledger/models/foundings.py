"""What is still to be done: organizations to be founded, restructured units to be made sound."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from ledger import authority
from ledger.enums import (
    RUNNING,
    FoundingState,
    RestructuringKind,
    RestructuringState,
    Source,
)
from ledger.models.entries import Entry
from ledger.models.organizations import Coverage
from orgs.enums import Line

_S = FoundingState


class Founding(TenantOwned, Stateful):
    """One organization that an entry lacks, from the clue to the day it stands."""

    reach_path: ClassVar[str | None] = "entry__unit__path"

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="foundings", verbose_name="台账单位"
    )
    line = models.CharField("线", max_length=8, choices=Line)
    source = models.CharField("来源", max_length=10, choices=Source, default=Source.SURVEY)
    state = models.CharField(
        "状态", max_length=12, choices=FoundingState, default=FoundingState.CLUE, editable=False
    )
    due_on = models.DateField("本步期限")
    opened_on = models.DateField("列出日期")
    closed_on = models.DateField("销号日期", null=True, blank=True, editable=False)
    leader = models.CharField("责任领导", max_length=40, blank=True)
    person = models.CharField("责任人", max_length=40, blank=True)
    note = models.CharField("进展和障碍", max_length=300, blank=True)
    coverage = models.ForeignKey(
        Coverage, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    lifecycle = Lifecycle(
        Step(
            "verify", "核实符合条件", frozenset({_S.CLUE}), _S.LISTED, authority.EDIT_ENTRY,
            "ledger.founding.verified", style="primary", icon="checklist",
        ),
        Step(
            "guide", "开始指导", frozenset({_S.LISTED}), _S.GUIDED, authority.EDIT_ENTRY,
            "ledger.founding.guided", style="primary", icon="users",
        ),
        Step(
            "prepare", "进入筹建", frozenset({_S.GUIDED}), _S.PREPARING, authority.EDIT_ENTRY,
            "ledger.founding.preparing", style="primary", icon="writing-sign",
        ),
        Step(
            "build", "登记建成", frozenset(RUNNING), _S.BUILT,
            authority.EDIT_ENTRY, "ledger.founding.built", style="primary", icon="circle-check",
        ),
        Step(
            "drop", "不具备条件", frozenset(RUNNING), _S.DROPPED, authority.EDIT_ENTRY,
            "ledger.founding.dropped", needs_reason=True, style="danger", icon="ban",
        ),
        Step(
            "reopen", "重新列入", frozenset({_S.DROPPED}), _S.LISTED, authority.EDIT_ENTRY,
            "ledger.founding.reopened", needs_reason=True, icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "组建事项"
        ordering = ["due_on", "id"]
        constraints = [
            *wall("ledger_founding", entry_id="ledger_entry", coverage_id="ledger_coverage"),
            models.UniqueConstraint(
                fields=["tenant", "entry", "line"],
                condition=models.Q(state__in=[state.value for state in RUNNING]),
                name="founding_one_running",
                violation_error_message="这个单位在该线上已有组建事项在办。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="built") | models.Q(coverage__isnull=False),
                name="founding_built_covers",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "due_on"], name="founding_due")]

    def __str__(self) -> str:
        return f"{self.entry}{'建立党组织' if self.line == Line.PARTY else '建立工会'}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:founding_detail", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    def is_late(self, day: date) -> bool:
        return self.is_running and self.due_on < day


class Restructuring(TenantOwned, Stateful):
    """改制 starts a clock: within so many days both organizations must stand again."""

    reach_path: ClassVar[str | None] = "entry__unit__path"

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="restructurings", verbose_name="台账单位"
    )
    kind = models.CharField("类型", max_length=10, choices=RestructuringKind)
    approval_number = models.CharField("批复文号", max_length=60, blank=True)
    completed_on = models.DateField("完成日期")
    due_on = models.DateField("健全期限")
    sound_on = models.DateField("双建健全日期", null=True, blank=True, editable=False)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=RestructuringState,
        default=RestructuringState.RUNNING,
        editable=False,
    )

    lifecycle = Lifecycle(
        Step(
            "settle", "确认已健全", frozenset({RestructuringState.RUNNING}),
            RestructuringState.SOUND, authority.EDIT_ENTRY, "ledger.restructuring.settled",
            style="primary", icon="circle-check",
        ),
        Step(
            "end", "不再适用", frozenset({RestructuringState.RUNNING}), RestructuringState.ENDED,
            authority.EDIT_ENTRY, "ledger.restructuring.ended", needs_reason=True,
            style="danger", icon="ban",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "改制事项"
        ordering = ["-completed_on", "-id"]
        constraints = [
            *wall("ledger_restructuring", entry_id="ledger_entry"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("completed_on")),
                name="restructuring_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry}{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return self.entry.get_absolute_url()
