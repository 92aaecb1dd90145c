"""Writes of notices: telling posts, asking the rules, marking as read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.kernel.actor import Actor

logger = logging.getLogger("gongjian.notices")


@transaction.atomic
def notify(
    *,
    rule: str,
    subject: Model,
    stage: str,
    post_ids: Iterable[int],
    title: str,
    body: str = "",
    url: str = "",
    deadline: date | None = None,
) -> int:
    """Tell posts of something in the running transaction and return how many were new.

    Told once per rule, subject, stage and post: an act that can come again
    (a second 退回) needs its own stage, such as ``"returned-2"``.
    """
    reminder = Reminder(
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        stage=stage,
        post_ids=list(post_ids),
        title=title,
        body=body,
        url=url,
        deadline=deadline,
    )
    return _insert(rule, [reminder])


def find_due(day: date) -> int:
    """Ask every rule on the shelf what is due and return how many notices were new.

    Safe to run at any time and any number of times. A rule that breaks is
    logged and stands back; the duties of the others must not wait for it.
    """
    return sum(_ask(rule, day) for rule in reminder_rules)


def _ask(rule: ReminderRule, day: date) -> int:
    try:
        with transaction.atomic():
            return _insert(rule.key, rule.due(day))
    except Exception:
        # Whatever it is, one rule's fault stays its own.
        logger.exception("reminder rule %s failed", rule.key)
        return 0


def _insert(rule: str, reminders: Iterable[Reminder]) -> int:
    stamp = timezone.now()
    notices = [
        Notice(
            rule=rule,
            subject_kind=reminder.subject_kind,
            subject_id=reminder.subject_id,
            stage=reminder.stage,
            post_id=post_id,
            title=reminder.title[:200],
            body=reminder.body,
            url=reminder.url,
            deadline=reminder.deadline,
            created_at=stamp,
        )
        for reminder in reminders
        # In one order everywhere: two sweeps at once then wait and do not deadlock.
        for post_id in sorted(set(reminder.post_ids))
    ]
    if not notices:
        return 0
    notices.sort(key=lambda notice: (notice.subject_kind, notice.subject_id, notice.stage))
    # PostgreSQL does not say which rows it left out; the stamp of this call does.
    stamped = Notice.objects.filter(rule=rule, created_at=stamp)
    before = stamped.count()
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)
    return stamped.count() - before


@transaction.atomic
def mark_read(notice: Notice, *, actor: Actor) -> Notice:
    """Mark a notice as read by its post; the first reading stays."""
    Notice.objects.filter(pk=notice.pk, post_id=actor.post_id or 0, read_at__isnull=True).update(
        read_at=timezone.now()
    )
    return notice


@transaction.atomic
def mark_all_read(*, actor: Actor, up_to: int | None = None) -> int:
    """Mark every unread notice of the acting post, up to the newest one it was shown."""
    unread = Notice.objects.filter(post_id=actor.post_id or 0, read_at__isnull=True)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=timezone.now())
