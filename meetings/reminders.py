"""What meetings remind of: items and replies that are due, the sitting, minutes, receipts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date
from meetings.enums import ItemState, MeetingState, Reply
from meetings.models import Copy, Invitation, Meeting
from meetings.queries import readable_by
from meetings.services.convening import posts_of

#: Titles that a reminder names; the rest stand on the page of the meeting.
MOST_TITLES = 6
#: Working days within which minutes go out, and within which a copy is signed for.
MINUTES_WITHIN, SIGN_WITHIN = 5, 3
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


def items_due(day: date) -> Iterator[Reminder]:
    """Member units, one working day before proposals close; who has proposed is left alone."""
    known = corrections()
    for meeting in Meeting.objects.filter(
        state=MeetingState.CALLING,
        items_due_on__gte=day,
        items_due_on__lte=day + timedelta(days=14),
    ).select_related("series"):
        due_on = meeting.items_due_on
        if due_on is None or working_days_until(day, due_on, known) > 1:
            continue
        spoken = set(meeting.items.values_list("unit_id", flat=True))
        asked = set(meeting.series.members.values_list("unit_id", flat=True)) - spoken
        if asked:
            yield Reminder(
                subject_kind=meeting._meta.label_lower, subject_id=meeting.pk,
                stage=f"items-{due_on:%Y%m%d}", post_ids=posts_of(sorted(asked)),
                title=f"议题申报即将截止：{meeting}",
                body=f"{long_date(due_on)}截止。没有议题的不必申报。",
                url=meeting.get_absolute_url(), deadline=due_on,
            )  # fmt: skip


def sitting_soon(day: date) -> Iterator[Reminder]:
    """Those who come, on the working day before, with the agenda."""
    known = corrections()
    start = datetime.combine(day, time.min, SHANGHAI)
    for meeting in Meeting.objects.filter(
        state=MeetingState.NOTICED,
        starts_at__gte=start,
        starts_at__lt=start + timedelta(days=14),
    ).select_related("series"):
        begins = meeting.starts_at.astimezone(SHANGHAI)
        if working_days_until(day, begins.date(), known) > 1:
            continue
        coming = set(
            meeting.invitations.exclude(reply=Reply.LEAVE).values_list("unit_id", flat=True)
        )
        items = meeting.items.filter(state=ItemState.ACCEPTED, is_internal=False)
        agenda = "；".join(items.values_list("title", flat=True)[:MOST_TITLES])
        yield Reminder(
            subject_kind=meeting._meta.label_lower, subject_id=meeting.pk,
            stage=f"soon-{begins:%Y%m%d%H%M}", post_ids=posts_of(sorted(coming)),
            title=f"会议即将召开：{meeting}",
            body=f"{long_date(begins.date())}{begins:%H:%M}，{meeting.place}。议题：{agenda}。",
            url=meeting.get_absolute_url(),
        )  # fmt: skip


def minutes_waiting(day: date) -> Iterator[Reminder]:
    """The convener, while minutes are not given out; units, while a copy is not signed for."""
    known = corrections()
    for meeting in Meeting.objects.filter(state=MeetingState.HELD).select_related("series"):
        ended = meeting.ends_at.astimezone(SHANGHAI).date()
        if working_days_until(ended, day, known) >= MINUTES_WITHIN:
            yield Reminder(
                subject_kind=meeting._meta.label_lower, subject_id=meeting.pk,
                stage=f"minutes-{MINUTES_WITHIN}", post_ids=posts_of([meeting.unit_id]),
                title=f"纪要还没有印发：{meeting}",
                body=f"会议结束已满{MINUTES_WITHIN}个工作日，请起草、签发、印发并分发纪要。",
                url=meeting.get_absolute_url(),
            )  # fmt: skip
    owed: dict[int, list[Copy]] = {}
    for copy in Copy.objects.filter(received_at__isnull=True).select_related("meeting__series"):
        if working_days_until(copy.sent_at.astimezone(SHANGHAI).date(), day, known) >= SIGN_WITHIN:
            owed.setdefault(copy.meeting_id, []).append(copy)
    for copies in owed.values():
        meeting = copies[0].meeting
        yield Reminder(
            subject_kind=meeting._meta.label_lower, subject_id=meeting.pk,
            stage=f"receipt-{SIGN_WITHIN}",
            post_ids=posts_of(sorted({copy.unit_id for copy in copies})),
            title=f"请签收纪要：{meeting}",
            body=f"纪要分发已满{SIGN_WITHIN}个工作日，请签收并落实本单位的议定事项。",
            url=meeting.get_absolute_url(),
        )  # fmt: skip


reminder_rules.register(
    ReminderRule("meetings.items_due", "议题申报提醒", items_due, may_see=may_see)
)
reminder_rules.register(
    ReminderRule("meetings.soon", "会议召开提醒", sitting_soon, may_see=may_see)
)
reminder_rules.register(
    ReminderRule("meetings.minutes_waiting", "纪要印发和签收提醒", minutes_waiting, may_see=may_see)
)
reminder_rules.register(
    ReminderRule("meetings.replies_missing", "会议回复提醒", replies_missing, may_see=may_see)
)
