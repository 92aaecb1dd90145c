"""What meetings remind of: items that are due, replies and receipts that are owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date
from meetings.enums import MeetingState, Reply
from meetings.models import Invitation
from meetings.queries import readable_by
from meetings.services.convening import posts_of

#: Days before the sitting on which those who have not answered are asked again.
AHEAD = 3


def may_see(actor: Actor, pk: int) -> bool:
    return readable_by(actor).filter(pk=pk).exists()


def replies_missing(day: date) -> Iterator[Reminder]:
    """Units that have not answered the notice, as the sitting comes near; once a meeting."""
    start = datetime.combine(day, time.min, SHANGHAI)
    missing: dict[int, list[Invitation]] = {}
    for called in Invitation.objects.filter(
        reply=Reply.PENDING,
        meeting__state=MeetingState.NOTICED,
        meeting__starts_at__gte=start,
        meeting__starts_at__lt=start + timedelta(days=AHEAD + 1),
    ).select_related("meeting__series"):
        missing.setdefault(called.meeting_id, []).append(called)
    for rows in missing.values():
        meeting = rows[0].meeting
        asked = sorted({called.unit_id for called in rows})
        yield Reminder(
            subject_kind=meeting._meta.label_lower,
            subject_id=meeting.pk,
            stage=f"reply-{meeting.starts_at:%Y%m%d}",
            post_ids=posts_of(asked),
            title=f"请回复会议通知：{meeting}",
            body=f"会议定于{long_date(meeting.starts_at.astimezone(SHANGHAI).date())}召开。",
            url=meeting.get_absolute_url(),
        )


reminder_rules.register(
    ReminderRule("meetings.replies_missing", "会议回复提醒", replies_missing, may_see=may_see)
)
