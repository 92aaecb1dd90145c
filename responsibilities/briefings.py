"""Briefings as reminders: each post is told its own unit's figures on its days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.urls import reverse

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.working_days import (
    corrections,
    is_working_day,
    working_deadline,
)
from gongjian.foundation.kernel.actor import Actor
from orgs.models import Unit
from orgs.queries import current_appointments, root_unit
from responsibilities.authority import VIEW_ROLLUP
from responsibilities.models import BriefingPlan, Obligation
from responsibilities.queries.returns import chosen_period, progress_of

#: Days within which a briefing that was missed is still news.
_STILL_NEWS = 4


def weekly_day(plan_weekday: int, day: date, corrected: Mapping[date, bool]) -> date | None:
    """The working day on which this week's briefing is due, if it is today or just was."""
    asked = day - timedelta(days=(day.weekday() - plan_weekday) % 7)
    due = asked
    while not is_working_day(due, corrected):
        due += timedelta(days=1)
    return due if due <= day <= due + timedelta(days=_STILL_NEWS) else None


def closed_period(day: date, corrected: Mapping[date, bool]) -> Period | None:
    """The period whose deadline passed last, while it is news."""
    found = (
        Period.objects.filter(obligations__isnull=False, due_on__lt=day)
        .order_by("-due_on", "-pk")
        .first()
    )
    if found is None:
        return None
    due = working_deadline(found.due_on, 1, corrected)
    return found if due <= day <= due + timedelta(days=_STILL_NEWS) else None


def briefings_due(day: date) -> Iterator[Reminder]:
    """One reminder a plan and occasion; posts that nobody holds are told nothing."""
    corrected = corrections()
    held = set(current_appointments().values_list("post_id", flat=True))
    closed, newest, root = closed_period(day, corrected), chosen_period(None), root_unit()
    if newest is None or root is None:
        return
    for plan in BriefingPlan.objects.filter(post_id__in=held).select_related("post__unit"):
        # Who oversees the whole place is told of the whole place.
        unit = plan.post.unit if plan.post.unit.parent_id else root
        weekly = None if plan.weekday is None else weekly_day(plan.weekday, day, corrected)
        if plan.after_deadline and closed is not None:
            yield _briefing(plan, unit, closed, f"due{closed.pk}", f"{closed}填报截止情况")
        elif weekly is not None:
            yield _briefing(plan, unit, newest, f"week{weekly:%Y%m%d}", f"{newest}报送周报")


def _briefing(plan: BriefingPlan, unit: Unit, period: Period, stage: str, title: str) -> Reminder:
    return Reminder(
        subject_kind=BriefingPlan._meta.label_lower,
        subject_id=plan.pk,
        stage=stage,
        post_ids=[plan.post_id],
        title=f"{unit.name}{title}",
        body=briefing_words(unit, period),
        url=f"{reverse('responsibilities:node_dashboard')}?unit={unit.pk}&period={period.pk}",
    )


def briefing_words(unit: Unit, period: Period) -> str:
    """The figures in a few sentences, so that the mail says it without a click."""
    line = progress_of(unit, period)
    words = [
        f"应报{line.expected}家，已报{line.handed_in}家（{line.rate}%），按时{line.on_time}家。",
        f"已通过{line.accepted}家，待审核{line.waiting}家，未报{line.missing}家"
        + (f"，其中逾期{line.overdue}家。" if line.overdue else "。"),
    ]
    late = (
        Obligation.objects.filter(
            period=period,
            is_exempt=False,
            unit__path__under=unit.path,
            returns__first_submitted_at__isnull=True,
        )
        .order_by("unit__path")
        .values_list("unit__name", flat=True)[:6]
    )
    if line.missing:
        names = "、".join(late[:5]) + ("等" if line.missing > 5 else "")
        words.append(f"未报单位：{names}。")
    return "".join(words)


def _may_see(actor: Actor, subject_id: int) -> bool:
    plan = BriefingPlan.objects.filter(pk=subject_id).select_related("post__unit").first()
    return plan is not None and actor.may(VIEW_ROLLUP, at=plan.post.unit)


reminder_rules.register(
    ReminderRule(
        key="responsibilities.briefing",
        label="定期简报",
        due=briefings_due,
        may_see=_may_see,
        stages=("week", "due"),
    )
)
