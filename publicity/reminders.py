"""What the publicity reminds of: planned reports that do not appear, entries left unverified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import (
    corrections,
    working_days_until,
    working_deadline,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date
from orgs.enums import Role
from orgs.models import Post
from publicity.authority import VERIFY_PLACEMENT, VIEW_CAMPAIGN
from publicity.enums import PlacementState
from publicity.models import Placement, PlannedCoverage
from publicity.queries import gaps
from publicity.services.telling import WRITERS

#: Working days around the day a report is to appear.
STEPS = (-3, 1)
#: Working days after which an entry nobody looked at is shown to the office.
PATIENCE = 5


def coverage_near(day: date) -> Iterator[Reminder]:
    """The unit before and after the day; nothing once something was filed for it."""
    known = corrections()
    coverages = list(
        gaps()
        .filter(due_on__lte=working_deadline(day, -STEPS[0], known))
        .select_related("campaign", "unit")
    )
    posts: dict[int, list[int]] = {}
    for post_id, unit_id in Post.objects.filter(
        unit__in={row.unit_id for row in coverages}, role__in=WRITERS
    ).values_list("pk", "unit_id"):
        posts.setdefault(unit_id, []).append(post_id)
    for row in coverages:
        left = working_days_until(day, row.due_on, known)
        passed = [step for step in STEPS if -left >= step]
        if not passed:
            continue
        yield Reminder(
            subject_kind=row._meta.label_lower,
            subject_id=row.pk,
            stage=f"{passed[-1]:+d}",
            post_ids=posts.get(row.unit_id, []),
            title=f"宣传任务{'已过计划日期' if left < 0 else '临近计划日期'}：{row.topic}"[:120],
            body=f"计划{long_date(row.due_on)}刊播。已刊播的请登记；不能刊播的请告知办公室原因。",
            url=row.get_absolute_url(),
            deadline=row.due_on,
        )


def office_waits(day: date) -> Iterator[Reminder]:
    known = corrections()
    posts = list(Post.objects.filter(role=Role.OFFICE).values_list("pk", flat=True))
    for row in Placement.objects.filter(
        state=PlacementState.FILED, filed_on__lt=day
    ).select_related("unit"):
        if row.filed_on is None or working_deadline(row.filed_on, PATIENCE, known) > day:
            continue
        yield Reminder(
            subject_kind=row._meta.label_lower,
            subject_id=row.pk,
            stage="office",
            post_ids=posts,
            title=f"宣传刊播待核实：{row.title}"[:120],
            body=f"{row.unit.name}于{long_date(row.filed_on)}报送。",
            url=row.get_absolute_url(),
        )


def may_see_coverage(actor: Actor, pk: int) -> bool:
    return PlannedCoverage.objects.within(actor.scope(VIEW_CAMPAIGN)).filter(pk=pk).exists()


def may_see_filed(actor: Actor, pk: int) -> bool:
    return Placement.objects.within(actor.scope(VERIFY_PLACEMENT)).filter(pk=pk).exists()


reminder_rules.register(
    ReminderRule(
        "publicity.coverage_near",
        "宣传任务提醒",
        coverage_near,
        may_see=may_see_coverage,
        stages=tuple(f"{step:+d}" for step in STEPS),
    )
)
reminder_rules.register(
    ReminderRule(
        "publicity.office_waits", "宣传刊播待核实提醒", office_waits, may_see=may_see_filed
    )
)
