"""Choices of the joint meetings."""

from __future__ import annotations

from django.db import models


class MeetingState(models.TextChoices):
    PLANNED = "planned", "计划"
    CALLING = "calling", "征集议题"
    NOTICED = "noticed", "已通知"
    SITTING = "sitting", "会议中"
    HELD = "held", "已散会"
    MINUTED = "minuted", "纪要已印发"
    CANCELLED = "cancelled", "已取消"


#: The agenda may still be changed.
BEFORE_SITTING = frozenset({MeetingState.PLANNED, MeetingState.CALLING, MeetingState.NOTICED})
#: The record may be written.
RECORDING = frozenset({MeetingState.SITTING, MeetingState.HELD})


class ItemState(models.TextChoices):
    PROPOSED = "proposed", "待审定"
    ACCEPTED = "accepted", "上会"
    RETURNED = "returned", "退回"
    MERGED = "merged", "并案"
    WRITTEN = "written", "书面报告"
    DISCUSSED = "discussed", "已议"
    CARRIED = "carried", "结转下次"
    WITHDRAWN = "withdrawn", "已撤回"


class Capacity(models.TextChoices):
    CHAIR = "chair", "主持"
    MEMBER = "member", "出席"
    OBSERVER = "observer", "列席"
    RECORDER = "recorder", "记录"
    #: Not called to the sitting; receives the minutes.
    INFORMED = "informed", "抄送"


class Reply(models.TextChoices):
    PENDING = "pending", "未回复"
    ATTEND = "attend", "参加"
    LEAVE = "leave", "请假"
    SUBSTITUTE = "substitute", "委托代会"


#: Files that are kept with a meeting, in the order of its page.
SLOTS = {"signed": "签到表扫描件", "photo": "会议照片", "other": "其他材料"}
