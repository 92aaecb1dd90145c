"""What seminars remind of: calls that close, reviews that wait, topics that come due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date
from seminars.authority import JUDGE_PAPER, VIEW_TOPIC, WRITE_PAPER
from seminars.enums import RUNNING, AssignmentState, CallState, PaperState
from seminars.models import Call, Paper, ReviewAssignment, StudyTopic
from seminars.services.telling import posts_of

TOPIC_STEPS = (-10, -3, 0, 1)
DRAFT_STEPS = (-3, 0)
#: Every fifth working day of the review.
REVIEW_EVERY = 5


def _passed(steps: tuple[int, ...], left: int) -> int | None:
    found = [step for step in steps if -left >= step]
    return found[-1] if found else None


def topic_due(day: date) -> Iterator[Reminder]:
    known = corrections()
    for topic in StudyTopic.objects.filter(state__in=RUNNING, due_on__isnull=False):
        if topic.due_on is None:
            continue
        left = working_days_until(day, topic.due_on, known)
        step = _passed(TOPIC_STEPS, left)
        if step is None:
            continue
        yield Reminder(
            subject_kind=topic._meta.label_lower,
            subject_id=topic.pk,
            stage=f"{step:+d}-{topic.due_on:%y%m%d}",
            post_ids=posts_of([topic.unit_id]),
            title=f"课题{'已过' if left < 0 else '临近'}结题时限：{topic.title}"[:120],
            body=f"结题时限{long_date(topic.due_on)}。不能按期的，请在到期前申请延期。",
            url=topic.get_absolute_url(),
            deadline=topic.due_on,
        )


def draft_waits(day: date) -> Iterator[Reminder]:
    """Units with a begun paper, before the call closes; nobody else is asked for a paper."""
    known = corrections()
    papers = Paper.objects.filter(
        state__in=[PaperState.DRAFT, PaperState.RETURNED], call__state=CallState.OPEN
    ).select_related("call")
    for paper in papers:
        step = _passed(DRAFT_STEPS, working_days_until(day, paper.call.closes_on, known))
        if step is None or day > paper.call.closes_on:
            continue
        yield Reminder(
            subject_kind=paper._meta.label_lower,
            subject_id=paper.pk,
            stage=f"{step:+d}",
            post_ids=posts_of([paper.unit_id]),
            title=f"论文还没有提交：{paper.title}"[:120],
            body=f"截稿日期{long_date(paper.call.closes_on)}。",
            url=paper.get_absolute_url(),
            deadline=paper.call.closes_on,
        )


def review_waits(day: date) -> Iterator[Reminder]:
    """Judges with papers left; how many, and nothing about them."""
    known = corrections()
    for call in Call.objects.filter(state=CallState.REVIEWING):
        waiting = Counter(
            ReviewAssignment.objects.filter(
                paper__call=call, state=AssignmentState.ASKED
            ).values_list("expert__post", flat=True)
        )
        passed = working_days_until(call.closes_on, day, known)
        if passed < REVIEW_EVERY:
            continue
        for post, many in waiting.items():
            yield Reminder(
                subject_kind=call._meta.label_lower,
                subject_id=call.pk,
                stage=f"review-{passed // REVIEW_EVERY}",
                post_ids=[post],
                title=f"还有{many}篇论文等您评审",
                body=call.title,
                url=reverse("seminars:review_list"),
            )


def may_see_topic(actor: Actor, pk: int) -> bool:
    return StudyTopic.objects.within(actor.scope(VIEW_TOPIC)).filter(pk=pk).exists()


def may_see_draft(actor: Actor, pk: int) -> bool:
    return Paper.objects.within(actor.scope(WRITE_PAPER)).filter(pk=pk).exists()


def may_see_review(actor: Actor, pk: int) -> bool:
    return (
        actor.may(JUDGE_PAPER)
        and ReviewAssignment.objects.filter(
            paper__call=pk, expert__post=actor.post_id or 0
        ).exists()
    )


reminder_rules.register(
    ReminderRule("seminars.topic_due", "课题结题提醒", topic_due, may_see=may_see_topic)
)
reminder_rules.register(
    ReminderRule("seminars.draft_waits", "论文截稿提醒", draft_waits, may_see=may_see_draft)
)
reminder_rules.register(
    ReminderRule("seminars.review_waits", "论文评审提醒", review_waits, may_see=may_see_review)
)
