"""Visits: who goes where, when, on what ground, and how it ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from inspections import authority
from inspections.enums import VisitState
from inspections.guards import (
    leader_signs,
    no_notice_is_out,
    notices_are_out,
    team_member,
    team_stands,
)

_V = VisitState


class Visit(TenantOwned, Stateful):
    """One inspection of one unit. Several items of plans may share it (合并督查).

    Its ground is at least one item of an approved plan or an approved
    exception (rule R5); the service refuses it otherwise.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_V, default=_V.PLANNED, editable=False)
    year = models.PositiveSmallIntegerField("年度", editable=False)
    serial = models.PositiveIntegerField("序号", editable=False)
    title = models.CharField("督查事项", max_length=120)
    organizer = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="led_visits", verbose_name="督查单位"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="visits", verbose_name="被查单位"
    )
    exception = models.ForeignKey(
        "inspections.InspectionException",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name="计划外批准",
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    partners = models.CharField("联合部门", max_length=200, blank=True)
    over_limit_reason = models.CharField("超过次数的理由", max_length=300, blank=True)
    version = models.ForeignKey(
        "questionnaires.QuestionnaireVersion",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="检查表",
    )
    sheet = models.ForeignKey(
        "questionnaires.AnswerSheet",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="检查记录",
    )
    conclusion = models.TextField("督查意见", max_length=2000, blank=True)
    good_practice = models.CharField("好的做法", max_length=500, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    signed_at = models.DateTimeField("组长签字时间", null=True, editable=False)
    signed_by = models.CharField("组长签字", max_length=200, blank=True, editable=False)
    unit_opinion = models.CharField("单位意见", max_length=500, blank=True)
    confirmed_at = models.DateTimeField("单位确认时间", null=True, editable=False)
    confirmed_by = models.CharField("单位确认人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "start", "开始检查", frozenset({_V.PLANNED}), _V.UNDER_WAY, authority.INSPECT,
            "inspections.visit.started", style="primary", icon="player-play",
            guards=(team_stands, team_member),
        ),
        Step(
            "sign", "组长签字", frozenset({_V.UNDER_WAY}), _V.SIGNED, authority.INSPECT,
            "inspections.visit.signed", style="primary", icon="signature",
            guards=(leader_signs,),
        ),
        Step(
            "take_back", "撤回签字", frozenset({_V.SIGNED}), _V.UNDER_WAY, authority.INSPECT,
            "inspections.visit.signature_withdrawn", needs_reason=True,
            icon="arrow-back-up", guards=(leader_signs, no_notice_is_out),
        ),
        Step(
            "confirm", "单位确认", frozenset({_V.SIGNED}), _V.CONFIRMED,
            authority.CONFIRM_VISIT, "inspections.visit.confirmed",
            style="primary", icon="circle-check",
        ),
        Step(
            "confirm_there", "现场签字确认", frozenset({_V.SIGNED}), _V.CONFIRMED,
            authority.INSPECT, "inspections.visit.confirmed_there",
            style="primary", icon="signature", guards=(team_member,),
        ),
        Step(
            "close", "督查办结", frozenset({_V.CONFIRMED}), _V.CLOSED,
            authority.ARRANGE_VISIT, "inspections.visit.closed",
            icon="archive", guards=(notices_are_out,),
        ),
        Step(
            "cancel", "取消督查", frozenset({_V.PLANNED}), _V.CANCELLED,
            authority.ARRANGE_VISIT, "inspections.visit.cancelled",
            needs_reason=True, style="danger", icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "督查"
        ordering = ["-starts_on", "-id"]
        constraints = [
            *wall(
                "inspections_visit",
                organizer_id="orgs_unit",
                unit_id="orgs_unit",
                exception_id="inspections_inspectionexception",
                version_id="questionnaires_questionnaireversion",
                sheet_id="questionnaires_answersheet",
            ),
            models.UniqueConstraint(fields=["tenant", "year", "serial"], name="visit_number_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="visit_days_in_order",
                violation_error_message="结束日期不能早于开始日期，请更正。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "unit", "starts_on"], name="visit_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit.name}：{self.title}"

    def get_absolute_url(self) -> str:
        return reverse("inspections:visit_detail", args=[self.pk])

    @property
    def number(self) -> str:
        return f"督查\u3014{self.year}\u3015{self.serial}号"


class VisitLine(TenantOwned):
    """An item of a plan that a visit carries out."""

    reach_path: ClassVar[str | None] = "visit__unit__path"

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="lines", verbose_name="督查"
    )
    line = models.ForeignKey(
        "inspections.PlanLine",
        on_delete=models.PROTECT,
        related_name="visits",
        verbose_name="计划事项",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "督查依据"
        ordering = ["id"]
        constraints = [
            *wall(
                "inspections_visitline",
                visit_id="inspections_visit",
                line_id="inspections_planline",
            ),
            models.UniqueConstraint(fields=["tenant", "visit", "line"], name="visit_line_once"),
        ]

    def __str__(self) -> str:
        return str(self.line)


class VisitMember(TenantOwned):
    """A member of the team. Nobody inspects where he serves (回避)."""

    reach_path: ClassVar[str | None] = "visit__unit__path"

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="members", verbose_name="督查"
    )
    post = models.ForeignKey(
        "orgs.Post", on_delete=models.PROTECT, related_name="+", verbose_name="职务"
    )
    user_id_held = models.BigIntegerField("账号", editable=False)
    name = models.CharField("姓名", max_length=40)
    is_leader = models.BooleanField("组长", default=False)
    recused_reason = models.CharField("回避理由", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "督查组成员"
        ordering = ["-is_leader", "id"]
        constraints = [
            *wall("inspections_visitmember", visit_id="inspections_visit", post_id="orgs_post"),
            models.UniqueConstraint(
                fields=["tenant", "visit", "user_id_held"],
                name="visit_member_once",
                violation_error_message="此人已在督查组中。",
            ),
            models.UniqueConstraint(
                fields=["tenant", "visit"],
                condition=models.Q(is_leader=True),
                name="visit_one_leader",
                violation_error_message="督查组只有一名组长。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
