"""Delivery: one digest a person and day, claimed so that several workers are safe.

A digest is claimed in one transaction, sent outside of any, and finished in
another. A worker that dies in between leaves a claim that is taken again; the
message then carries the same Message-ID, by which mail systems drop a double.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from gongjian.commons.notices.enums import Channel, DigestState
from gongjian.commons.notices.models import Digest, DigestLine, Notice
from gongjian.commons.notices.queries import terms_to_tell, untold
from gongjian.commons.notices.shelf import reminder_rules
from gongjian.foundation.calendar.working_days import corrections, is_working_day
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant
from orgs.queries import actor_of, current_appointments

logger = logging.getLogger("gongjian.notices")

MAX_ATTEMPTS = 3
#: A claim, a failure and an empty digest are looked at again after this long.
TAKEN_AGAIN_AFTER = timedelta(minutes=10)
_UNFINISHED = (DigestState.PENDING, DigestState.CLAIMED, DigestState.FAILED)


def deliver_due(day: date) -> int:
    """Send the day's digests that are still to be sent and return how many went out."""
    if not is_working_day(day, corrections()):
        return 0
    _prepare(day)
    connection = get_connection()
    sent = 0
    try:
        while (digest := _claim(day)) is not None:
            sent += _deliver(digest, connection)
    finally:
        connection.close()
    return sent


@transaction.atomic
def _prepare(day: date) -> None:
    """Close what earlier days and dead workers left, and make the missing digests of the day."""
    now = timezone.now()
    Digest.objects.filter(day__lt=day, state__in=_UNFINISHED).update(
        state=DigestState.SKIPPED, result="当日未能发出，未读提醒并入以后的邮件。"
    )
    Digest.objects.filter(
        day=day,
        state=DigestState.CLAIMED,
        attempts__gte=MAX_ATTEMPTS,
        claimed_at__lte=now - TAKEN_AGAIN_AFTER,
    ).update(state=DigestState.DEAD, result="发送进程多次中断，已停止发送。")
    users = terms_to_tell(day, now).order_by("user_id").values_list("user_id", flat=True)
    Digest.objects.bulk_create(
        [Digest(user_id=user_id, day=day, channel=Channel.EMAIL) for user_id in users.distinct()],
        ignore_conflicts=True,
        batch_size=1000,
    )


@transaction.atomic
def _claim(day: date) -> Digest | None:
    """Take the next digest; a row another worker is taking is passed over."""
    now = timezone.now()
    waiting = Q(state=DigestState.PENDING) | Q(
        state__in=[DigestState.CLAIMED, DigestState.FAILED, DigestState.SKIPPED],
        claimed_at__lte=now - TAKEN_AGAIN_AFTER,
    )
    digest = (
        Digest.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("user", "tenant")
        .filter(waiting, day=day, channel=Channel.EMAIL, attempts__lt=MAX_ATTEMPTS)
        .order_by("pk")
        .first()
    )
    if digest is None:
        return None
    Digest.objects.filter(pk=digest.pk).update(
        state=DigestState.CLAIMED, claimed_at=now, attempts=F("attempts") + 1
    )
    digest.claimed_at = now
    digest.attempts += 1
    return digest


def _deliver(digest: Digest, connection: Any) -> bool:
    try:
        with transaction.atomic():
            found = _visible(digest)
        if not found or not digest.user.email:
            _finish(digest, DigestState.SKIPPED, "没有可发送的提醒，有新提醒时再发。", attempts=0)
            return False
        _message(digest, found, connection).send()
    except Exception as error:
        # Whatever it is, one person's fault must not hold back the others.
        logger.exception("digest %s of tenant %s failed", digest.pk, digest.tenant_id)
        connection.close()
        dead = digest.attempts >= MAX_ATTEMPTS
        state = DigestState.DEAD if dead else DigestState.FAILED
        _finish(digest, state, f"{type(error).__name__}: {error}"[:300])
        return False
    return _finish(
        digest,
        DigestState.SENT,
        f"共{len(_distinct(found))}项",
        told=[notice for notice, _ in found],
    )


@transaction.atomic
def _finish(
    digest: Digest,
    state: DigestState,
    result: str,
    *,
    told: list[Notice] | None = None,
    **values: Any,
) -> bool:
    """Write the outcome, unless the claim was taken by another worker meanwhile."""
    if state is DigestState.SENT:
        values["sent_at"] = timezone.now()
    changed = Digest.objects.filter(
        pk=digest.pk, state=DigestState.CLAIMED, claimed_at=digest.claimed_at
    ).update(state=state, result=result, **values)
    if changed:
        DigestLine.objects.bulk_create(
            [DigestLine(digest=digest, notice=notice) for notice in told or []],
            ignore_conflicts=True,
        )
    return bool(changed)


Addressed = tuple[Notice, Actor]


def _visible(digest: Digest) -> list[Addressed]:
    """Notices to all posts the person holds today, without what the post may see no more."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    found: list[Addressed] = []
    now = timezone.now()
    for term in current_appointments(digest.user_id, day=digest.day):
        actor = actor_of(term, tenant)
        found += [
            (notice, actor)
            for notice in untold(digest.user_id, term.post_id, now)
            if _may_see(notice, actor)
        ]
    return sorted(found, key=lambda pair: (pair[0].deadline or date.max, pair[0].pk))


def _may_see(notice: Notice, actor: Actor) -> bool:
    rule = reminder_rules.get(notice.rule)
    return rule is None or rule.may_see is None or rule.may_see(actor, notice.subject_id)


def _distinct(found: list[Addressed]) -> list[Addressed]:
    """One line for a duty that reaches the person through two posts."""
    lines: dict[tuple[str, str, int, str], Addressed] = {}
    for notice, actor in found:
        key = (notice.rule, notice.subject_kind, notice.subject_id, notice.stage)
        lines.setdefault(key, (notice, actor))
    return list(lines.values())


def _message(digest: Digest, found: list[Addressed], connection: Any) -> EmailMessage:
    lines = _distinct(found)
    day = f"{digest.day.month}月{digest.day.day}日"
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    context = {
        "person_name": digest.user.person_name,
        "tenant": digest.tenant,
        "lines": lines,
        "public_url": settings.PUBLIC_URL.rstrip("/"),
    }
    return EmailMessage(
        subject=f"党工共建：您有 {len(lines)} 项待办（{day}）",
        body=render_to_string("notices/digest.txt", context),
        to=[digest.user.email],
        headers={"Message-ID": f"<digest-{digest.tenant_id}-{digest.pk}-{digest.day}@{host}>"},
        connection=connection,
    )
