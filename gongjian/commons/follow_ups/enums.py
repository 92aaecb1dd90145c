"""Choices of the follow-ups."""

from __future__ import annotations

from django.db import models


class FollowUpState(models.TextChoices):
    DRAFT = "draft", "拟办"
    ISSUED = "issued", "待签收"
    IN_HAND = "in_hand", "办理中"
    REPORTED = "reported", "申请办结"
    RETURNED = "returned", "退办"
    CLEARED = "cleared", "已销号"
    LOOKED_BACK = "looked_back", "回头看通过"
    SUSPENDED = "suspended", "暂缓"
    CANCELLED = "cancelled", "已撤销"


#: Somebody still has to act on these.
OPEN_STATES = frozenset(
    {
        FollowUpState.ISSUED,
        FollowUpState.IN_HAND,
        FollowUpState.REPORTED,
        FollowUpState.RETURNED,
        FollowUpState.SUSPENDED,
    }
)
#: The responsible unit has it on its desk.
IN_UNITS_HANDS = frozenset({FollowUpState.ISSUED, FollowUpState.IN_HAND, FollowUpState.RETURNED})
DONE_STATES = frozenset({FollowUpState.CLEARED, FollowUpState.LOOKED_BACK})


class FollowUpKind(models.TextChoices):
    RESOLUTION = "resolution", "会议议定事项"
    RECTIFICATION = "rectification", "整改事项"
    INSTRUCTION = "instruction", "领导批示"
    COMMISSION = "commission", "交办事项"
    ASSISTANCE = "assistance", "帮扶事项"


class Urgency(models.TextChoices):
    NORMAL = "normal", "一般"
    URGENT = "urgent", "急件"


class Light(models.TextChoices):
    """Computed from the working days left, never stored (三色单)."""

    NONE = "none", "正常"
    BLUE = "blue", "临近时限"
    YELLOW = "yellow", "即将到期"
    RED = "red", "已逾期"


class Escalation(models.IntegerChoices):
    """How far up an overdue matter has been taken (升级督办)."""

    NONE = 0, "未升级"
    SUPERIOR = 1, "已提级上级单位"
    LEADERS = 2, "已提请领导小组领导"


class ExtensionState(models.TextChoices):
    ASKED = "asked", "待批准"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class NoteKind(models.TextChoices):
    PROGRESS = "progress", "进展"
    COMMENT = "comment", "意见"
    URGE = "urge", "催办"
    LOOK_BACK = "look_back", "回头看"
    ESCALATION = "escalation", "提请协调"
    RAISED = "raised", "升级督办"
