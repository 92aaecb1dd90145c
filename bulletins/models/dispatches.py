"""Dispatches (信息稿件) with their authors and versions, and what became of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from bulletins import authority
from bulletins.enums import CommissionState, DispatchKind, DispatchState, Reason
from gongjian.commons.points.enums import PointLevel
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step

_S = DispatchState
_T = CommissionState


class Commission(TenantOwned):
    """约稿: what the office asks some units to write, until when."""

    topic = models.CharField("选题", max_length=120)
    requirement = models.TextField("要求", max_length=1000)
    kind = models.CharField("类型", max_length=12, choices=DispatchKind)
    due_on = models.DateField("交稿日期")
    asked_on = models.DateField("约稿日期", editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "约稿"
        ordering = ["-due_on", "-id"]
        constraints = wall("bulletins_commission")

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("bulletins:commission_detail", args=[self.pk])


class CommissionTask(TenantOwned, Stateful):
    """One unit's part of a commission."""

    reach_path: ClassVar[str | None] = "unit__path"

    commission = models.ForeignKey(
        Commission, on_delete=models.PROTECT, related_name="tasks", verbose_name="约稿"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    state = models.CharField(
        "状态", max_length=12, choices=CommissionState, default=CommissionState.ASKED,
        editable=False,
    )  # fmt: skip
    #: Why it was not written; a day that was too near is the office's fault.
    reason = models.CharField("说明", max_length=300, blank=True)
    is_office_fault = models.BooleanField("因时限过短", default=False)

    lifecycle = Lifecycle(
        Step(
            "accept", "接收约稿", frozenset({_T.ASKED}), _T.ACCEPTED,
            authority.WRITE_DISPATCH, "bulletins.commission.accepted",
        ),
        Step(
            "deliver", "交稿", frozenset({_T.ASKED, _T.ACCEPTED}), _T.DELIVERED,
            authority.WRITE_DISPATCH, "bulletins.commission.delivered",
        ),
        Step(
            "fail", "记为未完成", frozenset({_T.ASKED, _T.ACCEPTED}), _T.FAILED,
            authority.COMMISSION, "bulletins.commission.failed", needs_reason=True,
        ),
        Step(
            "release", "免除", frozenset({_T.ASKED, _T.ACCEPTED}), _T.RELEASED,
            authority.COMMISSION, "bulletins.commission.released", needs_reason=True,
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "约稿任务"
        ordering = ["unit__path"]
        constraints = [
            *wall(
                "bulletins_commissiontask",
                commission_id="bulletins_commission",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "commission", "unit"], name="commission_task_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commission}（{self.unit}）"


class Dispatch(TenantOwned, Stateful):
    """A piece of a unit on its way to the bulletin. ``body`` is clean HTML, always.

    What the desk makes of it stands in versions; the unit sees every one.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="报送单位"
    )
    kind = models.CharField("类型", max_length=12, choices=DispatchKind, default=DispatchKind.EVENT)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("正文", blank=True)
    plain = models.TextField(editable=False, blank=True)
    happened_on = models.DateField("事件日期", null=True, blank=True)
    signer = models.CharField("审签人", max_length=40, blank=True)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    task = models.ForeignKey(
        CommissionTask, on_delete=models.PROTECT, null=True, blank=True,
        related_name="dispatches", verbose_name="约稿",
    )  # fmt: skip
    state = models.CharField(
        "状态", max_length=12, choices=DispatchState, default=DispatchState.DRAFT, editable=False
    )
    number = models.CharField("稿号", max_length=20, blank=True, editable=False)
    sent_at = models.DateTimeField("报送时间", null=True, editable=False)
    sent_by = models.CharField("报送人", max_length=200, blank=True, editable=False)
    editor = models.CharField("责任编辑", max_length=200, blank=True, editable=False)
    reason = models.CharField("原因", max_length=12, choices=Reason, blank=True, editable=False)
    remark = models.CharField("编辑意见", max_length=500, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    lifecycle = Lifecycle(
        Step(
            "send", "报送", frozenset({_S.DRAFT, _S.RETURNED}), _S.SENT,
            authority.WRITE_DISPATCH, "bulletins.dispatch.sent", style="primary", icon="send",
        ),
        Step(
            "withdraw", "撤回", frozenset({_S.SENT, _S.RETURNED, _S.RESERVED}), _S.WITHDRAWN,
            authority.WRITE_DISPATCH, "bulletins.dispatch.withdrawn", needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            "take", "受理编辑", frozenset({_S.SENT, _S.RESERVED}), _S.EDITING,
            authority.EDIT_DISPATCH, "bulletins.dispatch.taken", style="primary", icon="pencil",
        ),
        Step(
            "return", "退回修改", frozenset({_S.SENT, _S.EDITING}), _S.RETURNED,
            authority.EDIT_DISPATCH, "bulletins.dispatch.returned",
        ),
        Step(
            "reserve", "备用", frozenset({_S.SENT, _S.EDITING}), _S.RESERVED,
            authority.EDIT_DISPATCH, "bulletins.dispatch.reserved",
        ),
        Step(
            "decline", "不采用", frozenset({_S.SENT, _S.EDITING, _S.RESERVED}), _S.DECLINED,
            authority.EDIT_DISPATCH, "bulletins.dispatch.declined",
        ),
        Step(
            "reopen", "重新考虑", frozenset({_S.DECLINED}), _S.EDITING,
            authority.EDIT_DISPATCH, "bulletins.dispatch.reopened", icon="refresh",
        ),
        Step(
            "choose", "编入简报", frozenset({_S.EDITING, _S.RESERVED, _S.SENT}), _S.CHOSEN,
            authority.MAKE_ISSUE, "bulletins.dispatch.chosen",
        ),
        Step(
            "drop", "移出简报", frozenset({_S.CHOSEN}), _S.EDITING,
            authority.MAKE_ISSUE, "bulletins.dispatch.dropped",
        ),
        Step(
            "adopt", "采用", frozenset({_S.CHOSEN}), _S.ADOPTED,
            authority.SIGN_ISSUE, "bulletins.dispatch.adopted",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "信息稿件"
        ordering = ["-id"]
        constraints = [
            *wall(
                "bulletins_dispatch",
                unit_id="orgs_unit",
                task_id="bulletins_commissiontask",
            ),
            models.UniqueConstraint(
                fields=["tenant", "number"],
                condition=~models.Q(number=""),
                name="dispatch_number_once",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "sent_at"], name="dispatch_state")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("bulletins:dispatch_detail", args=[self.pk])

    @property
    def length(self) -> int:
        """Characters as Chinese offices count them: no blanks."""
        return len("".join(self.plain.split()))


class DispatchAuthor(TenantOwned):
    """An author in order of signing; joint pieces name the authors of several units."""

    reach_path: ClassVar[str | None] = "unit__path"

    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.CASCADE, related_name="authors", verbose_name="稿件"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("姓名", max_length=40)
    position = models.PositiveSmallIntegerField("次序")

    class Meta(TenantOwned.Meta):
        verbose_name = "作者"
        ordering = ["position"]
        constraints = [
            *wall(
                "bulletins_dispatchauthor",
                dispatch_id="bulletins_dispatch",
                unit_id="orgs_unit",
            ),
            models.UniqueConstraint(
                fields=["tenant", "dispatch", "position"], name="dispatch_author_position"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DispatchVersion(TenantOwned):
    """The text as it was when somebody sent or edited it. Never changed."""

    append_only: ClassVar[bool] = True
    reach_path: ClassVar[str | None] = "dispatch__unit__path"

    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.PROTECT, related_name="versions", verbose_name="稿件"
    )
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("标题", max_length=100)
    body = models.TextField("正文")
    plain = models.TextField()
    by = models.CharField("修改人", max_length=200)
    is_desk = models.BooleanField("编辑修改", default=False)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "稿件版本"
        ordering = ["-number"]
        constraints = [
            *wall("bulletins_dispatchversion", dispatch_id="bulletins_dispatch"),
            models.UniqueConstraint(
                fields=["tenant", "dispatch", "number"], name="dispatch_version_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"


class HigherAdoption(TenantOwned):
    """上级采用: a higher journal printed the piece; told by its unit, checked once."""

    reach_path: ClassVar[str | None] = "dispatch__unit__path"

    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.PROTECT, related_name="higher", verbose_name="稿件"
    )
    level = models.CharField("层级", max_length=12, choices=PointLevel)
    journal = models.CharField("刊物", max_length=100)
    issue = models.CharField("期号", max_length=60, blank=True)
    printed_on = models.DateField("刊发日期")
    is_combined = models.BooleanField("综合采用", default=False)
    told_by = models.CharField("登记人", max_length=200, editable=False)
    checked_at = models.DateTimeField("核实时间", null=True, editable=False)
    checked_by = models.CharField("核实人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "上级采用"
        ordering = ["-printed_on", "-id"]
        constraints = [
            *wall("bulletins_higheradoption", dispatch_id="bulletins_dispatch"),
            models.UniqueConstraint(
                fields=["tenant", "dispatch", "journal", "printed_on"],
                name="higher_adoption_once",
                violation_error_message="这次采用已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.journal}》{self.issue}"


class Instruction(TenantOwned):
    """批示: what a leader wrote on a piece; it becomes a follow-up."""

    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.PROTECT, related_name="instructions", verbose_name="稿件"
    )
    leader = models.CharField("批示领导", max_length=60)
    level = models.CharField("层级", max_length=12, choices=PointLevel)
    text = models.TextField("批示内容", max_length=500)
    given_on = models.DateField("批示日期")
    noted_by = models.CharField("登记人", max_length=200, editable=False)
    #: State of the follow-up in words, kept by the follow-up's own telling.
    outcome = models.CharField("落实情况", max_length=60, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "领导批示"
        ordering = ["-given_on", "-id"]
        constraints = wall("bulletins_instruction", dispatch_id="bulletins_dispatch")

    def __str__(self) -> str:
        return f"{self.leader}对《{self.dispatch}》的批示"

    def get_absolute_url(self) -> str:
        return self.dispatch.get_absolute_url()
