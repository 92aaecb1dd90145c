"""Choices of attendance rolls."""

from __future__ import annotations

from django.db import models


class Attendance(models.TextChoices):
    PRESENT = "present", "出席"
    LATE = "late", "迟到"
    LEFT_EARLY = "left_early", "早退"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺席"


#: Who was in the room, in person or by a substitute.
THERE = (Attendance.PRESENT, Attendance.LATE, Attendance.LEFT_EARLY)
