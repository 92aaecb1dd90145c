"""What the bulletins remind of: commissions that come near, dispatches the desk lets wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bulletins.authority import EDIT_DISPATCH, VIEW_DISPATCH
from bulletins.enums import CommissionState, DispatchState
from bulletins.models import CommissionTask, Dispatch
from bulletins.services.telling import posts_of
from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import (
    corrections,
    working_days_until,
    working_deadline,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date
from orgs.enums import Role
from orgs.models import Post

#: Working days around the day of a commission.
STEPS = (-3, 0, 1)
#: Working days after which a dispatch that nobody took is shown to the desk.
PATIENCE = 5


def commission_near(day: date) -> Iterator[Reminder]:
    """Units before and after the day; nothing once the piece was sent or the unit released."""
    known = corrections()
    tasks = CommissionTask.objects.filter(
        state__in=[CommissionState.ASKED, CommissionState.ACCEPTED],
        commission__due_on__lte=working_deadline(day, -STEPS[0], known),
    ).select_related("commission", "unit")
    for task in tasks:
        left = working_days_until(day, task.commission.due_on, known)
        passed = [step for step in STEPS if -left >= step]
        if not passed:
            continue
        late = left < 0
        yield Reminder(
            subject_kind=task._meta.label_lower,
            subject_id=task.pk,
            stage=f"{passed[-1]:+d}",
            post_ids=posts_of([task.unit_id]),
            title=f"约稿{'已过交稿日期' if late else '临近交稿'}：{task.commission.topic}",
            body=f"交稿日期{long_date(task.commission.due_on)}。不能按期完成的，请与办公室联系。",
            url=task.commission.get_absolute_url(),
            deadline=task.commission.due_on,
        )


def desk_waits(day: date) -> Iterator[Reminder]:
    """The desk, about pieces that nobody has taken for a week."""
    known = corrections()
    posts = list(Post.objects.filter(role=Role.OFFICE).values_list("pk", flat=True))
    waiting = Dispatch.objects.filter(state=DispatchState.SENT, sent_at__date__lt=day)
    for dispatch in waiting.select_related("unit"):
        if dispatch.sent_at is None:
            continue
        since = dispatch.sent_at.astimezone(SHANGHAI).date()
        if working_deadline(since, PATIENCE, known) > day:
            continue
        yield Reminder(
            subject_kind=dispatch._meta.label_lower,
            subject_id=dispatch.pk,
            stage="desk",
            post_ids=posts,
            title=f"来稿待处理：{dispatch.title}",
            body=f"{dispatch.unit.name}于{long_date(since)}报送，尚未受理。",
            url=dispatch.get_absolute_url(),
        )


def may_see_task(actor: Actor, pk: int) -> bool:
    return CommissionTask.objects.within(actor.scope(VIEW_DISPATCH)).filter(pk=pk).exists()


def may_see_desk(actor: Actor, pk: int) -> bool:
    return Dispatch.objects.within(actor.scope(EDIT_DISPATCH)).filter(pk=pk).exists()


reminder_rules.register(
    ReminderRule(
        "bulletins.commission_near",
        "约稿交稿提醒",
        commission_near,
        may_see=may_see_task,
        stages=tuple(f"{step:+d}" for step in STEPS),
    )
)
reminder_rules.register(
    ReminderRule("bulletins.desk_waits", "来稿待处理提醒", desk_waits, may_see=may_see_desk)
)
