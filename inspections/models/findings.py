"""Findings, the notices that order their rectification, and what the inspectors promised."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from inspections import authority
from inspections.enums import FindingCategory, FindingState, Severity
from inspections.models.visits import Visit

_F = FindingState
_OUT = frozenset({_F.NOTIFIED, _F.IN_HAND, _F.REPORTED})


class RectificationNotice(TenantOwned):
    """整改通知书: numbered, with the findings it orders to be put right."""

    reach_path: ClassVar[str | None] = "unit__path"

    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="notices", verbose_name="督查"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="被查单位"
    )
    year = models.PositiveSmallIntegerField("年度", editable=False)
    serial = models.PositiveIntegerField("序号", editable=False)
    issued_on = models.DateField("发出日期", editable=False)
    due_on = models.DateField("整改时限")
    demand = models.CharField("总体要求", max_length=1000, blank=True)
    contact = models.CharField("联系人", max_length=60, blank=True)
    issued_by = models.CharField("发出人", max_length=200, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "整改通知书"
        ordering = ["-id"]
        constraints = [
            *wall(
                "inspections_rectificationnotice",
                visit_id="inspections_visit",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(fields=["tenant", "year", "serial"], name="notice_number_once"),
        ]

    def __str__(self) -> str:
        return f"整改通知书{self.number}"

    def get_absolute_url(self) -> str:
        return self.visit.get_absolute_url()

    @property
    def number(self) -> str:
        return f"整改\u3014{self.year}\u3015{self.serial}号"


class Finding(TenantOwned, Stateful):
    """One problem found at one unit; from the notice on it follows its follow-up.

    ``client_key`` is given by the phone that wrote it, so that a bundle sent
    twice over a bad network makes one finding.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_F, default=_F.NOTED, editable=False)
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="findings", verbose_name="督查"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="findings", verbose_name="被查单位"
    )
    client_key = models.UUIDField(editable=False)
    question = models.ForeignKey(
        "questionnaires.Question",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="检查项目",
    )
    category = models.CharField(
        "类别", max_length=16, choices=FindingCategory, default=FindingCategory.ORGANIZATION
    )
    severity = models.CharField("程度", max_length=8, choices=Severity, default=Severity.GENERAL)
    text = models.CharField("问题", max_length=500)
    basis = models.CharField("依据", max_length=200, blank=True)
    demand = models.CharField("整改要求", max_length=500, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    solved_there = models.CharField("现场怎样解决的", max_length=300, blank=True)
    agreed_action = models.CharField("单位承诺的措施", max_length=300, blank=True)
    agreed_on = models.DateField("单位承诺的日期", null=True, blank=True)
    author = models.CharField("记录人", max_length=200, editable=False)
    noted_at = models.DateTimeField("记录时间", auto_now_add=True)
    notice = models.ForeignKey(
        RectificationNotice,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="findings",
        verbose_name="整改通知书",
    )
    follow_up = models.ForeignKey(
        "follow_ups.FollowUp",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="督办事项",
    )
    repeats = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="repeated_by",
        verbose_name="重复出现的问题",
    )
    recurrence_count = models.PositiveSmallIntegerField("反弹次数", default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "solve", "现场办结", frozenset({_F.NOTED}), _F.SOLVED, authority.INSPECT,
            "inspections.finding.solved", icon="tool",
        ),
        Step(
            "unsolve", "改为需整改", frozenset({_F.SOLVED}), _F.NOTED, authority.INSPECT,
            "inspections.finding.unsolved",
        ),
        Step(
            "dismiss", "不作问题", frozenset({_F.NOTED}), _F.DISMISSED,
            authority.ARRANGE_VISIT, "inspections.finding.dismissed",
            needs_reason=True, icon="x",
        ),
        Step(
            "notify", "发整改通知", frozenset({_F.NOTED}), _F.NOTIFIED,
            authority.ARRANGE_VISIT, "inspections.finding.notified", icon="send",
        ),
        # What follows is told by the follow-up.
        Step(
            "in_hand", "整改中", _OUT, _F.IN_HAND, authority.FOLLOW_FINDING,
            "inspections.finding.in_hand",
        ),
        Step(
            "issued", "重新发出", _OUT, _F.NOTIFIED, authority.FOLLOW_FINDING,
            "inspections.finding.issued_anew",
        ),
        Step(
            "reported", "申请销号", _OUT, _F.REPORTED, authority.FOLLOW_FINDING,
            "inspections.finding.reported",
        ),
        Step(
            "cleared", "销号", _OUT, _F.CLEARED, authority.FOLLOW_FINDING,
            "inspections.finding.cleared",
        ),
        Step(
            "looked_back", "回头看通过", frozenset({_F.CLEARED}), _F.LOOKED_BACK,
            authority.FOLLOW_FINDING, "inspections.finding.looked_back",
        ),
        Step(
            "recurred", "反弹", frozenset({_F.CLEARED, _F.LOOKED_BACK}), _F.NOTIFIED,
            authority.FOLLOW_FINDING, "inspections.finding.recurred",
        ),
        Step(
            "called_off", "整改撤销", _OUT, _F.CALLED_OFF, authority.FOLLOW_FINDING,
            "inspections.finding.called_off",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "督查问题"
        ordering = ["-id"]
        constraints = [
            *wall(
                "inspections_finding",
                visit_id="inspections_visit",
                unit_id="orgs_unit",
                question_id="questionnaires_question",
                notice_id="inspections_rectificationnotice",
                follow_up_id="follow_ups_followup",
                repeats_id="inspections_finding",
            ),
            models.UniqueConstraint(
                fields=["tenant", "visit", "client_key"], name="finding_key_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[_F.NOTIFIED, _F.IN_HAND, _F.REPORTED, _F.CLEARED])
                | models.Q(notice__isnull=False, follow_up__isnull=False),
                name="finding_out_has_notice",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "unit", "state"], name="finding_of_unit")]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return reverse("inspections:finding_detail", args=[self.pk])


class HelpItem(TenantOwned):
    """帮扶清单: what the leading group itself promised the unit to solve."""

    reach_path: ClassVar[str | None] = "unit__path"

    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="help_items", verbose_name="督查"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="受帮扶单位"
    )
    client_key = models.UUIDField(editable=False)
    text = models.CharField("帮助解决的困难", max_length=300)
    due_on = models.DateField("解决时限")
    follow_up = models.ForeignKey(
        "follow_ups.FollowUp",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="督办事项",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "帮扶事项"
        ordering = ["id"]
        constraints = [
            *wall(
                "inspections_helpitem",
                visit_id="inspections_visit",
                unit_id="orgs_unit",
                follow_up_id="follow_ups_followup",
            ),
            models.UniqueConstraint(
                fields=["tenant", "visit", "client_key"], name="help_item_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return self.visit.get_absolute_url()
