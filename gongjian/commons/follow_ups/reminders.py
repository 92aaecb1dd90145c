"""What follow-ups remind of: a day that comes near, a receipt or a verification that waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from gongjian.commons.follow_ups.authority import VIEW_FOLLOW_UP
from gongjian.commons.follow_ups.enums import IN_UNITS_HANDS, FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.telling import GIVERS, HANDLERS, posts_at
from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import (
    corrections,
    working_days_until,
    working_deadline,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date

#: Working days around the day on which the unit is told; from the last on, the giver too.
STEPS = (-10, -3, 0, 1, 5)
#: Working days a receipt, and a verification, may wait.
PATIENCE = {FollowUpState.ISSUED: 2, FollowUpState.REPORTED: 5}


def may_see(actor: Actor, pk: int) -> bool:
    return FollowUp.objects.within(actor.scope(VIEW_FOLLOW_UP)).filter(pk=pk).exists()


def days_near(day: date) -> Iterator[Reminder]:
    """Units before and after the day; nothing once it was reported or put off."""
    known = corrections()
    # A wide net; the exact step is counted in working days below.
    reached = working_deadline(day, 10, known)
    for item in FollowUp.objects.filter(
        Q(due_on__lte=reached), state__in=IN_UNITS_HANDS
    ).select_related("unit"):
        left = working_days_until(day, item.due_on, known)
        passed = [step for step in STEPS if -left >= step]
        if not passed:
            continue
        step = passed[-1]
        posts = posts_at([item.unit_id], HANDLERS)
        if step >= STEPS[-1]:
            posts = [*posts, *posts_at([item.giver_id], GIVERS)]
        yield Reminder(
            subject_kind=item._meta.label_lower,
            subject_id=item.pk,
            # An extension starts the steps anew, so the day is part of the stage.
            stage=f"{step:+d}@{item.due_on:%Y%m%d}",
            post_ids=posts,
            title=f"督办事项{_words(left)}：{item.title}",
            body=f"办理时限{long_date(item.due_on)}。不能按期办结的，请在到期前申请延期。",
            url=item.get_absolute_url(),
            deadline=item.due_on,
        )


def _words(left: int) -> str:
    if left == 0:
        return "今天到期"
    return f"还有{left}个工作日" if left > 0 else f"已逾期{-left}个工作日"


def waiting(day: date) -> Iterator[Reminder]:
    """A receipt that the unit owes, and a verification that the giver owes."""
    known = corrections()
    for item in FollowUp.objects.filter(state__in=PATIENCE):
        since = item.issued_at if item.state == FollowUpState.ISSUED else item.reported_at
        if since is None:
            continue
        state = FollowUpState(item.state)
        if working_days_until(since.astimezone(SHANGHAI).date(), day, known) < PATIENCE[state]:
            continue
        owed_by_unit = state == FollowUpState.ISSUED
        yield Reminder(
            subject_kind=item._meta.label_lower,
            subject_id=item.pk,
            stage=f"{state}-{item.revision}",
            post_ids=posts_at([item.unit_id], HANDLERS)
            if owed_by_unit
            else posts_at([item.giver_id], GIVERS),
            title=f"{'督办事项还没有签收' if owed_by_unit else '办结申请等待核验'}：{item.title}",
            body="",
            url=item.get_absolute_url(),
            deadline=item.due_on,
        )


def looking_back(day: date) -> Iterator[Reminder]:
    """Cleared matters whose look-back has come, to those who gave them out."""
    due = FollowUp.objects.filter(state=FollowUpState.CLEARED, look_back_on__lte=day)
    for item in due:
        yield Reminder(
            subject_kind=item._meta.label_lower,
            subject_id=item.pk,
            stage=f"look-back-{item.look_back_on:%Y%m%d}",
            post_ids=posts_at([item.giver_id], GIVERS),
            title=f"请对已销号事项回头看：{item.title}",
            body="看整改是否巩固、问题是否反弹。反弹的，重新交办。",
            url=item.get_absolute_url(),
        )


reminder_rules.register(
    ReminderRule(
        "follow_ups.days_near",
        "督办时限提醒",
        days_near,
        may_see=may_see,
        stages=tuple(f"{step:+d}" for step in STEPS),
    )
)
reminder_rules.register(
    ReminderRule("follow_ups.waiting", "督办签收和核验提醒", waiting, may_see=may_see)
)
reminder_rules.register(
    ReminderRule("follow_ups.looking_back", "回头看提醒", looking_back, may_see=may_see)
)
