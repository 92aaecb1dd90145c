"""Choices of the training classes."""

from __future__ import annotations

from django.db import models


class PlanState(models.TextChoices):
    DRAFT = "draft", "编制中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准"


class ClassState(models.TextChoices):
    PLANNED = "planned", "计划"
    OPEN = "open", "报名中"
    LISTED = "listed", "名单已定"
    RUNNING = "running", "培训中"
    FINISHED = "finished", "已结班"
    ARCHIVED = "archived", "已归档"
    CANCELLED = "cancelled", "已取消"


#: Places may still be given and taken.
ENROLLING = frozenset({ClassState.OPEN, ClassState.LISTED})
#: The timetable may still be changed.
SCHEDULING = frozenset({ClassState.PLANNED, ClassState.OPEN, ClassState.LISTED})
#: The class has been held.
HELD = frozenset({ClassState.FINISHED, ClassState.ARCHIVED})
#: The roll stands, so leave may be asked for.
CALLING = frozenset({ClassState.LISTED, ClassState.RUNNING})


class Region(models.TextChoices):
    INSIDE = "inside", "区内"
    OUTSIDE = "outside", "区外"


class EnrolmentState(models.TextChoices):
    REQUESTED = "requested", "待单位批准"
    DECLINED = "declined", "单位未批准"
    WAITING = "waiting", "候补"
    BOOKED = "booked", "已录取"
    CANCELLED = "cancelled", "已取消"
    MOVED = "moved", "已转班"
    EXPELLED = "expelled", "退学"
    COMPLETED = "completed", "结业"
    INCOMPLETE = "incomplete", "未结业"


#: A person who is in the class or on the way into it.
LIVING = frozenset({EnrolmentState.REQUESTED, EnrolmentState.WAITING, EnrolmentState.BOOKED})
#: A person whose name stands on the final list of the class.
SEATED = frozenset({EnrolmentState.BOOKED, EnrolmentState.COMPLETED, EnrolmentState.INCOMPLETE})


class Half(models.TextChoices):
    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    EVENING = "evening", "晚上"


class LeaveKind(models.TextChoices):
    SICK = "sick", "病假"
    OFFICIAL = "official", "公假"
    PRIVATE = "private", "事假"


class LeaveState(models.TextChoices):
    ASKED = "asked", "待批"
    GRANTED = "granted", "准假"
    REFUSED = "refused", "不准"


class CertificateState(models.TextChoices):
    VALID = "valid", "有效"
    REVOKED = "revoked", "已撤销"


class CostKind(models.TextChoices):
    TEACHING = "teaching", "师资费"
    BOARD = "board", "食宿费"
    ROOM = "room", "场地费"
    MATERIAL = "material", "资料费"
    TRAVEL = "travel", "交通费"
    OTHER = "other", "其他"
