"""What training reminds of: places that go unused, classes about to begin, files left open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date
from orgs.enums import Role
from orgs.models import Post
from training.enums import ENROLLING, ClassState, EnrolmentState
from training.models import TrainingClass
from training.queries.classes import classes_for
from training.queries.hours import RULE, tallies, words
from training.queries.places import Places
from training.services.telling import posts_of

#: Working days before the end of sign-up, and before the class begins.
AHEAD = 3
#: Days after its end within which the file of a class is to be closed.
PATIENCE = 15


def places_unused(day: date) -> Iterator[Reminder]:
    """Units that have places left, as sign-up comes to its end; once a class."""
    known = corrections()
    near = TrainingClass.objects.filter(
        state=ClassState.OPEN, apply_by__gte=day, apply_by__lte=day + timedelta(days=14)
    )
    for item in near.select_related("unit"):
        if working_days_until(day, item.apply_by, known) > AHEAD:
            continue
        units = [share.quota.unit_id for share in Places(item).shares.values() if share.left]
        if units:
            yield Reminder(
                subject_kind=item._meta.label_lower, subject_id=item.pk,
                stage=f"apply-{item.apply_by:%Y%m%d}", post_ids=posts_of(units),
                title=f"培训报名即将截止：{item}",
                body=f"{long_date(item.apply_by)}截止，本单位名额还没有用完。没有合适人选的不必报名。",
                url=item.get_absolute_url(), deadline=item.apply_by,
            )  # fmt: skip


def begins_soon(day: date) -> Iterator[Reminder]:
    known = corrections()
    near = TrainingClass.objects.filter(
        state__in=ENROLLING, starts_on__gte=day, starts_on__lte=day + timedelta(days=14)
    )
    for item in near:
        if working_days_until(day, item.starts_on, known) > AHEAD:
            continue
        units = set(
            item.enrolments.filter(state=EnrolmentState.BOOKED).values_list("unit_id", flat=True)
        )
        if units:
            yield Reminder(
                subject_kind=item._meta.label_lower, subject_id=item.pk,
                stage=f"begin-{item.starts_on:%Y%m%d}", post_ids=posts_of(units),
                title=f"培训即将开班：{item}",
                body=f"{long_date(item.starts_on)}报到，{item.place}。请提醒参训人员。",
                url=item.get_absolute_url(), deadline=item.starts_on,
            )  # fmt: skip


def file_open(day: date) -> Iterator[Reminder]:
    """The organizer, about a class whose file is still open after its time."""
    left = TrainingClass.objects.filter(
        state__in=[ClassState.RUNNING, ClassState.FINISHED],
        ends_on__lt=day - timedelta(days=PATIENCE),
    ).select_related("unit")
    for item in left:
        roles = [Role.OFFICE] if item.unit.parent_id is None else [Role.SUPERIOR_OFFICE]
        posts = Post.objects.filter(unit_id=item.unit_id, role__in=roles).order_by("pk")
        yield Reminder(
            subject_kind=item._meta.label_lower, subject_id=item.pk, stage="file",
            post_ids=list(posts.values_list("pk", flat=True)),
            title=f"班次材料尚未归档：{item}",
            body=f"{long_date(item.ends_on)}结束，请补齐材料后归档。", url=item.get_absolute_url(),
        )  # fmt: skip


def missed_too_much(day: date) -> Iterator[Reminder]:
    """Unit and organizer, about a person who may no longer complete; once a person."""
    for item in TrainingClass.objects.filter(state=ClassState.RUNNING).select_related("unit"):
        found = tallies(item)
        booked = item.enrolments.filter(state=EnrolmentState.BOOKED)
        for enrolment in booked.select_related("trainee"):
            tally = found.get((enrolment.unit_id, enrolment.trainee.name))
            if tally is None or not tally.is_over:
                continue
            yield Reminder(
                subject_kind=item._meta.label_lower, subject_id=item.pk,
                stage=f"missed-{enrolment.pk}", post_ids=posts_of([enrolment.unit_id]),
                title=f"缺课超过七分之一：{enrolment.trainee.name}（{item}）",
                body=f"已缺{words(tally.missed)}学时，最多可缺{words(tally.allowed)}学时。{RULE}",
                url=enrolment.get_absolute_url(),
            )  # fmt: skip


def may_see(actor: Actor, pk: int) -> bool:
    return classes_for(actor).filter(pk=pk).exists()


for _key, _label, _due in (
    ("training.places_unused", "培训报名截止提醒", places_unused),
    ("training.begins_soon", "培训开班提醒", begins_soon),
    ("training.missed_too_much", "缺课超限提醒", missed_too_much),
    ("training.file_open", "班次归档提醒", file_open),
):
    reminder_rules.register(ReminderRule(_key, _label, _due, may_see=may_see))
