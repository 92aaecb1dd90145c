"""The seminar itself: programme, invitations; the roll is of commons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from seminars import authority
from seminars.enums import ReplyKind, SeminarState
from seminars.models.calls import Call
from seminars.models.papers import Paper

_S = SeminarState


class Seminar(TenantOwned, Stateful):
    """A sitting at which papers are presented and discussed."""

    title = models.CharField("名称", max_length=80)
    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, related_name="seminars", null=True, blank=True,
        verbose_name="对应征文",
    )  # fmt: skip
    organizer = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="主办单位"
    )
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    place = models.CharField("地点", max_length=80)
    notice = models.TextField("通知内容", max_length=1000, blank=True)
    record = models.TextField("讨论记录", max_length=8000, blank=True, editable=False)
    state = models.CharField(
        "状态", max_length=12, choices=SeminarState, default=SeminarState.PLANNED, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            "invite", "发出通知", frozenset({_S.PLANNED}), _S.INVITED, authority.MANAGE_SEMINAR,
            "seminars.seminar.invited", style="primary", icon="send",
        ),
        Step(
            "hold", "登记召开", frozenset({_S.INVITED}), _S.HELD, authority.MANAGE_SEMINAR,
            "seminars.seminar.held", style="primary", icon="circle-check",
        ),
        Step(
            "cancel", "取消", frozenset({_S.PLANNED, _S.INVITED}), _S.CANCELLED,
            authority.MANAGE_SEMINAR, "seminars.seminar.cancelled", needs_reason=True,
            style="danger", icon="ban",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "研讨会"
        ordering = ["-starts_at", "-id"]
        constraints = [
            *wall("seminars_seminar", call_id="seminars_call", organizer_id="orgs_unit"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="seminar_time_order",
                violation_error_message="结束时间须晚于开始时间，请改正。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("seminars:seminar_detail", args=[self.pk])


class ProgrammeItem(TenantOwned):
    """One line of the programme (议程)."""

    seminar = models.ForeignKey(
        Seminar, on_delete=models.CASCADE, related_name="items", verbose_name="研讨会"
    )
    position = models.PositiveSmallIntegerField("次序")
    title = models.CharField("议程", max_length=120)
    speaker = models.CharField("发言人", max_length=80, blank=True)
    minutes = models.PositiveSmallIntegerField("分钟", default=10)
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name="论文",
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "议程"
        ordering = ["position", "id"]
        constraints = wall(
            "seminars_programmeitem", seminar_id="seminars_seminar", paper_id="seminars_paper"
        )

    def __str__(self) -> str:
        return self.title


class Invitation(TenantOwned):
    """A unit that is invited and what it answered."""

    reach_path: ClassVar[str | None] = "unit__path"

    seminar = models.ForeignKey(
        Seminar, on_delete=models.PROTECT, related_name="invitations", verbose_name="研讨会"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    reply = models.CharField(
        "回复", max_length=10, choices=ReplyKind, default=ReplyKind.WAITING, editable=False
    )
    name = models.CharField("参会人", max_length=40, blank=True)
    duty = models.CharField("职务", max_length=60, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "邀请"
        ordering = ["unit__path"]
        constraints = [
            *wall("seminars_invitation", seminar_id="seminars_seminar", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "seminar", "unit"], name="seminar_invitation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}"
