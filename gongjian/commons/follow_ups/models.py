"""Follow-ups (督办事项): what a meeting decided or an inspection found, until it is done."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from gongjian.commons.follow_ups import authority
from gongjian.commons.follow_ups.enums import (
    OPEN_STATES,
    Escalation,
    ExtensionState,
    FollowUpKind,
    FollowUpState,
    NoteKind,
    Urgency,
)
from gongjian.commons.follow_ups.guards import (
    another_person_verifies,
    only_before_due,
)
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = FollowUpState


class FollowUp(TenantOwned, Stateful):
    """One matter given to one unit with a day by which it is done.

    Helpers (协办单位) are rows of ``FollowUpHelper``; the responsible unit
    (主办单位) reports for all of them. ``due_on`` moves with a granted
    extension, ``first_due_on`` never does: an overdue matter is judged by it.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_S, default=_S.DRAFT, editable=False)
    year = models.PositiveSmallIntegerField("年度", null=True, editable=False)
    serial = models.PositiveIntegerField("序号", null=True, editable=False)
    kind = models.CharField(
        "类型", max_length=16, choices=FollowUpKind, default=FollowUpKind.COMMISSION
    )
    urgency = models.CharField("缓急", max_length=8, choices=Urgency, default=Urgency.NORMAL)
    title = models.CharField("事项名称", max_length=120)
    basis = models.CharField("立项依据", max_length=200, blank=True)
    requirement = models.TextField("任务要求", max_length=2000)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="follow_ups", verbose_name="主办单位"
    )
    giver = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        related_name="given_follow_ups",
        verbose_name="交办单位",
    )
    contact = models.CharField("督办联系人", max_length=60, blank=True)
    handler = models.CharField("承办人", max_length=60, blank=True)
    source_kind = models.CharField("来源类型", max_length=60, blank=True, editable=False)
    source_id = models.BigIntegerField("来源编号", null=True, editable=False)
    source_label = models.CharField("来源", max_length=200, blank=True, editable=False)
    issued_at = models.DateTimeField("交办时间", null=True, editable=False)
    received_at = models.DateTimeField("签收时间", null=True, editable=False)
    first_due_on = models.DateField("原定时限", null=True, editable=False)
    due_on = models.DateField("办理时限")
    reported_at = models.DateTimeField("申请办结时间", null=True, editable=False)
    reported_by = models.CharField("申请人", max_length=200, blank=True, editable=False)
    reported_by_user = models.BigIntegerField(null=True, editable=False)
    result = models.TextField("办理结果", max_length=2000, blank=True)
    cleared_at = models.DateTimeField("销号时间", null=True, editable=False)
    cleared_by = models.CharField("核验人", max_length=200, blank=True, editable=False)
    opinion = models.CharField("核验意见", max_length=500, blank=True)
    return_count = models.PositiveSmallIntegerField("退办次数", default=0, editable=False)
    urge_count = models.PositiveSmallIntegerField("催办次数", default=0, editable=False)
    escalation = models.PositiveSmallIntegerField(
        "升级", choices=Escalation, default=Escalation.NONE, editable=False
    )
    look_back_on = models.DateField("回头看日期", null=True, blank=True)
    recurrence_count = models.PositiveSmallIntegerField("反弹次数", default=0, editable=False)
    suspended_until = models.DateField("暂缓至", null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "issue", "交办", frozenset({_S.DRAFT}), _S.ISSUED, authority.ASSIGN_FOLLOW_UP,
            "follow_ups.follow_up.issued", style="primary", icon="send",
        ),
        Step(
            "receive", "签收", frozenset({_S.ISSUED}), _S.IN_HAND, authority.HANDLE_FOLLOW_UP,
            "follow_ups.follow_up.received", style="primary", icon="circle-check",
        ),
        Step(
            "report", "申请办结", frozenset({_S.IN_HAND, _S.RETURNED}), _S.REPORTED,
            authority.HANDLE_FOLLOW_UP, "follow_ups.follow_up.reported",
            style="primary", icon="flag-check",
        ),
        Step(
            "take_back", "撤回申请", frozenset({_S.REPORTED}), _S.IN_HAND,
            authority.HANDLE_FOLLOW_UP, "follow_ups.follow_up.report_withdrawn",
            icon="arrow-back-up",
        ),
        Step(
            "return", "退办", frozenset({_S.REPORTED}), _S.RETURNED, authority.VERIFY_FOLLOW_UP,
            "follow_ups.follow_up.returned", needs_reason=True, style="danger",
            icon="arrow-back-up",
        ),
        Step(
            "clear", "核验销号", frozenset({_S.REPORTED}), _S.CLEARED,
            authority.VERIFY_FOLLOW_UP, "follow_ups.follow_up.cleared",
            style="primary", icon="circle-check", guards=(another_person_verifies,),
        ),
        Step(
            "look_back", "回头看通过", frozenset({_S.CLEARED}), _S.LOOKED_BACK,
            authority.VERIFY_FOLLOW_UP, "follow_ups.follow_up.looked_back",
            icon="eye-check", guards=(another_person_verifies,),
        ),
        Step(
            "reopen", "反弹，重新交办", frozenset({_S.CLEARED, _S.LOOKED_BACK}), _S.ISSUED,
            authority.VERIFY_FOLLOW_UP, "follow_ups.follow_up.recurred",
            needs_reason=True, style="danger", icon="refresh",
        ),
        Step(
            "extend", "同意延期", frozenset({_S.IN_HAND}), _S.IN_HAND,
            authority.DECIDE_EXTENSION, "follow_ups.follow_up.extended",
        ),
        Step(
            "extend_returned", "同意延期", frozenset({_S.RETURNED}), _S.RETURNED,
            authority.DECIDE_EXTENSION, "follow_ups.follow_up.extended",
        ),
        Step(
            "suspend", "暂缓", frozenset({_S.ISSUED, _S.IN_HAND, _S.RETURNED}), _S.SUSPENDED,
            authority.ASSIGN_FOLLOW_UP, "follow_ups.follow_up.suspended",
            needs_reason=True, icon="player-pause",
        ),
        Step(
            "resume", "恢复办理", frozenset({_S.SUSPENDED}), _S.IN_HAND,
            authority.ASSIGN_FOLLOW_UP, "follow_ups.follow_up.resumed", icon="player-play",
        ),
        Step(
            "cancel", "撤销",
            frozenset({_S.DRAFT, _S.ISSUED, _S.IN_HAND, _S.RETURNED, _S.SUSPENDED}),
            _S.CANCELLED, authority.ASSIGN_FOLLOW_UP, "follow_ups.follow_up.cancelled",
            needs_reason=True, style="danger", icon="x",
        ),
        Step(
            "hand_over", "改交其他单位", frozenset({_S.ISSUED, _S.IN_HAND, _S.RETURNED}),
            _S.ISSUED, authority.ASSIGN_FOLLOW_UP, "follow_ups.follow_up.handed_over",
            needs_reason=True,
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "督办事项"
        ordering = ["due_on", "id"]
        constraints = [
            *wall(
                "follow_ups_followup",
                unit_id="orgs_unit",
                giver_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "year", "serial"], name="follow_up_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state=_S.DRAFT)
                | models.Q(state=_S.CANCELLED)
                | models.Q(serial__isnull=False, first_due_on__isnull=False),
                name="follow_up_issued_numbered",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "unit", "state"], name="follow_up_of_unit"),
            models.Index(fields=["tenant", "source_kind", "source_id"], name="follow_up_source"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("follow_ups:followup_detail", args=[self.pk])

    @property
    def number(self) -> str:
        """“督〔2026〕12号”; taken when the matter is given out, never used again."""
        return f"督\u3014{self.year}\u3015{self.serial}号" if self.serial else ""

    @property
    def is_late(self) -> bool:
        """Done, or asked to be done, after the day it had at that moment."""
        end = self.reported_at or self.cleared_at
        return end is not None and end.date() > self.due_on


class FollowUpHelper(TenantOwned):
    """A unit that helps (协办单位)."""

    reach_path: ClassVar[str | None] = "unit__path"

    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.CASCADE, related_name="helpers", verbose_name="督办事项"
    )
    unit = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        related_name="helped_follow_ups",
        verbose_name="协办单位",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "协办单位"
        ordering = ["id"]
        constraints = [
            *wall(
                "follow_ups_followuphelper",
                follow_up_id="follow_ups_followup",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "follow_up", "unit"], name="follow_up_helper_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class FollowUpExtension(TenantOwned, Stateful):
    """A request for more time, asked before the day has passed."""

    reach_path: ClassVar[str | None] = "follow_up__unit__path"

    state = models.CharField(
        "状态",
        max_length=20,
        choices=ExtensionState,
        default=ExtensionState.ASKED,
        editable=False,
    )
    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.CASCADE, related_name="extensions", verbose_name="督办事项"
    )
    due_before = models.DateField("原时限")
    until = models.DateField("申请延至")
    reason = models.CharField("延期理由", max_length=500)
    asked_by = models.CharField("申请人", max_length=200)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    reply = models.CharField("批复意见", max_length=500, blank=True)
    decided_by = models.CharField("批复人", max_length=200, blank=True)
    decided_at = models.DateTimeField("批复时间", null=True, blank=True)

    lifecycle = Lifecycle(
        Step(
            "grant", "同意延期", frozenset({ExtensionState.ASKED}), ExtensionState.GRANTED,
            authority.DECIDE_EXTENSION, "follow_ups.extension.granted",
            style="primary", icon="circle-check", guards=(only_before_due,),
        ),
        Step(
            "refuse", "不同意延期", frozenset({ExtensionState.ASKED}), ExtensionState.REFUSED,
            authority.DECIDE_EXTENSION, "follow_ups.extension.refused",
            needs_reason=True, style="danger", icon="x",
        ),
        Step(
            "withdraw", "撤回申请", frozenset({ExtensionState.ASKED}), ExtensionState.WITHDRAWN,
            authority.HANDLE_FOLLOW_UP, "follow_ups.extension.withdrawn", icon="arrow-back-up",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "延期申请"
        ordering = ["-id"]
        constraints = [
            *wall("follow_ups_followupextension", follow_up_id="follow_ups_followup"),
            models.UniqueConstraint(
                fields=["tenant", "follow_up"],
                condition=models.Q(state=ExtensionState.ASKED),
                name="extension_asked_once",
                violation_error_message="已有一份延期申请在等待批复，请等批复后再申请。",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("due_before")),
                name="extension_is_later",
                violation_error_message="延后的日期要晚于现在的时限，请重新填写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up} 延至{self.until:%Y-%m-%d}"


class FollowUpDelegation(TenantOwned):
    """A matter that another unit sees to for a time (委托承办).

    The responsible unit answers for the matter all the same: lateness and rates
    stay its own. From ``starts_on`` to ``ends_on`` the posts of the other unit
    may act on it as its own would.
    """

    reach_path: ClassVar[str | None] = "follow_up__unit__path"

    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.PROTECT, related_name="delegations", verbose_name="督办事项"
    )
    unit = models.ForeignKey(
        "orgs.Unit",
        on_delete=models.PROTECT,
        related_name="delegated_follow_ups",
        verbose_name="受托单位",
    )
    starts_on = models.DateField("委托起")
    ends_on = models.DateField("委托止")
    reason = models.CharField("委托事由", max_length=500)
    given_by = models.CharField("委托人", max_length=200)
    given_at = models.DateTimeField("委托时间", auto_now_add=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True, editable=False)
    ended_by = models.CharField("终止人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "委托承办"
        ordering = ["-id"]
        constraints = [
            *wall(
                "follow_ups_followupdelegation",
                follow_up_id="follow_ups_followup",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "follow_up"],
                condition=models.Q(ended_at__isnull=True),
                name="follow_up_delegated_once",
                violation_error_message="这件事已经委托给一个单位，请先终止原来的委托。",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="delegation_ends_after_start",
                violation_error_message="委托止期要在起期当天或以后，请重新填写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up} 委托{self.unit}"

    def runs_on(self, day: date) -> bool:
        return self.ended_at is None and self.starts_on <= day <= self.ends_on


class FollowUpNote(TenantOwned):
    """A line of the story: progress, opinion, urging, look-back. Never edited."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "follow_up__unit__path"

    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.PROTECT, related_name="notes", verbose_name="督办事项"
    )
    kind = models.CharField("类型", max_length=12, choices=NoteKind, default=NoteKind.PROGRESS)
    text = models.TextField("内容", max_length=1000)
    author = models.CharField("填写人", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "办理记录"
        ordering = ["-id"]
        constraints = wall("follow_ups_followupnote", follow_up_id="follow_ups_followup")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text[:40]}"


def soonest_first() -> Coalesce:
    """Order of lists: by the day that holds now; what is suspended by its own day."""
    return Coalesce("suspended_until", "due_on", output_field=models.DateField())


def open_first(follow_ups: models.QuerySet[FollowUp]) -> Any:
    """What somebody still has to act on, the nearest day first; then what is over, newest first."""
    is_open = models.Q(state__in=[*OPEN_STATES, _S.DRAFT])
    return follow_ups.order_by(
        models.Case(models.When(is_open, then=0), default=1, output_field=models.IntegerField()),
        models.Case(models.When(is_open, then="due_on")),
        models.F("cleared_at").desc(nulls_last=True),
        "pk",
    )


def days_taken(follow_up: FollowUp) -> int | None:
    """Calendar days from giving out to clearing (办理时长)."""
    if follow_up.issued_at is None or follow_up.cleared_at is None:
        return None
    start: date = follow_up.issued_at.date()
    return (follow_up.cleared_at.date() - start).days
