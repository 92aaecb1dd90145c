"""Putting down that somebody was refused: who, where, how often."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from gongjian.foundation.audit.models import Refusal
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today

#: Answers by which a page says no: not permitted, and not to be found by this post.
REFUSED = frozenset({403, 404})

log = logging.getLogger(__name__)


def note_refusal(actor: Actor, *, page: str, method: str, status: int, address: str) -> None:
    """Count it, after the answer is made; that it could not be counted changes no answer."""
    known = {
        "day": today(), "user_id": actor.user_id or 0, "post_id": actor.post_id or 0,
        "page": page[:80], "method": method[:8], "status": status,
    }  # fmt: skip
    address = address[:200].replace("\0", "")
    try:
        with transaction.atomic():
            rows = Refusal.objects.filter(**known)
            again = {"count": F("count") + 1, "last_at": timezone.now(), "address": address}
            if rows.update(**again):
                return
            made = Refusal(**known, actor_label=actor.label[:200], address=address)
            # Two windows at once: the second is dropped here and counted next time.
            Refusal.objects.bulk_create([made], ignore_conflicts=True)
    except DatabaseError:
        log.exception("a refusal could not be counted")
