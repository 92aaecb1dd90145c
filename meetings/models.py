"""Joint meetings (联席会议): series, sittings, agenda, replies, resolutions, minutes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from meetings.authority import CONVENE_MEETING, TAKE_PART
from meetings.enums import Capacity, ItemState, MeetingState, Reply

_M = MeetingState
_I = ItemState


class Series(TenantOwned):
    """The meetings of one leading group: the same people, so many times a year."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="召集单位"
    )
    name = models.CharField("会议名称", max_length=80, help_text="如“党工共建工作联席会议”。")
    per_year = models.PositiveSmallIntegerField("每年次数", default=4)
    host = models.CharField("召集人", max_length=60, help_text="职务和姓名，由主要负责人担任。")
    place = models.CharField("常用地点", max_length=100, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "会议系列"
        ordering = ["id"]
        constraints = [
            *wall("meetings_series", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "name"],
                name="series_once",
                violation_error_message="这个单位已有同名的会议系列，请直接使用。",
            ),
            models.CheckConstraint(
                condition=models.Q(per_year__gte=1, per_year__lte=12),
                name="series_per_year",
                violation_error_message="每年次数请填1至12。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("meetings:series_detail", args=[self.pk])


class SeriesMember(TenantOwned):
    """A standing member, in the order of rank that notice and minutes keep."""

    reach_path: ClassVar[str | None] = "series__unit__path"

    series = models.ForeignKey(
        Series, on_delete=models.CASCADE, related_name="members", verbose_name="会议系列"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职务", max_length=60, blank=True)
    capacity = models.CharField(
        "参加身份", max_length=10, choices=Capacity, default=Capacity.MEMBER
    )
    position = models.PositiveSmallIntegerField("顺序", default=0, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "会议成员"
        ordering = ["position", "id"]
        constraints = [
            *wall("meetings_seriesmember", series_id="meetings_series", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "series", "unit", "name"],
                name="series_member_once",
                violation_error_message="此人已是成员；同单位同名的，请在姓名后注明以便区分。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phrase(TenantOwned):
    """常用语: a text module of the record, of the unit that convenes."""

    reach_path: ClassVar[str | None] = "unit__path"

    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="召集单位"
    )
    text = models.CharField("常用语", max_length=200)

    class Meta(TenantOwned.Meta):
        verbose_name = "记录常用语"
        ordering = ["id"]
        constraints = [
            *wall("meetings_phrase", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "unit", "text"],
                name="phrase_once",
                violation_error_message="已有同样的常用语，不必重复添加。",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Meeting(TenantOwned, Stateful):
    """One sitting, from the yearly plan to its issued minutes."""

    reach_path: ClassVar[str | None] = "unit__path"

    state = models.CharField("状态", max_length=20, choices=_M, default=_M.PLANNED, editable=False)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="meetings", verbose_name="会议系列"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="召集单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("第几次")
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    place = models.CharField("地点", max_length=100)
    host = models.CharField("主持人", max_length=60)
    recorder = models.CharField("记录人", max_length=60, blank=True)
    items_due_on = models.DateField("议题申报截止", null=True, blank=True)
    noticed_at = models.DateTimeField("通知时间", null=True, editable=False)
    document = models.ForeignKey(
        "documents.OfficialDocument",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="纪要",
    )

    lifecycle = Lifecycle(
        Step(
            "call", "征集议题", frozenset({_M.PLANNED}), _M.CALLING, CONVENE_MEETING,
            "meetings.meeting.called", style="primary", icon="send",
        ),
        Step(
            "notice", "发出会议通知", frozenset({_M.PLANNED, _M.CALLING}), _M.NOTICED,
            CONVENE_MEETING, "meetings.meeting.noticed", style="primary", icon="send",
        ),
        Step(
            "open", "开会", frozenset({_M.NOTICED}), _M.SITTING, CONVENE_MEETING,
            "meetings.meeting.opened", style="primary", icon="player-play",
        ),
        Step(
            "close", "散会", frozenset({_M.SITTING}), _M.HELD, CONVENE_MEETING,
            "meetings.meeting.closed", style="primary", icon="circle-check",
        ),
        Step(
            "issue_minutes", "分发纪要", frozenset({_M.HELD}), _M.MINUTED, CONVENE_MEETING,
            "meetings.meeting.minuted", style="primary", icon="send",
        ),
        Step(
            "cancel", "取消会议", frozenset({_M.PLANNED, _M.CALLING, _M.NOTICED}), _M.CANCELLED,
            CONVENE_MEETING, "meetings.meeting.cancelled", needs_reason=True, style="danger",
            icon="x",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "会议"
        ordering = ["-starts_at", "-id"]
        constraints = [
            *wall(
                "meetings_meeting",
                series_id="meetings_series",
                unit_id="orgs_unit",
                document_id="documents_officialdocument",
            ),
            models.UniqueConstraint(
                fields=["tenant", "series", "year", "number"], name="meeting_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="meeting_order",
                violation_error_message="结束时间须晚于开始时间，请改正。",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "unit", "starts_at"], name="meeting_of_unit")]

    def __str__(self) -> str:
        return f"{self.series.name}{self.year}年第{self.number}次会议"

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting_detail", args=[self.pk])


class AgendaItem(TenantOwned, Stateful):
    """One matter before a meeting, with what was said and where it came from.

    ``revision`` counts the writes of the record: a keeper who writes on an
    older one is shown the newer words instead of covering them.
    """

    reach_path: ClassVar[str | None] = "meeting__unit__path"

    state = models.CharField("状态", max_length=20, choices=_I, default=_I.PROPOSED, editable=False)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="items", verbose_name="会议"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="提出单位"
    )
    position = models.PositiveSmallIntegerField("顺序", default=0, editable=False)
    title = models.CharField("议题", max_length=120)
    body = models.TextField("情况说明", max_length=2000, blank=True)
    opinion = models.CharField("拟办意见", max_length=500, blank=True)
    presenter = models.CharField("汇报人", max_length=60, blank=True)
    minutes = models.PositiveSmallIntegerField("预计用时（分钟）", null=True, blank=True)
    recurs = models.BooleanField("每次必议", default=False)
    is_internal = models.BooleanField("内部议题", default=False)
    source_kind = models.CharField("来源类型", max_length=60, blank=True, editable=False)
    source_id = models.BigIntegerField("来源编号", null=True, editable=False)
    source_label = models.CharField("来源", max_length=60, blank=True, editable=False)
    verdict_reason = models.CharField("审定意见", max_length=500, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged",
        verbose_name="并入",
    )  # fmt: skip
    earlier = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="later",
        verbose_name="上次出现",
    )  # fmt: skip
    appearance = models.PositiveSmallIntegerField("第几次出现", default=1, editable=False)
    record = models.TextField("会议记录", max_length=8000, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    recorded_by = models.CharField("记录人", max_length=200, blank=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "accept", "上会", frozenset({_I.PROPOSED, _I.WRITTEN}), _I.ACCEPTED, CONVENE_MEETING,
            "meetings.item.accepted", style="primary", icon="circle-check",
        ),
        Step(
            "return", "退回", frozenset({_I.PROPOSED}), _I.RETURNED, CONVENE_MEETING,
            "meetings.item.returned", needs_reason=True, style="danger", icon="arrow-back-up",
        ),
        Step(
            "merge", "并案", frozenset({_I.PROPOSED, _I.ACCEPTED}), _I.MERGED, CONVENE_MEETING,
            "meetings.item.merged", icon="arrows-join",
        ),
        Step(
            "write", "书面报告", frozenset({_I.PROPOSED, _I.ACCEPTED}), _I.WRITTEN,
            CONVENE_MEETING, "meetings.item.written", icon="file-text",
        ),
        # The unit that proposed it may; the service asks whether it is the one.
        Step(
            "withdraw", "撤回", frozenset({_I.PROPOSED}), _I.WITHDRAWN, TAKE_PART,
            "meetings.item.withdrawn", icon="arrow-back-up",
        ),
        Step(
            "discuss", "已议", frozenset({_I.ACCEPTED}), _I.DISCUSSED, CONVENE_MEETING,
            "meetings.item.discussed", style="primary", icon="check",
        ),
        Step(
            "carry", "结转下次", frozenset({_I.ACCEPTED}), _I.CARRIED, CONVENE_MEETING,
            "meetings.item.carried", icon="arrow-right",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "议题"
        ordering = ["position", "id"]
        constraints = [
            *wall(
                "meetings_agendaitem",
                meeting_id="meetings_meeting",
                unit_id="orgs_unit",
                merged_into_id="meetings_agendaitem",
                earlier_id="meetings_agendaitem",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__isnull=True)
                | models.Q(minutes__gte=1, minutes__lte=480),
                name="agenda_minutes",
                violation_error_message="预计用时请填1至480分钟。",
            ),
            models.UniqueConstraint(
                fields=["tenant", "meeting", "source_kind", "source_id"],
                condition=models.Q(source_id__isnull=False),
                name="agenda_source_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "source_kind", "source_id"], name="agenda_source")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def again_words(self) -> str:
        return f"第{self.appearance}次出现"

    def get_absolute_url(self) -> str:
        return reverse("meetings:item_detail", args=[self.pk])

    @property
    def anchor(self) -> str:
        """Its row on the page of the meeting."""
        return f"{self.meeting.get_absolute_url()}#item-{self.pk}"


class Invitation(TenantOwned):
    """A person who is called to one meeting, what was answered, and who comes instead."""

    reach_path: ClassVar[str | None] = "unit__path"

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="invitations", verbose_name="会议"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职务", max_length=60, blank=True)
    capacity = models.CharField("参加身份", max_length=10, choices=Capacity)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    reply = models.CharField("回复", max_length=10, choices=Reply, default=Reply.PENDING)
    substitute = models.CharField("代会人", max_length=60, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    replied_by = models.CharField("回复人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "会议通知"
        ordering = ["position", "id"]
        constraints = [
            *wall("meetings_invitation", meeting_id="meetings_meeting", unit_id="orgs_unit"),
            models.UniqueConstraint(
                fields=["tenant", "meeting", "unit", "name"], name="invitation_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(reply="substitute") | ~models.Q(substitute=""),
                name="invitation_substitute",
                violation_error_message="委托代会的，请写明代会人姓名和职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_reply_display()}"


class Resolution(TenantOwned):
    """议定事项: who does what until when; it lives on as a follow-up."""

    reach_path: ClassVar[str | None] = "unit__path"

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="resolutions", verbose_name="会议"
    )
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, related_name="resolutions", verbose_name="议题"
    )
    number = models.PositiveSmallIntegerField("序号", editable=False)
    title = models.CharField("议定事项", max_length=120)
    text = models.TextField("任务要求", max_length=2000)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="牵头单位"
    )
    due_on = models.DateField("完成时限")
    follow_up = models.ForeignKey(
        "follow_ups.FollowUp",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name="督办事项",
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "议定事项"
        ordering = ["number"]
        constraints = [
            *wall(
                "meetings_resolution",
                meeting_id="meetings_meeting",
                item_id="meetings_agendaitem",
                unit_id="orgs_unit",
                follow_up_id="follow_ups_followup",
            ),
            models.UniqueConstraint(
                fields=["tenant", "meeting", "number"], name="resolution_number_once"
            ),
            models.UniqueConstraint(fields=["tenant", "follow_up"], name="resolution_matter_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Copy(TenantOwned):
    """The minutes as one unit received them, with its receipt."""

    reach_path: ClassVar[str | None] = "unit__path"

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="copies", verbose_name="会议"
    )
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    sent_at = models.DateTimeField("分发时间", auto_now_add=True)
    received_at = models.DateTimeField("签收时间", null=True, editable=False)
    received_by = models.CharField("签收人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "纪要分发"
        ordering = ["id"]
        constraints = [
            *wall("meetings_copy", meeting_id="meetings_meeting", unit_id="orgs_unit"),
            models.UniqueConstraint(fields=["tenant", "meeting", "unit"], name="copy_once"),
        ]

    def __str__(self) -> str:
        return str(self.unit)
