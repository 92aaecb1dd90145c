"""What inspections remind of: a visit that comes, a signature and a notice that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Max
from django.urls import reverse

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date
from inspections.authority import VIEW_INSTRUCTORS
from inspections.enums import FindingState, VisitState
from inspections.models import Instructor, InstructorAssignment, Visit
from inspections.queries.visits import visible_visits
from inspections.services.telling import ORGANIZERS, SPEAKERS, posts_at

#: Working days before a visit on which its team is told; days a signature may wait.
BEFORE = 3
PATIENCE = 3
#: A unit without a union is walked to at least so often.
WALK_EVERY = timedelta(days=90)


def may_see(actor: Actor, pk: int) -> bool:
    return visible_visits(actor).filter(pk=pk).exists()


def coming(day: date) -> Iterator[Reminder]:
    """The team, three working days before."""
    known = corrections()
    near = Visit.objects.filter(
        state=VisitState.PLANNED, starts_on__gte=day, starts_on__lte=day + timedelta(days=14)
    )
    for visit in near.select_related("unit").prefetch_related("members"):
        if working_days_until(day, visit.starts_on, known) > BEFORE:
            continue
        yield Reminder(
            subject_kind=visit._meta.label_lower,
            subject_id=visit.pk,
            stage=f"{visit.starts_on:%Y%m%d}",
            post_ids=[member.post_id for member in visit.members.all()],
            title=f"{long_date(visit.starts_on)}督查：{visit}",
            body="请先看检查表和该单位以往的问题。没有网络也能填写，联网后自动上传。",
            url=visit.get_absolute_url(),
            deadline=visit.starts_on,
        )


def waiting(day: date) -> Iterator[Reminder]:
    """The unit that has not confirmed, the organizer that has not ordered the rectification."""
    known = corrections()
    held = Visit.objects.filter(state__in=[VisitState.SIGNED, VisitState.CONFIRMED])
    for visit in held.select_related("unit"):
        signed = visit.state == VisitState.SIGNED
        since = visit.signed_at if signed else visit.confirmed_at
        if since is None:
            continue
        if working_days_until(since.astimezone(SHANGHAI).date(), day, known) < PATIENCE:
            continue
        if not signed and not visit.findings.filter(state=FindingState.NOTED).exists():
            continue
        yield Reminder(
            subject_kind=visit._meta.label_lower,
            subject_id=visit.pk,
            stage=f"{visit.state}-{visit.revision}",
            post_ids=posts_at([visit.unit_id], SPEAKERS)
            if signed
            else posts_at([visit.organizer_id], ORGANIZERS),
            title=f"{'请确认督查情况' if signed else '督查问题还没有发整改通知'}：{visit.title}",
            body="",
            url=visit.get_absolute_url(),
        )


def may_see_instructor(actor: Actor, pk: int) -> bool:
    return Instructor.objects.within(actor.scope(VIEW_INSTRUCTORS)).filter(pk=pk).exists()


def not_walked(day: date) -> Iterator[Reminder]:
    """The office that sent an instructor, when a unit was not walked to for a quarter."""
    held = InstructorAssignment.objects.filter(ends_on__isnull=True).annotate(
        last=Max("visits__visited_on")
    )
    for item in held.select_related("unit", "instructor"):
        since = item.last or item.starts_on
        if day - since < WALK_EVERY:
            continue
        yield Reminder(
            subject_kind=item.instructor._meta.label_lower,
            subject_id=item.instructor_id,
            stage=f"{item.pk}-{since:%Y%m%d}",
            post_ids=posts_at([item.instructor.unit_id], ORGANIZERS),
            title=f"{item.instructor}三个月没有走访{item.unit}",
            body="请提醒指导员走访；已经走访的，补写几句记录。",
            url=reverse("inspections:instructor_detail", args=[item.instructor_id]),
        )


reminder_rules.register(ReminderRule("inspections.coming", "督查临近提醒", coming, may_see=may_see))
reminder_rules.register(
    ReminderRule("inspections.waiting", "督查确认和整改通知提醒", waiting, may_see=may_see)
)
reminder_rules.register(
    ReminderRule("inspections.not_walked", "指导员走访提醒", not_walked, may_see=may_see_instructor)
)
