"""What commendations remind of: the last day, told to whoever has a nomination in hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from commendations.authority import RECOMMEND
from commendations.enums import NominationState, ProgrammeState
from commendations.models import Nomination, Programme
from commendations.queries import missing_opinions, nominations_for, quota_over
from commendations.services.telling import posts_of
from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date

#: Working days around the last day.
STEPS = (-3, 0)


def closing(day: date) -> Iterator[Reminder]:
    """Whoever has a nomination in hand before the last day: its writer, or the next who signs."""
    known = corrections()
    for programme in Programme.objects.filter(state=ProgrammeState.OPEN):
        left = working_days_until(day, programme.closes_on, known)
        passed = [step for step in STEPS if -left >= step]
        if not passed or day > programme.closes_on:
            continue
        rows = Nomination.objects.filter(
            category__programme=programme,
            state__in=[NominationState.DRAFT, NominationState.RETURNED, NominationState.SENT],
        ).select_related("unit", "category")
        for row in rows:
            unit_id = _in_hand(row)
            if unit_id is None:
                continue
            yield Reminder(
                subject_kind=row._meta.label_lower,
                subject_id=row.pk,
                stage=f"{passed[-1]:+d}-{unit_id}",
                post_ids=posts_of([unit_id]),
                title=f"推荐即将截止：{row}（{row.category}）"[:120],
                body=f"推荐截止{long_date(programme.closes_on)}。",
                url=row.get_absolute_url(),
                deadline=programme.closes_on,
            )


def _in_hand(nomination: Nomination) -> int | None:
    if nomination.state != NominationState.SENT:
        return nomination.unit_id
    quota = quota_over(nomination)
    missing = missing_opinions(nomination, quota) if quota else []
    return missing[0].pk if missing else (quota.unit_id if quota else None)


def may_see(actor: Actor, pk: int) -> bool:
    return nominations_for(actor).filter(pk=pk).exists() or actor.may(RECOMMEND)


reminder_rules.register(
    ReminderRule("commendations.closing", "推荐截止提醒", closing, may_see=may_see)
)
