"""What must hold of reminders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from gongjian.commons.notices.enums import DigestState
from gongjian.commons.notices.models import Digest, DigestLine, Notice
from gongjian.foundation.kernel.invariants import Invariant, invariants

#: Nobody sends one digest for longer than this.
LONGEST_SENDING = timedelta(hours=1)


def told_once() -> Iterable[str]:
    """I6: each occasion has one notice for each post, in at most one digest of a channel."""
    keys = ("rule", "subject_kind", "subject_id", "stage", "post")
    for row in Notice.objects.values(*keys).annotate(many=Count("pk")).filter(many__gt=1):
        yield f"提醒“{row['rule']}”对职务 {row['post']} 有 {row['many']} 条"
    sent = DigestLine.objects.filter(digest__state=DigestState.SENT)
    lines = sent.values("notice", "digest__user", "digest__channel").annotate(many=Count("pk"))
    for row in lines.filter(many__gt=1):
        yield f"提醒 {row['notice']} 向账号 {row['digest__user']} 发送了 {row['many']} 次"
    stuck = Digest.objects.filter(
        state=DigestState.CLAIMED, claimed_at__lt=timezone.now() - LONGEST_SENDING
    )
    for digest in stuck:
        yield f"{digest.day} 的提醒邮件停在发送中"


invariants.register(Invariant("6 notices", "每条提醒只发一次", told_once))
