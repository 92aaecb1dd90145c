"""Choices of the inspections."""

from __future__ import annotations

from django.db import models


class PlanState(models.TextChoices):
    DRAFT = "draft", "拟订中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准"


class ExceptionState(models.TextChoices):
    ASKED = "asked", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


class Method(models.TextChoices):
    COMPREHENSIVE = "comprehensive", "综合督查"
    SPECIAL = "special", "专项督查"
    UNANNOUNCED = "unannounced", "四不两直"
    LOOK_BACK = "look_back", "回头看"


class VisitState(models.TextChoices):
    PLANNED = "planned", "待实施"
    UNDER_WAY = "under_way", "检查中"
    SIGNED = "signed", "待单位确认"
    CONFIRMED = "confirmed", "双方已确认"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已取消"


#: The visit burdens the unit (counted in its visits of the year).
COUNTED_VISITS = frozenset(
    {
        VisitState.PLANNED,
        VisitState.UNDER_WAY,
        VisitState.SIGNED,
        VisitState.CONFIRMED,
        VisitState.CLOSED,
    }
)


class FindingState(models.TextChoices):
    NOTED = "noted", "已记录"
    SOLVED = "solved", "现场办结"
    DISMISSED = "dismissed", "不作问题"
    NOTIFIED = "notified", "已发整改"
    IN_HAND = "in_hand", "整改中"
    REPORTED = "reported", "申请销号"
    CLEARED = "cleared", "已销号"
    LOOKED_BACK = "looked_back", "回头看通过"
    CALLED_OFF = "called_off", "整改撤销"


OPEN_FINDINGS = frozenset({FindingState.NOTIFIED, FindingState.IN_HAND, FindingState.REPORTED})
CLEARED_FINDINGS = frozenset({FindingState.CLEARED, FindingState.LOOKED_BACK})


class FindingCategory(models.TextChoices):
    ORGANIZATION = "organization", "组织建设"
    LEADERSHIP = "leadership", "党建带工建责任"
    RIGHTS = "rights", "职工维权服务"
    POSITION = "position", "活动阵地"
    FUNDS = "funds", "经费资产"
    DATA = "data", "数据和台账"
    REPEAT = "repeat", "以往问题未整改"
    OTHER = "other", "其他"


class Severity(models.TextChoices):
    GENERAL = "general", "一般"
    HEAVY = "heavy", "较重"
    SERIOUS = "serious", "严重"


#: Working days for the rectification where the organizer has no plan that says otherwise.
DAYS_TO_RECTIFY = {Severity.GENERAL: 20, Severity.HEAVY: 15, Severity.SERIOUS: 10}


class CircularState(models.TextChoices):
    DRAFT = "draft", "拟稿"
    ISSUED = "issued", "已印发"


class WaveState(models.TextChoices):
    DRAFT = "draft", "待安排"
    ARRANGED = "arranged", "已安排"
    DROPPED = "dropped", "已放弃"


class Pool(models.TextChoices):
    """Of which units of the plan's item a wave takes its own."""

    ALL = "all", "该事项还没有安排督查的单位"
    CLEARED = "cleared", "其中有已销号问题的单位（回头看）"
