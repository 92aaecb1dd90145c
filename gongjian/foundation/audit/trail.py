"""Writing and reading of the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.actor import Actor

#: Kind of an entry about something refused, which has no record; its number is the account's.
REFUSAL = "audit.refusal"


def record(
    action: str,
    subject: models.Model,
    *,
    actor: Actor,
    label: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> TrailEntry:
    """Add one act to the trail, in the transaction of the act itself.

    ``action`` is a greppable ``app.noun.past``; ``label`` is what people read.
    Only the fields that changed are kept of ``before`` and ``after``.
    """
    if before is not None and after is not None:
        changed = {key for key in after if before.get(key) != after[key]}
        before = {key: value for key, value in before.items() if key in changed}
        after = {key: value for key, value in after.items() if key in changed}
    return TrailEntry.objects.create(
        action=action,
        label=label,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        user_id=actor.user_id,
        post_id=actor.post_id,
        actor_label=actor.label[:200],
        reason=reason,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
    )


def history_of(subject: models.Model) -> models.QuerySet[TrailEntry]:
    """Acts on one record, newest first."""
    return TrailEntry.objects.filter(
        subject_kind=subject._meta.label_lower, subject_id=subject.pk
    ).order_by("-pk")
