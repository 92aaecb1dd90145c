"""What stops a step of a follow-up, in words for the one who is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today

if TYPE_CHECKING:
    from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension


def another_person_verifies(follow_up: FollowUp, actor: Actor) -> str | None:
    """Nobody declares his own work done, whatever other post he holds."""
    if follow_up.reported_by_user is not None and follow_up.reported_by_user == actor.user_id:
        return "办结申请是您本人提交的，须由另一个人核验。请交给其他核验人办理。"
    return None


def only_before_due(extension: FollowUpExtension, actor: Actor) -> str | None:
    if extension.until < today():
        return "申请延至的日期已过，请不同意这份申请，由单位说明情况后重新申请。"
    return None
