"""Words of reminders for tests, made by the service."""

from __future__ import annotations

from responsibilities.models import ReminderWording
from responsibilities.services.wording import write_wording


def make_wording(cast, key: str = "return_due.-3", **texts) -> ReminderWording:
    usual = {"title": "{单位}：{期间}报表请于{截止日}前报送", "body": "联系电话见通知。"}
    return write_wording(key, actor=cast.office, **{**usual, **texts})
