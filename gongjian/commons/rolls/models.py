"""Attendance rolls: who is expected, when, and who was there.

Meetings, seminars and classes hold a roll each; the roll knows them only by
kind and id, so that it depends on none of them.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongjian.commons.rolls.enums import Attendance
from gongjian.foundation.tenancy.models import TenantOwned, wall


class Roll(TenantOwned):
    """The roll of one meeting, seminar or class, kept by its organizer.

    Once closed it is evidence (of hours, of a quorum) and is not written again.
    """

    reach_path: ClassVar[str | None] = "organizer__path"

    subject_kind = models.CharField("事项类型", max_length=60, editable=False)
    subject_id = models.BigIntegerField("事项编号", editable=False)
    title = models.CharField("名称", max_length=200)
    organizer = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="rolls", verbose_name="组织单位"
    )
    closed_at = models.DateTimeField("封存时间", null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "签到名册"
        ordering = ["-id"]
        constraints = [
            *wall("rolls_roll", organizer_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "subject_kind", "subject_id"],
                name="roll_once",
                violation_error_message="这项活动已有名册，请直接登记。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RollSession(TenantOwned):
    """One sitting that is called by itself: a meeting, or a half-day of a class."""

    reach_path: ClassVar[str | None] = "roll__organizer__path"

    roll = models.ForeignKey(
        Roll, on_delete=models.PROTECT, related_name="sessions", verbose_name="名册"
    )
    label = models.CharField("场次", max_length=40)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")

    class Meta(TenantOwned.Meta):
        verbose_name = "场次"
        ordering = ["starts_at", "id"]
        constraints = [
            *wall("rolls_rollsession", roll_id="rolls_roll"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="roll_session_order",
                violation_error_message="结束时间须晚于开始时间，请改正。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "roll", "starts_at"], name="roll_session_start")]

    def __str__(self) -> str:
        return self.label


class RollMember(TenantOwned):
    """A person who is expected; a name, because many who attend have no account."""

    reach_path: ClassVar[str | None] = "unit__path"

    roll = models.ForeignKey(
        Roll, on_delete=models.PROTECT, related_name="members", verbose_name="名册"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职务", max_length=60, blank=True)
    capacity = models.CharField("参加身份", max_length=30, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0, editable=False)
    # Announced before the sitting; who really came is what the mark says.
    substitute = models.CharField("拟代会人", max_length=60, blank=True, editable=False)
    # Who comes later or leaves is expected at the sittings between, and at no other.
    joins_at = models.DateTimeField("加入时间", null=True, blank=True, editable=False)
    struck_at = models.DateTimeField("除名时间", null=True, blank=True, editable=False)
    struck_reason = models.CharField("除名原因", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "应到人员"
        ordering = ["position", "id"]
        constraints = [
            *wall("rolls_rollmember", roll_id="rolls_roll", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "roll", "unit", "name"],
                name="roll_member_once",
                violation_error_message="此人已在名册中；同单位同名的，请在姓名后注明以便区分。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RollMark(TenantOwned):
    """How one person attended one sitting. Corrections stand in the history."""

    reach_path: ClassVar[str | None] = "member__unit__path"

    session = models.ForeignKey(
        RollSession, on_delete=models.PROTECT, related_name="marks", verbose_name="场次"
    )
    member = models.ForeignKey(
        RollMember, on_delete=models.PROTECT, related_name="marks", verbose_name="人员"
    )
    attendance = models.CharField("到会情况", max_length=10, choices=Attendance)
    substitute = models.CharField("代会人", max_length=60, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "签到记录"
        constraints = [
            *wall("rolls_rollmark", session_id="rolls_rollsession", member_id="rolls_rollmember"),
            models.UniqueConstraint(fields=["tenant", "session", "member"], name="roll_mark_once"),
            models.CheckConstraint(
                condition=models.Q(substitute="")
                | models.Q(attendance__in=["present", "late", "left_early"]),
                name="roll_mark_substitute",
                violation_error_message="有人代会的，到会情况请选“出席”“迟到”或“早退”。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_attendance_display()}"
