"""Attendance rolls for tests, by the services."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Model
from django.utils import timezone

from gongjian.commons.rolls.models import Roll, RollMember, RollSession
from gongjian.commons.rolls.services import add_session, expect_member, open_roll


def roll_of(cast, subject: Model | None = None) -> Roll:
    """A roll of the city's office; the subject may be any record."""
    return open_roll(
        subject or cast.hongqi, actor=cast.office, organizer=cast.city, title="第三季度工作例会"
    )


def session_of(cast, roll: Roll, *, starts_at: datetime | None = None) -> RollSession:
    start = starts_at or timezone.now() - timedelta(hours=3)
    return add_session(
        roll, actor=cast.office, label="上午", starts_at=start, ends_at=start + timedelta(hours=2)
    )


def member_of(cast, roll: Roll, name: str = "周正明") -> RollMember:
    return expect_member(roll, actor=cast.office, unit=cast.hongqi, name=name, duty="党支部书记")
